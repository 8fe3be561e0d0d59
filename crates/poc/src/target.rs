//! The largest lottery number that wins.

use crate::TILE_MACS;
use alloy_primitives::U256;

/// The largest lottery number that wins.
///
/// `min(2^256 − 1, floor((2^256 − 1) / difficulty) · 2^22)`, so that a tile wins with probability
/// 2^22 / difficulty and the difficulty is the expected number of multiply-accumulates.
/// Source: proof-of-compute §3.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target(U256);

impl Target {
    /// Target of a difficulty; zero counts as one.
    #[must_use]
    pub fn from_difficulty(difficulty: U256) -> Self {
        let quotient = U256::MAX.wrapping_div(difficulty.max(U256::ONE));
        Self(quotient.saturating_mul(U256::from(TILE_MACS)))
    }

    /// The target as a number.
    #[must_use]
    pub const fn as_u256(self) -> U256 {
        self.0
    }

    /// Whether a lottery number, read big-endian, wins.
    #[must_use]
    pub fn is_met_by(self, pow: &[u8; 32]) -> bool {
        U256::from_be_bytes(*pow) <= self.0
    }
}
