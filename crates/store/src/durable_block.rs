//! A block that survives a crash although its state may not have been written yet.

use hanzo_types::{RecoveredBlock, TotalDifficulty};

/// A stored block with what fork choice needs to know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurableBlock {
    /// The block with its senders.
    pub block: RecoveredBlock,
    /// Weight of the chain that ends in it.
    pub total_difficulty: TotalDifficulty,
    /// Position in the order in which blocks were stored: among equally heavy heads the one seen
    /// first stays the head, also across a restart. Source: decision D-10.
    pub arrival: u64,
}
