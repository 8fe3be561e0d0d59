//! Decoding a block that comes from outside.

use crate::Block;
use alloy_rlp::Decodable as _;
use thiserror::Error;

/// Why bytes are not a block.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BlockDecodeError {
    /// They do not decode.
    #[error("not the RLP of a block: {0}")]
    Malformed(#[from] alloy_rlp::Error),
    /// They decode to a block whose encoding has other bytes.
    #[error(
        "the encoding of the block is not canonical: byte {position} of it is {found:#04x}, \
         expected {expected:#04x}"
    )]
    NotCanonical {
        /// The first byte that differs, counted from the start of the block.
        position: usize,
        /// The byte of the canonical encoding.
        expected: u8,
        /// The byte that is there.
        found: u8,
    },
    /// They go on after the block, or end before its canonical encoding does.
    #[error("expected {expected} bytes of a block, found {found}")]
    Length {
        /// Length of the canonical encoding.
        expected: usize,
        /// Length of what is there.
        found: usize,
    },
}

/// Decodes a block that comes from outside: a file, a request, another node. Such bytes are taken
/// only if they are the canonical encoding of the block they decode to, so that every block has one
/// encoding and damage to any bit of it is seen.
///
/// The decoder alone does not see to that: it takes several headers in front of a typed transaction
/// for the same transaction, and no hash covers those headers, because the transactions root is made
/// of what stands behind them. The check is to encode the block again and to compare, which needs as
/// much memory as the block has bytes and a pass over them, but no hash: little beside decoding, and
/// next to nothing beside the recovery of one signature.
///
/// # Errors
/// [`BlockDecodeError`] with the first byte that should be another one.
pub fn decode_block(encoded: &[u8]) -> Result<Block, BlockDecodeError> {
    let block = Block::decode(&mut &*encoded)?;
    let canonical = alloy_rlp::encode(&block);
    if canonical == encoded {
        return Ok(block);
    }
    let bytes = canonical.iter().zip(encoded).enumerate();
    let differs = bytes.into_iter().find(|(_, (expected, found))| expected != found);
    Err(match differs {
        Some((position, (&expected, &found))) => {
            BlockDecodeError::NotCanonical { position, expected, found }
        }
        None => BlockDecodeError::Length { expected: canonical.len(), found: encoded.len() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BlockBody, Header, Transaction};
    use alloy_consensus::{Signed, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy, proofs};
    use alloy_eips::eip4895::{Withdrawal, Withdrawals};
    use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
    use proptest::prelude::*;

    /// Each type of transaction, an ommer and a withdrawal.
    fn block() -> Block {
        let signature = Signature::new(U256::from(7) << 248, U256::from(9) << 240, true);
        let input = Bytes::from(vec![0x5b; 70]);
        let to = TxKind::Call(Address::repeat_byte(0x11));
        let legacy = TxLegacy { chain_id: Some(31_337), nonce: 3, to, ..Default::default() };
        let listed = TxEip2930 { chain_id: 31_337, gas_limit: 21_000, to, ..Default::default() };
        let priced = TxEip1559 { chain_id: 31_337, input, to, ..Default::default() };
        let blob = TxEip4844 { blob_versioned_hashes: vec![B256::ZERO], ..Default::default() };
        let delegating = TxEip7702 { nonce: 1, ..Default::default() };
        let transactions = vec![
            Transaction::Legacy(Signed::new_unhashed(legacy, signature)),
            Transaction::Eip2930(Signed::new_unhashed(listed, signature)),
            Transaction::Eip1559(Signed::new_unhashed(priced, signature)),
            Transaction::Eip4844(Signed::new_unhashed(blob, signature)),
            Transaction::Eip7702(Signed::new_unhashed(delegating, signature)),
        ];
        let withdrawals = Withdrawals::new(vec![Withdrawal { amount: 5, ..Default::default() }]);
        let header = Header {
            base_fee_per_gas: Some(7),
            withdrawals_root: Some(B256::repeat_byte(0x22)),
            ..Default::default()
        };
        let ommers = vec![Header { number: 4, ..Default::default() }];
        let body = BlockBody { transactions, ommers, withdrawals: Some(withdrawals) };
        Block { header, body }
    }

    /// What identifies a block: the hash of its header, and the three roots of its body, with which
    /// the header has to agree.
    fn identity(block: &Block) -> (B256, B256, B256, Option<B256>) {
        let withdrawals = block.body.withdrawals.as_ref();
        (
            block.header.hash_slow(),
            proofs::calculate_transaction_root(&block.body.transactions),
            proofs::calculate_ommers_root(&block.body.ommers),
            withdrawals.map(|withdrawals| proofs::calculate_withdrawals_root(withdrawals)),
        )
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        assert_eq!(decode_block(&alloy_rlp::encode(block())).unwrap(), block());
    }

    #[test]
    fn no_flipped_bit_leaves_the_same_block() {
        let (encoded, original) = (alloy_rlp::encode(block()), identity(&block()));
        let mut lenient = 0;
        for bit in 0..encoded.len() * 8 {
            let mut damaged = encoded.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            if let Ok(found) = decode_block(&damaged) {
                assert_ne!(identity(&found), original, "bit {bit}");
            }
            let decoded = Block::decode(&mut damaged.as_slice());
            lenient += usize::from(decoded.is_ok_and(|found| identity(&found) == original));
        }
        // Otherwise the check would have nothing to do.
        assert!(lenient > 0);
    }

    #[test]
    fn the_header_of_a_typed_transaction_is_checked_and_the_byte_is_named() {
        let mut encoded = alloy_rlp::encode(block());
        // The type 1, behind a header of two bytes, and the list of its fields.
        let listed = alloy_rlp::encode(&block().body.transactions[1]);
        let start = encoded.windows(listed.len()).position(|bytes| bytes == listed).unwrap();
        assert_eq!(listed[..3], [0xb8, u8::try_from(listed.len() - 2).unwrap(), 0x01]);
        encoded[start + 1] = 0xff;
        let error = decode_block(&encoded).unwrap_err();
        let (position, expected) = (start + 1, listed[1]);
        assert_eq!(error, BlockDecodeError::NotCanonical { position, expected, found: 0xff });
        assert!(error.to_string().contains(&format!("byte {position} of it is 0xff")), "{error}");
    }

    #[test]
    fn bytes_after_a_block_and_bytes_that_lack_are_refused() {
        let mut encoded = alloy_rlp::encode(block());
        let expected = encoded.len();
        for length in 0..expected {
            assert!(decode_block(&encoded[..length]).is_err(), "{length}");
        }
        encoded.push(0xc0);
        let error = decode_block(&encoded).unwrap_err();
        assert_eq!(error, BlockDecodeError::Length { expected, found: expected + 1 });
    }

    proptest! {
        /// Also with more than one byte replaced: what decodes has these bytes and no others.
        #[test]
        fn whatever_is_accepted_is_encoded_with_the_same_bytes(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
        ) {
            let mut encoded = alloy_rlp::encode(block());
            for (index, byte) in changes {
                let length = encoded.len();
                encoded[index.index(length)] = byte;
            }
            if let Ok(found) = decode_block(&encoded) {
                prop_assert_eq!(alloy_rlp::encode(&found), encoded);
            }
        }
    }
}
