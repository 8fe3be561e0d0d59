//! Whether a block is mined or comes after the merge. Source: EIP-3675.

use super::EthereumRules;
use crate::{Ancestors, UnreadableAncestor};
use alloy_primitives::U256;
use hanzo_types::SealedHeader;

/// Which side of the merge a block is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    /// It has a difficulty and may have ommers.
    Mined,
    /// It has neither.
    Merged,
}

/// The era of a child of `parent`: merged once the chain up to the parent has reached the terminal
/// total difficulty.
pub(super) fn era_after(
    rules: &EthereumRules,
    parent: &SealedHeader,
    ancestors: &dyn Ancestors,
) -> Result<Era, UnreadableAncestor> {
    let Some(terminal) = rules.forks().terminal_total_difficulty() else { return Ok(Era::Mined) };
    let parent_is_merged = parent.number > 0 && parent.difficulty.is_zero();
    if terminal == U256::ZERO || parent_is_merged {
        return Ok(Era::Merged);
    }
    let hash = parent.hash();
    let missing = || UnreadableAncestor { hash, reason: "its weight is missing".to_owned() };
    let reached = ancestors.total_difficulty(hash)?.ok_or_else(missing)?;
    Ok(if reached.0 >= terminal { Era::Merged } else { Era::Mined })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ethereum::fixture::{GENESIS_DIFFICULTY, Line, OnlyHeaders};
    use alloy_hardforks::EthereumHardfork as Fork;

    /// A mined chain of `blocks` that merges at `terminal`.
    fn merging(terminal: U256, blocks: usize) -> Line {
        let line = Line::with(Fork::London, |config| {
            config["terminalTotalDifficulty"] = serde_json::json!(terminal.to_string());
        });
        line.extend_by(blocks)
    }

    fn era(line: &Line) -> Era {
        era_after(&line.rules, line.tip(), line).unwrap()
    }

    #[test]
    fn a_chain_without_terminal_difficulty_stays_mined() {
        let line = Line::at(Fork::London).extend_by(3);
        assert_eq!(era(&line), Era::Mined);
    }

    #[test]
    fn a_terminal_difficulty_of_zero_is_a_merge_at_genesis() {
        let line = Line::at(Fork::Paris);
        assert_eq!(era(&line), Era::Merged);
        // The weight is not even asked for.
        assert_eq!(era_after(&line.rules, line.tip(), &OnlyHeaders(&line)), Ok(Era::Merged));
    }

    #[test]
    fn the_child_of_the_first_block_that_reaches_the_terminal_difficulty_is_merged() {
        let genesis = U256::from(GENESIS_DIFFICULTY);
        let beyond_one_block = genesis + genesis;
        for (terminal, blocks, expected) in [
            (genesis, 0, Era::Merged),
            (genesis + U256::from(1), 0, Era::Mined),
            (genesis + U256::from(1), 1, Era::Merged),
            (beyond_one_block, 1, Era::Merged),
            (beyond_one_block + genesis + genesis, 1, Era::Mined),
        ] {
            assert_eq!(era(&merging(terminal, blocks)), expected, "{terminal}, {blocks} blocks");
        }
    }

    #[test]
    fn a_child_of_a_merged_block_is_merged_whatever_the_weight() {
        let line = merging(U256::from(GENESIS_DIFFICULTY), 2);
        assert!(line.tip().difficulty.is_zero());
        assert_eq!(era_after(&line.rules, line.tip(), &OnlyHeaders(&line)), Ok(Era::Merged));
    }

    #[test]
    fn a_weight_that_cannot_be_read_is_not_taken_for_a_verdict() {
        let line = merging(U256::from(GENESIS_DIFFICULTY), 0);
        let unreadable = era_after(&line.rules, line.tip(), &OnlyHeaders(&line)).unwrap_err();
        assert_eq!(unreadable.hash, line.tip().hash());
    }
}
