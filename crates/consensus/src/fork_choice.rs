//! Which of two chains wins.

use hanzo_types::TotalDifficulty;

/// Depth below the head at which a block is reported as `safe`. A depth, not a promise (D-10).
pub const SAFE_DEPTH: u64 = 32;

/// Depth below the head at which a block is reported as `finalized`. A depth, not a promise (D-10).
pub const FINALIZED_DEPTH: u64 = 128;

/// What fork choice compares: everything about the end of a chain that a rule may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainWeight {
    /// Sum of all difficulties.
    pub total_difficulty: TotalDifficulty,
    /// Number of the last block.
    pub number: u64,
}

/// Whether the chain of weight `candidate` replaces a head of weight `head`.
///
/// Strictly heavier wins. On a tie the chain seen first stays, which makes withholding a block
/// to win ties worthless. Source: decision D-10, ADR-0005.
pub(crate) fn heavier(candidate: ChainWeight, head: ChainWeight) -> bool {
    candidate.total_difficulty > head.total_difficulty
}

/// As [`heavier`]; of two chains of equal weight the longer wins, because merged blocks weigh
/// nothing. Source: decision D-10.
pub(crate) fn heavier_or_longer(candidate: ChainWeight, head: ChainWeight) -> bool {
    (candidate.total_difficulty, candidate.number) > (head.total_difficulty, head.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;

    fn weight(difficulty: u64, number: u64) -> ChainWeight {
        ChainWeight { total_difficulty: TotalDifficulty(U256::from(difficulty)), number }
    }

    #[test]
    fn heavier_chain_wins_however_short_it_is() {
        for rule in [heavier, heavier_or_longer] {
            assert!(rule(weight(11, 1), weight(10, 9)));
            assert!(!rule(weight(9, 9), weight(10, 1)));
        }
    }

    #[test]
    fn first_seen_chain_wins_a_tie() {
        assert!(!heavier(weight(10, 1), weight(10, 1)));
        assert!(!heavier_or_longer(weight(10, 1), weight(10, 1)));
    }

    #[test]
    fn of_two_merged_chains_the_longer_wins() {
        assert!(heavier_or_longer(weight(10, 8), weight(10, 7)));
        assert!(!heavier_or_longer(weight(10, 6), weight(10, 7)));
        assert!(!heavier(weight(10, 8), weight(10, 7)), "length is no work");
    }
}
