//! Epochs of work shares: their numbers, difficulty and storage.

use alloy_primitives::{U256, keccak256};

/// Blocks in an epoch. Source: proof-of-compute §9, decision D-33.
pub const SHARE_EPOCH_BLOCKS: u64 = 1_024;

/// Blocks in which a share is accepted, that of its own number included. Source: proof-of-compute §9.
pub const SHARE_WINDOW_BLOCKS: u64 = 64;

/// Smallest difficulty of a share: a share costs more gas than 16 tiles are worth. Source: D-33.
const MIN_SHARE_DIFFICULTY: U256 = U256::from_limbs([1 << 26, 0, 0, 0]);

/// A block is worth as much work as this many shares. Source: proof-of-compute §9.
const SHARES_IN_A_BLOCK: U256 = U256::from_limbs([32, 0, 0, 0]);

/// Most by which the difficulty of shares changes from one epoch to the next.
const CLAMP: U256 = U256::from_limbs([4, 0, 0, 0]);

/// A stretch of blocks whose shares divide one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShareEpoch(u64);

impl ShareEpoch {
    /// The epoch with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The epoch that block `number` belongs to.
    #[must_use]
    pub const fn of_block(number: u64) -> Self {
        Self(number / SHARE_EPOCH_BLOCKS)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The epoch that starts after block `number`, if the block is the last of its own.
    #[must_use]
    pub const fn starting_after(number: u64) -> Option<Self> {
        let next = number.saturating_add(1);
        if next.is_multiple_of(SHARE_EPOCH_BLOCKS) { Some(Self::of_block(next)) } else { None }
    }

    /// The epoch of which no share can be accepted from block `number` on, and could before.
    #[must_use]
    pub const fn settled_at(number: u64) -> Option<Self> {
        match number.checked_sub(SHARE_EPOCH_BLOCKS.saturating_add(SHARE_WINDOW_BLOCKS)) {
            Some(start) if start.is_multiple_of(SHARE_EPOCH_BLOCKS) => Some(Self::of_block(start)),
            Some(_) | None => None,
        }
    }

    /// The first block in which shares of this epoch can be paid.
    #[must_use]
    pub const fn first_claim(self) -> u64 {
        self.0
            .saturating_add(1)
            .saturating_mul(SHARE_EPOCH_BLOCKS)
            .saturating_add(SHARE_WINDOW_BLOCKS)
    }

    /// Storage key of one of its values in `ComputeMining`.
    #[must_use]
    pub fn slot(self, field: EpochField) -> U256 {
        let mut preimage = [0; 64];
        // The epoch as a 256-bit number, then slot 0, where Solidity declares the mapping.
        if let Some(low) = preimage.get_mut(24..32) {
            low.copy_from_slice(&self.0.to_be_bytes());
        }
        U256::from_be_bytes(keccak256(preimage).0).wrapping_add(U256::from(field as u8))
    }
}

/// What `ComputeMining` stores of an epoch, in storage order. Source: the contract's `Epoch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum EpochField {
    /// Difficulty that a share has to reach, in multiply-accumulates. Written by consensus.
    ShareDifficulty = 0,
    /// What its blocks paid in, in wei. Written by consensus.
    Pool = 1,
    /// Accepted shares. Written by the contract.
    Shares = 2,
}

/// Difficulty of shares of epoch 0, on a chain whose first block has `difficulty`. Source: D-33.
#[must_use]
pub fn first_share_difficulty(difficulty: U256) -> U256 {
    unclamped(difficulty)
}

/// Difficulty of shares of an epoch whose first block has `difficulty`, where those of the epoch before
/// had `previous`; all in multiply-accumulates. Source: D-33.
#[must_use]
pub fn next_share_difficulty(previous: U256, difficulty: U256) -> U256 {
    let least = previous.wrapping_div(CLAMP);
    let most = previous.saturating_mul(CLAMP);
    unclamped(difficulty).max(least).min(most)
}

fn unclamped(difficulty: U256) -> U256 {
    difficulty.wrapping_div(SHARES_IN_A_BLOCK).max(MIN_SHARE_DIFFICULTY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn number(value: u64) -> U256 {
        U256::from(value)
    }

    #[test]
    fn an_epoch_has_1024_blocks_and_the_first_has_genesis() {
        let epochs = [0, 1_023, 1_024, 2_047, 2_048].map(|n| ShareEpoch::of_block(n).number());
        assert_eq!(epochs, [0, 0, 1, 1, 2]);
    }

    #[test]
    fn an_epoch_starts_after_the_last_block_of_the_one_before() {
        let starting = [0, 1_022, 1_023, 1_024, 2_047].map(ShareEpoch::starting_after);
        let [one, two] = [1, 2].map(|epoch| Some(ShareEpoch::new(epoch)));
        assert_eq!(starting, [None, None, one, None, two]);
    }

    #[test]
    fn an_epoch_is_settled_64_blocks_after_its_end() {
        let settled = [0, 64, 1_087, 1_088, 1_089, 2_112].map(ShareEpoch::settled_at);
        let [zero, one] = [0, 1].map(|epoch| Some(ShareEpoch::new(epoch)));
        assert_eq!(settled, [None, None, None, zero, None, one]);
        assert_eq!([0, 1].map(|epoch| ShareEpoch::new(epoch).first_claim()), [1_088, 2_112]);
    }

    #[test]
    fn the_settled_block_is_the_first_that_takes_no_share_of_the_epoch() {
        // A share of block n is accepted up to block n + 63; the last block of epoch 0 is 1 023.
        let last_chance = SHARE_EPOCH_BLOCKS - 1 + SHARE_WINDOW_BLOCKS - 1;
        assert!(ShareEpoch::new(0).first_claim() > last_chance);
    }

    #[test]
    fn slots_are_those_of_the_contract() {
        let artifact = include_str!("../../../contracts/artifacts/ComputeMining.json");
        let artifact: Value = serde_json::from_str(artifact).unwrap();
        let storage = &artifact["storage"];
        let epochs = &storage["variables"][0];
        assert_eq!((&epochs["label"], &epochs["slot"]), (&"epochs".into(), &"0".into()));
        let members = &storage["types"]["struct ComputeMining.Epoch"]["members"];
        let expected = [
            ("shareDifficulty", EpochField::ShareDifficulty),
            ("pool", EpochField::Pool),
            ("shares", EpochField::Shares),
        ];
        for (member, (label, field)) in members.as_array().unwrap().iter().zip(expected) {
            assert_eq!(member["label"], label);
            assert_eq!(member["slot"], (field as u8).to_string());
        }
    }

    #[test]
    fn slots_of_epoch_0_and_1_are_these() {
        // keccak256 of 64 zero bytes, and of (1, 0).
        let zero = "ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5";
        let one = "ada5013122d395ba3c54772283fb069b10426056ef8ca54750cb9bb552a59e7d";
        for (epoch, slot) in [(0, zero), (1, one)] {
            let first = ShareEpoch::new(epoch).slot(EpochField::ShareDifficulty);
            assert_eq!(first, U256::from_str_radix(slot, 16).unwrap());
            assert_eq!(ShareEpoch::new(epoch).slot(EpochField::Shares), first + number(2));
        }
    }

    #[test]
    fn a_block_is_worth_32_shares_and_a_share_at_least_16_tiles() {
        assert_eq!(first_share_difficulty(number(1 << 41)), number(1 << 36));
        assert_eq!(first_share_difficulty(number(1 << 31)), number(1 << 26));
        assert_eq!(first_share_difficulty(number(1 << 26)), number(1 << 26));
    }

    #[test]
    fn from_one_epoch_to_the_next_the_difficulty_changes_by_a_factor_of_four_at_most() {
        let previous = number(1 << 36);
        assert_eq!(next_share_difficulty(previous, number(1 << 42)), number(1 << 37));
        assert_eq!(next_share_difficulty(previous, number(1 << 50)), number(1 << 38));
        assert_eq!(next_share_difficulty(previous, number(1 << 30)), number(1 << 34));
        assert_eq!(next_share_difficulty(number(1 << 26), number(1 << 26)), number(1 << 26));
    }

    proptest! {
        #[test]
        fn the_difficulty_of_shares_never_falls_below_the_least(
            previous in (1_u64 << 26)..u64::MAX,
            difficulty in any::<[u64; 3]>(),
        ) {
            let difficulty = U256::from_limbs([difficulty[0], difficulty[1], difficulty[2], 0]);
            let next = next_share_difficulty(number(previous), difficulty);
            prop_assert!(next >= MIN_SHARE_DIFFICULTY);
            prop_assert!(next <= number(previous) * CLAMP);
            prop_assert!(next * CLAMP + CLAMP > number(previous));
        }

        #[test]
        fn every_epoch_starts_once_and_is_settled_once(epoch in 0_u64..1_000_000) {
            let blocks = epoch * SHARE_EPOCH_BLOCKS..(epoch + 1) * SHARE_EPOCH_BLOCKS;
            let starts = blocks.clone().filter_map(ShareEpoch::starting_after);
            prop_assert_eq!(starts.collect::<Vec<_>>(), vec![ShareEpoch::new(epoch + 1)]);
            let settled = blocks.filter_map(ShareEpoch::settled_at);
            prop_assert_eq!(settled.count(), usize::from(epoch > 0));
        }
    }
}
