//! PREVRANDAO, the randomness the EVM sees.

use crate::Header;
use alloy_primitives::{B256, Keccak256};

/// PREVRANDAO of block `number`, child of `parent`: keccak256(parent.mixHash ‖ parent.nonce ‖
/// be64(number)).
///
/// It cannot be this block's own `mixHash`: the seal is found after the state root is fixed. A
/// miner can bias it at the price of throwing a block away; do not build lotteries on it.
/// Source: decision D-04, ADR-0001.
#[must_use]
pub fn prev_randao(parent: &Header, number: u64) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update(parent.mix_hash);
    hasher.update(parent.nonce);
    hasher.update(number.to_be_bytes());
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{b64, b256, keccak256};

    #[test]
    fn prev_randao_of_block_one_uses_the_zero_genesis_seal() {
        let mut preimage = [0u8; 48];
        preimage[47] = 1;
        assert_eq!(prev_randao(&Header::default(), 1), keccak256(preimage));
    }

    #[test]
    fn prev_randao_golden_vector() {
        let parent = Header {
            mix_hash: b256!("0x67efef699fabf748d8e547f45f168864befacd1b185e48498ece974624880aa0"),
            nonce: b64!("0x000005ab0000000c"),
            number: 1,
            ..Default::default()
        };
        assert_eq!(
            prev_randao(&parent, 2),
            b256!("0x788a896b1e7593a1d46337cc0d5a57f36eb97edcb6cc51109171bfa9e3e2d146")
        );
    }
}
