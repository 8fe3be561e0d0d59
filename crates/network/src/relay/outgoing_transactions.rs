//! Transactions that this node is to tell others of.

use crate::wire::{MAX_TRANSACTION_BATCH_BYTES, TransactionBatch};
use alloy_primitives::Bytes;
use std::time::Duration;

/// Most transactions that wait to be sent; further ones wait for nobody. The batches go out ten times a
/// second, so that this is more than a node can take in.
pub const MAX_OUTGOING_TRANSACTIONS: usize = 16_384;

/// How long transactions wait for others after a batch. Source: architecture §2.3.
const BATCHING: Duration = Duration::from_millis(100);

/// Transactions that users of this node sent, or that a reorganisation brought back: the first goes at once,
/// since nobody but this node has it, and those that come soon after it go together. What came from other
/// nodes is not here: it has been passed on already.
#[derive(Debug, Default)]
pub struct OutgoingTransactions {
    waiting: Vec<Bytes>,
    bytes: usize,
    /// When the next batch goes, since the start of the node, unless it is full before.
    next_at: Duration,
}

impl OutgoingTransactions {
    /// Takes a transaction in, by its EIP-2718 encoding. `false` if too many wait already.
    pub fn push(&mut self, transaction: Bytes) -> bool {
        if self.waiting.len() >= MAX_OUTGOING_TRANSACTIONS {
            return false;
        }
        self.bytes = self.bytes.saturating_add(transaction.len());
        self.waiting.push(transaction);
        true
    }

    /// The batches that are to be sent now.
    pub fn due(&mut self, now: Duration) -> Vec<TransactionBatch> {
        let is_full = self.bytes >= MAX_TRANSACTION_BATCH_BYTES;
        if self.waiting.is_empty() || (now < self.next_at && !is_full) {
            return Vec::new();
        }
        self.next_at = now.saturating_add(BATCHING);
        self.take_all()
    }

    /// Everything that waits, due or not.
    pub fn take_all(&mut self) -> Vec<TransactionBatch> {
        self.bytes = 0;
        TransactionBatch::split(std::mem::take(&mut self.waiting))
    }
}
