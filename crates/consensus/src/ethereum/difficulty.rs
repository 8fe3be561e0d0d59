//! The difficulty of a mined block. Source: Yellow Paper §4.4.4, EIP-2, EIP-100 and the delays of
//! the difficulty bomb named below.

use alloy_consensus::constants::EMPTY_OMMER_ROOT_HASH;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::U256;
use hanzo_types::{EthereumForks, Header};

/// Least difficulty of a mined block. Source: Yellow Paper §4.4.4.
const MIN_DIFFICULTY: U256 = U256::from_limbs([131_072, 0, 0, 0]);

/// A step is the parent's difficulty over this.
const BOUND_DIVISOR: U256 = U256::from_limbs([2_048, 0, 0, 0]);

/// Most steps down at once. Source: EIP-2.
const MOST_STEPS_DOWN: u64 = 99;

/// Blocks from one doubling of the bomb to the next.
const BOMB_PERIOD: u64 = 100_000;

/// How difficulty follows from the parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formula {
    /// One step, up or down.
    Frontier,
    /// Steps by how late the block is. Source: EIP-2.
    Homestead,
    /// Ommers count as well, and the bomb ticks as if this many blocks were missing. Source:
    /// EIP-100.
    Byzantium {
        /// Delay of the bomb, in blocks.
        bomb_delay: u64,
    },
}

impl Formula {
    /// The formula of block `number`.
    pub(super) fn of(forks: &EthereumForks, number: u64) -> Self {
        let active = |fork| forks.is_active_at_block(fork, number);
        let delays = [
            // EIP-5133, EIP-4345, EIP-3554, EIP-2384, EIP-1234, EIP-649.
            (EthereumHardfork::GrayGlacier, 11_400_000),
            (EthereumHardfork::ArrowGlacier, 10_700_000),
            (EthereumHardfork::London, 9_700_000),
            (EthereumHardfork::MuirGlacier, 9_000_000),
            (EthereumHardfork::Constantinople, 5_000_000),
            (EthereumHardfork::Byzantium, 3_000_000),
        ];
        match delays.into_iter().find(|(fork, _)| active(*fork)) {
            Some((_, bomb_delay)) => Self::Byzantium { bomb_delay },
            None if active(EthereumHardfork::Homestead) => Self::Homestead,
            None => Self::Frontier,
        }
    }

    /// Blocks by which the bomb is delayed.
    const fn bomb_delay(self) -> u64 {
        match self {
            Self::Frontier | Self::Homestead => 0,
            Self::Byzantium { bomb_delay } => bomb_delay,
        }
    }
}

/// How far difficulty moves, in steps.
enum Steps {
    Up(u64),
    Down(u64),
}

/// Difficulty of a child of `parent` at `timestamp`.
pub(super) fn next(formula: Formula, parent: &Header, timestamp: u64) -> U256 {
    let step = parent.difficulty.wrapping_div(BOUND_DIVISOR);
    let moved = match steps(formula, parent, timestamp) {
        Steps::Up(count) => {
            parent.difficulty.saturating_add(step.saturating_mul(U256::from(count)))
        }
        Steps::Down(count) => {
            parent.difficulty.saturating_sub(step.saturating_mul(U256::from(count)))
        }
    };
    let number = parent.number.saturating_add(1);
    let bomb = bomb(number.saturating_sub(formula.bomb_delay()));
    moved.max(MIN_DIFFICULTY).saturating_add(bomb)
}

fn steps(formula: Formula, parent: &Header, timestamp: u64) -> Steps {
    let late = timestamp.saturating_sub(parent.timestamp);
    let (up, down): (u64, u64) = match formula {
        Formula::Frontier if late < 13 => return Steps::Up(1),
        Formula::Frontier => return Steps::Down(1),
        Formula::Homestead => (1, late.wrapping_div(10)),
        Formula::Byzantium { .. } => {
            let has_ommers = parent.ommers_hash != EMPTY_OMMER_ROOT_HASH;
            (if has_ommers { 2 } else { 1 }, late.wrapping_div(9))
        }
    };
    match up.checked_sub(down) {
        Some(steps) => Steps::Up(steps),
        None => Steps::Down(down.saturating_sub(up).min(MOST_STEPS_DOWN)),
    }
}

/// What the bomb adds at the (delayed) block `number`: it doubles every 100 000 blocks.
fn bomb(number: u64) -> U256 {
    let period = number.wrapping_div(BOMB_PERIOD);
    let Some(doublings) = period.checked_sub(2) else { return U256::ZERO };
    let doublings = usize::try_from(doublings).unwrap_or(usize::MAX);
    U256::ONE.checked_shl(doublings).unwrap_or(U256::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::B256;

    fn parent(number: u64, timestamp: u64, difficulty: u64) -> Header {
        Header {
            number,
            timestamp,
            difficulty: U256::from(difficulty),
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            ..Default::default()
        }
    }

    #[test]
    fn the_first_blocks_of_the_public_network_follow_the_frontier_formula() {
        let mut difficulty = 17_179_869_184_u64;
        let blocks = [
            (0, 0, 1_438_269_988, 17_171_480_576),
            (1, 1_438_269_988, 1_438_270_017, 17_163_096_064),
            (2, 1_438_270_017, 1_438_270_048, 17_154_715_646),
        ];
        for (number, before, timestamp, expected) in blocks {
            let parent = parent(number, before, difficulty);
            let found = next(Formula::Frontier, &parent, timestamp);
            assert_eq!(found, U256::from(expected), "block {}", number + 1);
            difficulty = expected;
        }
    }

    #[test]
    fn frontier_rises_below_thirteen_seconds() {
        let parent = parent(7, 1_000, 2_048_000_000);
        assert_eq!(next(Formula::Frontier, &parent, 1_012), U256::from(2_049_000_000));
        assert_eq!(next(Formula::Frontier, &parent, 1_013), U256::from(2_047_000_000));
    }

    #[test]
    fn homestead_falls_by_how_late_the_block_is_and_by_at_most_99_steps() {
        let parent = parent(7, 1_000, 2_048_000_000);
        let after = |seconds: u64| next(Formula::Homestead, &parent, 1_000 + seconds);
        assert_eq!(after(9), U256::from(2_049_000_000));
        assert_eq!(after(10), U256::from(2_048_000_000));
        assert_eq!(after(39), U256::from(2_046_000_000));
        assert_eq!(after(1_000), U256::from(1_949_000_000));
        assert_eq!(after(1_000_000), U256::from(1_949_000_000));
    }

    #[test]
    fn byzantium_counts_the_parents_ommers() {
        let formula = Formula::Byzantium { bomb_delay: 3_000_000 };
        let alone = parent(7, 1_000, 2_048_000_000);
        let with_ommers = Header { ommers_hash: B256::ZERO, ..alone.clone() };
        assert_eq!(next(formula, &alone, 1_008), U256::from(2_049_000_000));
        assert_eq!(next(formula, &alone, 1_009), U256::from(2_048_000_000));
        assert_eq!(next(formula, &with_ommers, 1_009), U256::from(2_049_000_000));
    }

    #[test]
    fn difficulty_never_falls_below_the_minimum() {
        let parent = parent(7, 1_000, 131_072);
        for formula in [Formula::Frontier, Formula::Homestead] {
            assert_eq!(next(formula, &parent, 9_999), MIN_DIFFICULTY);
        }
    }

    #[test]
    fn the_bomb_doubles_every_hundred_thousand_blocks_after_its_delay() {
        let at = |formula, number: u64| next(formula, &parent(number - 1, 1_000, 131_072), 1_010);
        let bomb = |formula, number: u64| at(formula, number) - MIN_DIFFICULTY;
        assert_eq!(bomb(Formula::Homestead, 199_999), U256::ZERO);
        assert_eq!(bomb(Formula::Homestead, 200_000), U256::from(1));
        assert_eq!(bomb(Formula::Homestead, 4_300_000), U256::from(1_u64 << 41));
        for bomb_delay in [3_000_000, 5_000_000, 9_000_000, 9_700_000, 10_700_000, 11_400_000] {
            let formula = Formula::Byzantium { bomb_delay };
            assert_eq!(bomb(formula, bomb_delay + 199_999), U256::ZERO);
            assert_eq!(bomb(formula, bomb_delay + 200_000), U256::from(1));
            assert_eq!(bomb(formula, bomb_delay + 1_200_000), U256::from(1 << 10));
        }
        assert_eq!(bomb(Formula::Homestead, u64::MAX - 1), U256::MAX - MIN_DIFFICULTY);
    }
}
