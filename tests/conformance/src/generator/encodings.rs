//! Bytes that are no block.

use super::{
    forge::{Forge, Plan, transfer},
    scenario::Scenario,
};
use crate::Fork;
use alloy_primitives::Address;
use alloy_rlp::{Encodable, Header as ListHeader};
use hanzo_types::SealedBlock;
use std::sync::Arc;

const BAD: &str = "BlockException.RLP_STRUCTURES_ENCODING";

pub(crate) fn scenarios() -> Vec<Scenario> {
    let london = Forge::new("London", Fork::London);
    let mut chain = london.chain();
    let block = chain.mine(Plan::default().with(transfer(1, 0, Address::repeat_byte(0x77), 5)));
    let whole = alloy_rlp::encode(block.clone_block());
    let around = |name, rule, bytes: Vec<u8>| {
        let mut chain = chain.fork(1);
        refused_then_valid(name, rule, &london, bytes, &block).ends_with(&mut chain)
    };
    let mut long = whole.clone();
    long.push(0);
    vec![
        around("empty_bytes", "Nothing is no block.", Vec::new()),
        around(
            "truncated_block",
            "A block that ends too early.",
            whole[..whole.len() - 1].to_vec(),
        ),
        around("bytes_after_the_block", "A block with one byte too many.", long),
        around("empty_list", "A list without header and body.", vec![0xc0]),
        around("string_for_a_block", "A string where a list should be.", string(&whole)),
        around("block_without_body", "A list with the header alone.", list(&[header(&block)])),
        around(
            "block_with_a_fifth_part",
            "A list that goes on after the ommers, before there are withdrawals.",
            list(&[header(&block), transactions(&block), vec![0xc0], vec![0xc0], vec![0xc0]]),
        ),
        around(
            "number_with_leading_zero",
            "A number in the header has a zero in front: it has one encoding only.",
            list(&[padded_header(&block), transactions(&block), vec![0xc0]]),
        ),
        around(
            "unknown_transaction_type",
            "A transaction of a type that no fork has.",
            list(&[header(&block), list(&[string(&[0x7f, 0xc0])]), vec![0xc0]]),
        ),
        around(
            "transaction_that_is_no_list",
            "An empty string in the list of transactions.",
            list(&[header(&block), list(&[vec![0x80]]), vec![0xc0]]),
        ),
    ]
}

fn refused_then_valid(
    name: &'static str,
    rule: &'static str,
    forge: &Arc<Forge>,
    bytes: Vec<u8>,
    block: &SealedBlock,
) -> Scenario {
    Scenario::new(name, rule, forge).refuses_bytes(bytes, BAD).takes([block])
}

fn header(block: &SealedBlock) -> Vec<u8> {
    alloy_rlp::encode(block.header())
}

fn transactions(block: &SealedBlock) -> Vec<u8> {
    alloy_rlp::encode(&block.body().transactions)
}

/// The header with its number written in two bytes.
fn padded_header(block: &SealedBlock) -> Vec<u8> {
    let fields = header(block);
    let mut payload = ListHeader::decode_bytes(&mut fields.as_slice(), true).unwrap();
    let mut parts = Vec::new();
    while !payload.is_empty() {
        let before = payload;
        ListHeader::decode_bytes(&mut payload, false).unwrap();
        parts.push(before[..before.len() - payload.len()].to_vec());
    }
    // Parent, ommers, beneficiary, three roots, bloom, difficulty, and then the number.
    parts[8] = vec![0x82, 0x00, 0x01];
    list(&parts)
}

fn list(parts: &[Vec<u8>]) -> Vec<u8> {
    let payload = parts.concat();
    let mut encoded = Vec::new();
    ListHeader { list: true, payload_length: payload.len() }.encode(&mut encoded);
    encoded.extend(payload);
    encoded
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    bytes.encode(&mut encoded);
    encoded
}
