//! The hash a miner works on.

use crate::Header;
use alloy_primitives::{B256, keccak256};
use alloy_rlp::{BufMut, Encodable};
use std::fmt;

/// Keccak-256 of a header without its seal (`mixHash` and `nonce`).
///
/// Binds parent, coinbase, state, difficulty, timestamp and extra data, so that a seal cannot be
/// moved to another block. Source: proof-of-compute §3.1, the ethash convention of geth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealHash(pub B256);

impl fmt::Display for SealHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Seal hash of `header`: RLP list of all its fields in order, elements 13 and 14 left out,
/// later optional fields kept.
#[must_use]
pub fn seal_hash(header: &Header) -> SealHash {
    let mut payload = Vec::with_capacity(HEADER_RLP_BYTES);
    encode_sealed_fields(header, &mut payload);
    let mut list = Vec::with_capacity(HEADER_RLP_BYTES);
    alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(&mut list);
    list.extend_from_slice(&payload);
    SealHash(keccak256(&list))
}

/// Room for a header with all 21 fields and 32 bytes of extra data.
const HEADER_RLP_BYTES: usize = 640;

/// Encodes the fields that the seal binds, in RLP order.
fn encode_sealed_fields(header: &Header, out: &mut dyn BufMut) {
    let h = header;
    h.parent_hash.encode(out);
    h.ommers_hash.encode(out);
    h.beneficiary.encode(out);
    h.state_root.encode(out);
    h.transactions_root.encode(out);
    h.receipts_root.encode(out);
    h.logs_bloom.encode(out);
    h.difficulty.encode(out);
    h.number.encode(out);
    h.gas_limit.encode(out);
    h.gas_used.encode(out);
    h.timestamp.encode(out);
    h.extra_data.encode(out);
    encode_present(h.base_fee_per_gas, out);
    encode_present(h.withdrawals_root, out);
    encode_present(h.blob_gas_used, out);
    encode_present(h.excess_blob_gas, out);
    encode_present(h.parent_beacon_block_root, out);
    encode_present(h.requests_hash, out);
}

fn encode_present(field: Option<impl Encodable>, out: &mut dyn BufMut) {
    if let Some(value) = field {
        value.encode(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{b256, hex};
    use alloy_rlp::Decodable;

    /// The mined header of proof-of-compute §11 (London field set).
    const MINED_HEADER_RLP: &str = "f901ffa01111111111111111111111111111111111111111111111111111111111111111a01dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347942222222222222222222222222222222222222222a03333333333333333333333333333333333333333333333333333333333333333a04444444444444444444444444444444444444444444444444444444444444444a05555555555555555555555555555555555555555555555555555555555555555b9010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000851000000000018401c9c38080846b49d20080a067efef699fabf748d8e547f45f168864befacd1b185e48498ece974624880aa088000005ab0000000c843b9aca00";

    #[test]
    fn seal_hash_of_the_published_header_leaves_out_mix_hash_and_nonce() {
        let rlp = hex::decode(MINED_HEADER_RLP).unwrap();
        let mut header = Header::decode(&mut rlp.as_slice()).unwrap();
        let expected = b256!("0x96fa85ed8f3d14ac6f2d5f11bece8877ee7b5815e97ea29dd578ef541c971ab5");
        assert_eq!(seal_hash(&header).0, expected);
        header.mix_hash = B256::ZERO;
        header.nonce = Default::default();
        assert_eq!(seal_hash(&header).0, expected);
        header.timestamp = header.timestamp.saturating_add(1);
        assert_ne!(seal_hash(&header).0, expected);
    }

    #[test]
    fn seal_hash_binds_every_optional_field() {
        let full = Header {
            base_fee_per_gas: Some(7),
            withdrawals_root: Some(B256::ZERO),
            blob_gas_used: Some(0),
            excess_blob_gas: Some(0),
            parent_beacon_block_root: Some(B256::ZERO),
            requests_hash: Some(B256::ZERO),
            ..Default::default()
        };
        let base = seal_hash(&full);
        let one = B256::with_last_byte(1);
        for changed in [
            Header { base_fee_per_gas: Some(8), ..full.clone() },
            Header { withdrawals_root: Some(one), ..full.clone() },
            Header { blob_gas_used: Some(1), ..full.clone() },
            Header { excess_blob_gas: Some(1), ..full.clone() },
            Header { parent_beacon_block_root: Some(one), ..full.clone() },
            Header { requests_hash: Some(one), ..full },
        ] {
            assert_ne!(seal_hash(&changed), base);
        }
    }
}
