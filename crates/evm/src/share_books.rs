//! What consensus writes about work shares at the end of a block.

use crate::slot_write::SlotWrite;
use alloy_primitives::U256;
use hanzo_poc::next_difficulty;
use hanzo_state::StateError;
use hanzo_types::{
    DifficultyRule, EpochField, HanzoConfig, Header, ShareEpoch, next_share_difficulty,
};

/// A block, as the difficulty of its child depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockPace {
    number: u64,
    difficulty: U256,
    /// Seconds since its parent.
    interval_seconds: u64,
}

impl BlockPace {
    /// That of the block with `header` after `parent`.
    pub(crate) fn of(header: &Header, parent: &Header) -> Self {
        Self {
            number: header.number,
            difficulty: header.difficulty,
            interval_seconds: header.timestamp.saturating_sub(parent.timestamp),
        }
    }

    /// Difficulty of the child. Asked for the last block of an epoch only, which is never one of the
    /// first two, whose children have rules of their own (D-05).
    fn child_difficulty(&self, config: &HanzoConfig) -> U256 {
        match config.difficulty_rule {
            DifficultyRule::Fixed => self.difficulty,
            DifficultyRule::Asert => {
                let rule = hanzo_poc::DifficultyRule::asert(config.target_block_time);
                next_difficulty(self.difficulty, self.interval_seconds, &rule)
            }
        }
    }
}

/// The slots of `ComputeMining` that the end of a block changes. `paid_in`, in wei, goes into the pool of
/// its epoch, and with it the pool of an epoch that ended 64 blocks ago and got no shares; the last block
/// of an epoch sets the difficulty of shares of the next. Source: decision D-33.
///
/// `read` reads a slot as the last transaction left it.
///
/// # Errors
/// Those of `read`.
pub(crate) fn share_writes(
    config: &HanzoConfig,
    block: BlockPace,
    paid_in: U256,
    mut read: impl FnMut(U256) -> Result<U256, StateError>,
) -> Result<Vec<SlotWrite>, StateError> {
    let open = ShareEpoch::of_block(block.number);
    let mut writes = Vec::new();
    let mut rolled = U256::ZERO;
    if let Some(settled) = ShareEpoch::settled_at(block.number)
        && read(settled.slot(EpochField::Shares))?.is_zero()
    {
        let key = settled.slot(EpochField::Pool);
        rolled = read(key)?;
        writes.push(SlotWrite { key, before: rolled, after: U256::ZERO });
    }
    let key = open.slot(EpochField::Pool);
    let before = read(key)?;
    let after = before.saturating_add(paid_in).saturating_add(rolled);
    writes.push(SlotWrite { key, before, after });
    if let Some(next) = ShareEpoch::starting_after(block.number) {
        let previous = read(open.slot(EpochField::ShareDifficulty))?;
        let key = next.slot(EpochField::ShareDifficulty);
        let after = next_share_difficulty(previous, block.child_difficulty(config));
        writes.push(SlotWrite { key, before: read(key)?, after });
    }
    Ok(writes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanzo_testkit::spec_with;
    use std::collections::BTreeMap;

    type Slots = BTreeMap<U256, U256>;

    const LAST_OF_EPOCH_0: u64 = 1_023;
    const EPOCH_0_IS_SETTLED: u64 = 1_088;

    fn wei(value: u64) -> U256 {
        U256::from(value)
    }

    fn slot(epoch: u64, field: EpochField) -> U256 {
        ShareEpoch::new(epoch).slot(field)
    }

    fn config(change: impl FnOnce(&mut serde_json::Value)) -> HanzoConfig {
        spec_with(change).hanzo_rules().unwrap().config().clone()
    }

    fn asert() -> HanzoConfig {
        config(|genesis| genesis["config"]["hanzo"]["difficultyRule"] = "asert".into())
    }

    /// The slots after a block.
    fn after(config: &HanzoConfig, block: BlockPace, paid_in: u64, mut slots: Slots) -> Slots {
        let read = |key| Ok(slots.get(&key).copied().unwrap_or_default());
        for write in share_writes(config, block, wei(paid_in), read).unwrap() {
            assert_eq!(write.before, slots.get(&write.key).copied().unwrap_or_default());
            slots.insert(write.key, write.after);
        }
        slots.retain(|_, value| !value.is_zero());
        slots
    }

    fn block(number: u64) -> BlockPace {
        BlockPace { number, difficulty: wei(1 << 40), interval_seconds: 6 }
    }

    #[test]
    fn what_a_block_pays_in_is_added_to_the_pool_of_its_epoch() {
        let pool = slot(3, EpochField::Pool);
        let before = Slots::from([(pool, wei(5))]);
        let expected = Slots::from([(pool, wei(12))]);
        assert_eq!(after(&asert(), block(3 * 1_024 + 500), 7, before), expected);
    }

    #[test]
    fn the_last_block_of_an_epoch_sets_the_difficulty_of_the_next_from_that_of_the_next_block() {
        let previous = slot(0, EpochField::ShareDifficulty);
        let next = slot(1, EpochField::ShareDifficulty);
        let before = Slots::from([(previous, wei(1 << 35))]);
        let on_time = after(&asert(), block(LAST_OF_EPOCH_0), 0, before.clone());
        assert_eq!(on_time[&next], wei(1 << 35));
        let late = BlockPace { interval_seconds: 360, ..block(LAST_OF_EPOCH_0) };
        let eased = after(&asert(), late, 0, before.clone())[&next];
        assert!(eased < wei(1 << 35) && eased > wei(1 << 34), "{eased}");
        let fixed = after(&config(|_| {}), late, 0, before)[&next];
        assert_eq!(fixed, wei(1 << 35), "a fixed difficulty knows no time");
    }

    #[test]
    fn the_clamp_is_that_of_the_epoch_before() {
        let slots = |previous| Slots::from([(slot(0, EpochField::ShareDifficulty), wei(previous))]);
        let next = |previous: u64| {
            let slots = after(&asert(), block(LAST_OF_EPOCH_0), 0, slots(previous));
            slots[&slot(1, EpochField::ShareDifficulty)]
        };
        assert_eq!(next(1 << 30), wei(1 << 32));
        assert_eq!(next(1 << 40), wei(1 << 38));
    }

    #[test]
    fn an_epoch_without_shares_leaves_its_pool_to_the_open_one() {
        let (old, open) = (slot(0, EpochField::Pool), slot(1, EpochField::Pool));
        let before = Slots::from([(old, wei(100)), (open, wei(20))]);
        let expected = Slots::from([(open, wei(123))]);
        assert_eq!(after(&asert(), block(EPOCH_0_IS_SETTLED), 3, before.clone()), expected);
        let early = after(&asert(), block(EPOCH_0_IS_SETTLED - 1), 3, before);
        assert_eq!(early, Slots::from([(old, wei(100)), (open, wei(23))]));
    }

    #[test]
    fn an_epoch_with_a_single_share_keeps_its_pool() {
        let (old, open) = (slot(0, EpochField::Pool), slot(1, EpochField::Pool));
        let share = (slot(0, EpochField::Shares), wei(1));
        let before = Slots::from([(old, wei(100)), share]);
        let expected = Slots::from([(old, wei(100)), share, (open, wei(3))]);
        assert_eq!(after(&asert(), block(EPOCH_0_IS_SETTLED), 3, before), expected);
    }

    #[test]
    fn a_block_that_pays_nothing_changes_no_pool() {
        let writes = share_writes(&asert(), block(7), U256::ZERO, |_| Ok(U256::ZERO)).unwrap();
        assert!(writes.iter().all(|write| write.before == write.after));
    }
}
