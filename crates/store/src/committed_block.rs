//! What moves the persisted state forward.

use crate::BlockRef;
use alloy_primitives::B256;
use hanzo_state::Layer;
use hanzo_types::Receipt;
use std::sync::Arc;

/// A canonical block that is about to join the persisted state. It is already durable through
/// `put_block`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedBlock {
    /// Number and hash of the block, and what it changed in state and trie.
    pub layer: Arc<Layer>,
    /// Its receipts, one per transaction, in order.
    pub receipts: Arc<Vec<Receipt>>,
    /// Hashes of its transactions, in order.
    pub transaction_hashes: Vec<B256>,
}

impl CommittedBlock {
    /// The block by number and hash.
    #[must_use]
    pub fn reference(&self) -> BlockRef {
        BlockRef { number: self.layer.number, hash: self.layer.hash }
    }
}
