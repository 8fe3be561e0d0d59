//! Which of two chains wins.

use hanzo_types::TotalDifficulty;

/// Depth below the head at which a block is reported as `safe`. A depth, not a promise (D-10).
pub const SAFE_DEPTH: u64 = 32;

/// Depth below the head at which a block is reported as `finalized`. A depth, not a promise (D-10).
pub const FINALIZED_DEPTH: u64 = 128;

/// Whether the chain of weight `candidate` replaces a head of weight `head`.
///
/// Strictly heavier wins. On a tie the chain seen first stays, which makes withholding a block
/// to win ties worthless. Source: decision D-10, ADR-0005.
#[must_use]
pub fn prefers(candidate: TotalDifficulty, head: TotalDifficulty) -> bool {
    candidate > head
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;

    fn weight(value: u64) -> TotalDifficulty {
        TotalDifficulty(U256::from(value))
    }

    #[test]
    fn heavier_chain_wins() {
        assert!(prefers(weight(11), weight(10)));
        assert!(!prefers(weight(9), weight(10)));
    }

    #[test]
    fn first_seen_chain_wins_a_tie() {
        assert!(!prefers(weight(10), weight(10)));
    }
}
