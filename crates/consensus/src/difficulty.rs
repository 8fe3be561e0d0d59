//! The difficulty a block must have.

use alloy_primitives::U256;
use hanzo_poc::next_difficulty;
use hanzo_types::{ChainSpec, DifficultyRule, Header};

/// Half-life of the difficulty rule, in target block times. Source: proof-of-compute §7.
pub const HALF_LIFE_BLOCK_TIMES: u64 = 60;

/// Difficulty of the child of `parent`, in expected multiply-accumulates.
///
/// `grandparent` is `None` for the child of the genesis block, which keeps the genesis difficulty,
/// as does its own child: the interval from genesis to block 1 measures nothing but how long the
/// launch took. Source: decision D-05, proof-of-compute §7.
#[must_use]
pub fn expected_difficulty(
    spec: &ChainSpec,
    parent: &Header,
    grandparent: Option<&Header>,
) -> U256 {
    let measured = grandparent.filter(|grandparent| grandparent.number > 0);
    match (spec.config().difficulty_rule, measured) {
        (DifficultyRule::Fixed, _) => spec.genesis().difficulty,
        (DifficultyRule::Asert, None) => parent.difficulty,
        (DifficultyRule::Asert, Some(grandparent)) => {
            let interval_seconds = parent.timestamp.saturating_sub(grandparent.timestamp);
            let target_block_time = spec.config().target_block_time;
            let rule = hanzo_poc::DifficultyRule {
                target_block_time,
                half_life: target_block_time.saturating_mul(HALF_LIFE_BLOCK_TIMES),
                minimum: U256::from(hanzo_poc::MIN_DIFFICULTY),
            };
            next_difficulty(parent.difficulty, interval_seconds, &rule)
        }
    }
}
