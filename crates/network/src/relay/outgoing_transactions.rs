//! Transactions that this node is to tell others of.

use crate::wire::{MAX_TRANSACTION_BATCH_BYTES, TransactionBatch};
use alloy_primitives::Bytes;
use std::time::Duration;

/// Most transactions that wait to be sent; further ones wait for nobody. The batches go out ten times a
/// second, so that this is more than a node can take in.
pub const MAX_OUTGOING_TRANSACTIONS: usize = 16_384;

/// How long a transaction waits for others. Source: architecture §2.3.
const BATCHING: Duration = Duration::from_millis(100);

/// Transactions that users of this node sent, or that a reorganisation brought back: they are sent in
/// batches. What came from other nodes is not here: it has been passed on already.
#[derive(Debug, Default)]
pub struct OutgoingTransactions {
    waiting: Vec<Bytes>,
    bytes: usize,
    since: Option<Duration>,
}

impl OutgoingTransactions {
    /// Takes a transaction in, by its EIP-2718 encoding. `false` if too many wait already.
    pub fn push(&mut self, transaction: Bytes, now: Duration) -> bool {
        if self.waiting.len() >= MAX_OUTGOING_TRANSACTIONS {
            return false;
        }
        self.bytes = self.bytes.saturating_add(transaction.len());
        self.waiting.push(transaction);
        self.since.get_or_insert(now);
        true
    }

    /// The batches that are to be sent now.
    pub fn due(&mut self, now: Duration) -> Vec<TransactionBatch> {
        let Some(since) = self.since else { return Vec::new() };
        if self.bytes < MAX_TRANSACTION_BATCH_BYTES && now < since.saturating_add(BATCHING) {
            return Vec::new();
        }
        self.since = None;
        self.bytes = 0;
        TransactionBatch::split(std::mem::take(&mut self.waiting))
    }
}
