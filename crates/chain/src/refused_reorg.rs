//! A heavier chain that waits for a decision.

use alloy_primitives::B256;
use hanzo_types::TotalDifficulty;

/// A heavier chain that this node keeps and does not follow by itself. ADR-0022.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedReorg {
    /// Hash of its heaviest block.
    pub hash: B256,
    /// Number of that block.
    pub number: u64,
    /// Weight of the chain that ends in it.
    pub total_difficulty: TotalDifficulty,
    /// Number of the last block that it shares with the canonical chain.
    pub ancestor_number: u64,
    /// Hash of that block.
    pub ancestor_hash: B256,
    /// Canonical blocks that it would displace.
    pub depth: u64,
}
