//! What moves the persisted state forward.

use crate::BlockRef;
use alloy_primitives::B256;
use hanzo_state::{StateDiff, TrieDiff};
use hanzo_types::Receipt;
use std::sync::Arc;

/// A run of canonical blocks directly above the persisted state, and what they changed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitSegment {
    /// The blocks in ascending order; each is already durable through `put_block`.
    pub blocks: Vec<CommittedBlock>,
    /// State changes of all blocks, merged, so that each key is written once.
    pub state: StateDiff,
    /// Trie changes of all blocks, merged.
    pub trie: TrieDiff,
}

/// One block of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedBlock {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block.
    pub hash: B256,
    /// Its receipts, one per transaction, in order.
    pub receipts: Arc<Vec<Receipt>>,
    /// Hashes of its transactions, in order.
    pub transaction_hashes: Vec<B256>,
}

impl CommittedBlock {
    /// The block by number and hash.
    #[must_use]
    pub const fn reference(&self) -> BlockRef {
        BlockRef { number: self.number, hash: self.hash }
    }
}
