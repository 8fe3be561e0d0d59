//! The supply of the native coin `$AI`: limits and the consensus counters.

use alloy_primitives::U256;

/// Wei in one AI. The coin has 18 decimals (SUP-01).
const WEI_PER_AI: u64 = 1_000_000_000_000_000_000;

/// Hard cap on outstanding supply: 10^27 wei, one billion AI (SUP-02).
pub const MAX_SUPPLY_WEI: U256 = ai_to_wei(1_000_000_000);

/// Coins that block rewards may mint before burned coins are recycled: 300 million AI (SUP-03).
pub const MINING_BUCKET_WEI: U256 = ai_to_wei(300_000_000);

/// Coins that training rewards may mint: 200 million AI (SUP-04).
pub const TRAINING_BUCKET_WEI: U256 = ai_to_wei(200_000_000);

/// Converts whole AI to wei.
#[must_use]
pub const fn ai_to_wei(ai: u64) -> U256 {
    // 2^64 · 10^18 < 2^128: the product cannot overflow.
    U256::from_limbs([WEI_PER_AI, 0, 0, 0]).wrapping_mul(U256::from_limbs([ai, 0, 0, 0]))
}

/// Storage slots of `AISupply` that hold the counters. Source: decision D-30.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SupplySlot {
    /// Everything ever minted after genesis.
    Minted = 0,
    /// Everything ever burned.
    Burned = 1,
    /// The part of `Minted` that block rewards account for.
    Mined = 2,
    /// The part of `Minted` that training rewards account for.
    Trained = 3,
}

impl SupplySlot {
    /// All slots, in storage order.
    pub const ALL: [Self; 4] = [Self::Minted, Self::Burned, Self::Mined, Self::Trained];

    /// Storage key of this counter.
    #[must_use]
    pub const fn key(self) -> U256 {
        U256::from_limbs([self as u64, 0, 0, 0])
    }
}

/// The supply counters after a block, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SupplyCounters {
    /// Everything ever minted after genesis.
    pub minted: U256,
    /// Everything ever burned: base fees, self-destructs, burned payments.
    pub burned: U256,
    /// Minted by block rewards, coinbase and share pool together.
    pub mined: U256,
    /// Minted by training rewards.
    pub trained: U256,
}

impl SupplyCounters {
    /// Outstanding supply: `genesis + minted − burned`.
    ///
    /// Saturates; a burn can never exceed what exists, so saturation would be a defect that the
    /// per-block balance check reports first.
    #[must_use]
    pub const fn outstanding(&self, genesis_supply: U256) -> U256 {
        genesis_supply.saturating_add(self.minted).saturating_sub(self.burned)
    }

    /// What block rewards may still mint: `300M − mined`, plus everything burned where burned
    /// coins are recycled. Source: decision D-32, I-29 rule 2.
    #[must_use]
    pub const fn mining_bucket(&self, recycle_burns: RecycleBurns) -> U256 {
        let recycled = match recycle_burns {
            RecycleBurns::Yes => self.burned,
            RecycleBurns::No => U256::ZERO,
        };
        MINING_BUCKET_WEI.saturating_add(recycled).saturating_sub(self.mined)
    }

    /// What training rewards may still mint: `200M − trained` (SUP-04).
    #[must_use]
    pub const fn training_bucket(&self) -> U256 {
        TRAINING_BUCKET_WEI.saturating_sub(self.trained)
    }

    /// What may be minted before the cap: `10^27 − outstanding`.
    #[must_use]
    pub const fn head_room(&self, genesis_supply: U256) -> U256 {
        MAX_SUPPLY_WEI.saturating_sub(self.outstanding(genesis_supply))
    }
}

/// Whether burned coins may be minted again by mining. A genesis setting (I-36).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecycleBurns {
    /// The mining bucket grows by everything burned.
    Yes,
    /// A burned coin is gone.
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_have_the_published_sizes() {
        let ten = U256::from(10);
        assert_eq!(MAX_SUPPLY_WEI, ten.pow(U256::from(27)));
        assert_eq!(MINING_BUCKET_WEI, U256::from(3) * ten.pow(U256::from(26)));
        assert_eq!(TRAINING_BUCKET_WEI, U256::from(2) * ten.pow(U256::from(26)));
    }

    #[test]
    fn recycled_burns_refill_the_mining_bucket_and_strict_mode_does_not() {
        let counters = SupplyCounters {
            mined: MINING_BUCKET_WEI,
            minted: MINING_BUCKET_WEI,
            burned: U256::from(5),
            ..Default::default()
        };
        assert_eq!(counters.mining_bucket(RecycleBurns::Yes), U256::from(5));
        assert_eq!(counters.mining_bucket(RecycleBurns::No), U256::ZERO);
    }

    #[test]
    fn head_room_is_never_negative() {
        let counters = SupplyCounters { minted: MAX_SUPPLY_WEI, ..Default::default() };
        assert_eq!(counters.head_room(MAX_SUPPLY_WEI), U256::ZERO);
    }

    #[test]
    fn slot_layout_is_the_one_the_contract_will_adopt() {
        assert_eq!(SupplySlot::ALL.map(|slot| slot.key().to::<u64>()), [0, 1, 2, 3]);
    }
}
