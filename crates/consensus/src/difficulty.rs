//! The difficulty a block of a Hanzo chain must have.

use alloy_primitives::U256;
use hanzo_poc::next_difficulty;
use hanzo_types::{DifficultyRule, HanzoConfig, Header};

/// Difficulty of the child of `parent`, in expected multiply-accumulates.
///
/// `grandparent` is `None` for the child of the genesis block, which keeps the genesis difficulty,
/// as does its own child: the interval from genesis to block 1 measures nothing but how long the
/// launch took. Source: decision D-05, proof-of-compute §7.
#[must_use]
pub fn expected_difficulty(
    config: &HanzoConfig,
    genesis_difficulty: U256,
    parent: &Header,
    grandparent: Option<&Header>,
) -> U256 {
    let measured = grandparent.filter(|grandparent| grandparent.number > 0);
    match (config.difficulty_rule, measured) {
        (DifficultyRule::Fixed, _) => genesis_difficulty,
        (DifficultyRule::Asert, None) => parent.difficulty,
        (DifficultyRule::Asert, Some(grandparent)) => {
            let interval_seconds = parent.timestamp.saturating_sub(grandparent.timestamp);
            let rule = hanzo_poc::DifficultyRule::asert(config.target_block_time);
            next_difficulty(parent.difficulty, interval_seconds, &rule)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanzo_poc::HALF_LIFE_BLOCK_TIMES;
    use hanzo_types::{ChainSpec, Rules};
    use proptest::prelude::*;

    const GENESIS: &str = include_str!("../../../genesis/testnet.json");

    fn expected(spec: &ChainSpec, parent: &Header, grandparent: Option<&Header>) -> U256 {
        let Rules::Hanzo(rules) = spec.rules() else { panic!("not a Hanzo chain") };
        expected_difficulty(rules.config(), spec.genesis().difficulty, parent, grandparent)
    }

    fn asert() -> ChainSpec {
        ChainSpec::from_genesis_json(GENESIS.as_bytes()).unwrap()
    }

    fn header(number: u64, timestamp: u64, difficulty: U256) -> Header {
        Header { number, timestamp, difficulty, ..Default::default() }
    }

    /// Difficulty of the child of block 7 which came `interval` seconds after block 6.
    fn after(interval: u64) -> U256 {
        let parent = header(7, 1_000 + interval, U256::from(1_u64 << 41));
        expected(&asert(), &parent, Some(&header(6, 1_000, U256::ZERO)))
    }

    #[test]
    fn the_first_two_blocks_keep_the_genesis_difficulty_however_long_the_launch_took() {
        let spec = asert();
        let genesis = header(0, 0, spec.genesis().difficulty);
        let first = expected(&spec, &genesis, None);
        assert_eq!(first, spec.genesis().difficulty);
        let block_1 = header(1, 1_000_000, first);
        assert_eq!(expected(&spec, &block_1, Some(&genesis)), first);
        let block_2 = header(2, 1_000_001, first);
        assert!(expected(&spec, &block_2, Some(&block_1)) > first);
    }

    #[test]
    fn a_block_on_time_keeps_the_difficulty() {
        assert_eq!(after(6), U256::from(1_u64 << 41));
    }

    #[test]
    fn a_block_one_half_life_late_almost_halves_the_difficulty_and_a_later_one_does_no_more() {
        let half_life = 6 * HALF_LIFE_BLOCK_TIMES;
        let almost_half = after(half_life);
        let half = U256::from(1_u64 << 40);
        assert!(almost_half > half && almost_half < half + (half >> 5), "{almost_half}");
        assert_eq!(after(half_life * 1_000), almost_half);
    }

    #[test]
    fn a_fixed_rule_ignores_time() {
        let spec = include_str!("../../../genesis/dev.json");
        let spec = ChainSpec::from_genesis_json(spec.as_bytes()).unwrap();
        let parent = header(7, 1_000_000, U256::from(5));
        let grandparent = header(6, 1_000, U256::from(5));
        let difficulty = expected(&spec, &parent, Some(&grandparent));
        assert_eq!(difficulty, spec.genesis().difficulty);
    }

    proptest! {
        #[test]
        fn a_later_block_never_raises_the_difficulty(interval in 1_u64..100_000, more in 1_u64..100_000) {
            prop_assert!(after(interval + more) <= after(interval));
        }
    }
}
