//! Why the head is not moved back.

use crate::ImportError;
use thiserror::Error;

/// Why the head is not moved back.
#[derive(Debug, Error)]
pub enum RewindError {
    /// There is no such block on the canonical chain.
    #[error("block {number} is above the head, which is block {head}")]
    AboveHead {
        /// Number that was asked for.
        number: u64,
        /// Number of the head.
        head: u64,
    },
    /// The state of the block was pruned.
    #[error("block {number} is below the oldest state kept, that of block {oldest}")]
    BelowHistory {
        /// Number that was asked for.
        number: u64,
        /// Number of the oldest block whose state is kept.
        oldest: u64,
    },
    /// A read or a write failed.
    #[error(transparent)]
    Import(#[from] ImportError),
}
