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
