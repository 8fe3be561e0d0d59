//! The difficulty rule's bounds.

use alloy_primitives::U256;
use hanzo_poc::{DifficultyRule, MIN_DIFFICULTY, next_difficulty};
use proptest::prelude::*;

fn rule(target_block_time: u64) -> DifficultyRule {
    let half_life = target_block_time * 60;
    DifficultyRule { target_block_time, half_life, minimum: U256::from(MIN_DIFFICULTY) }
}

#[test]
fn difficulty_saturates_at_two_to_the_192() {
    let limit = U256::ONE << 192;
    assert_eq!(next_difficulty(limit, 1, &rule(6)), limit);
    assert_eq!(next_difficulty(U256::MAX, 1, &rule(6)), limit);
}

#[test]
fn an_interval_of_zero_counts_as_one_second() {
    let parent = U256::from(1u64 << 40);
    assert_eq!(next_difficulty(parent, 0, &rule(6)), next_difficulty(parent, 1, &rule(6)));
}

#[test]
fn a_chain_that_stood_still_falls_by_half_a_step_and_no_more() {
    let parent = U256::from(1u64 << 40);
    let year = next_difficulty(parent, 31_536_000, &rule(6));
    assert_eq!(year, next_difficulty(parent, 360, &rule(6)));
    assert!(year > parent / U256::from(2));
}

proptest! {
    #[test]
    fn a_longer_interval_never_raises_the_difficulty(
        parent in MIN_DIFFICULTY..u64::MAX, interval in 1u64..100_000, time in 2u64..=3600,
    ) {
        let rule = rule(time);
        let shorter = next_difficulty(U256::from(parent), interval, &rule);
        let longer = next_difficulty(U256::from(parent), interval + 1, &rule);
        prop_assert!(longer <= shorter);
    }

    #[test]
    fn one_step_stays_between_half_and_double_and_above_the_minimum(
        parent in MIN_DIFFICULTY..u64::MAX, interval: u64, time in 2u64..=3600,
    ) {
        let parent = U256::from(parent);
        let next = next_difficulty(parent, interval, &rule(time));
        prop_assert!(next >= U256::from(MIN_DIFFICULTY));
        prop_assert!(next <= parent * U256::from(2));
        prop_assert!(next >= parent / U256::from(2));
    }

    #[test]
    fn the_target_interval_keeps_the_difficulty(parent in MIN_DIFFICULTY..u64::MAX, time in 2u64..=3600) {
        let parent = U256::from(parent);
        prop_assert_eq!(next_difficulty(parent, time, &rule(time)), parent);
    }
}
