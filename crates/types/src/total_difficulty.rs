//! The weight of a chain.

use alloy_primitives::U256;
use std::fmt;

/// Sum of the difficulties of a block and all its ancestors, in expected multiply-accumulates.
///
/// A newtype, because a difficulty and a total difficulty are both 256-bit numbers and comparing
/// one with the other would silently pick the wrong chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TotalDifficulty(pub U256);

impl TotalDifficulty {
    /// Weight of the chain that ends in a child of this block with difficulty `child_difficulty`.
    ///
    /// Saturates: difficulty is bounded by 2^192, so the sum cannot reach 2^256 in fewer than
    /// 2^64 blocks, and a saturated sum still orders correctly against every smaller one.
    #[must_use]
    pub const fn child(self, child_difficulty: U256) -> Self {
        Self(self.0.saturating_add(child_difficulty))
    }
}

impl fmt::Display for TotalDifficulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
