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
