//! What is in the pool, for `txpool_content` and its relatives.

use crate::PooledTransaction;
use alloy_primitives::Address;
use std::{collections::BTreeMap, sync::Arc};

/// Transactions by sender and nonce, in order.
pub type TransactionsBySender = BTreeMap<Address, BTreeMap<u64, Arc<PooledTransaction>>>;

/// What is in the pool, divided as geth divides it.
#[derive(Debug, Clone, Default)]
pub struct PoolContent {
    /// Everything that lacks nothing but a block, or a lower base fee.
    pub pending: TransactionsBySender,
    /// Everything that waits for a missing nonce or for balance.
    pub queued: TransactionsBySender,
}

impl PoolContent {
    pub(crate) fn new(
        executable: Vec<Vec<Arc<PooledTransaction>>>,
        queued: Vec<Vec<Arc<PooledTransaction>>>,
    ) -> Self {
        Self { pending: by_sender(executable), queued: by_sender(queued) }
    }
}

fn by_sender(lanes: Vec<Vec<Arc<PooledTransaction>>>) -> TransactionsBySender {
    let mut content = TransactionsBySender::new();
    for transaction in lanes.into_iter().flatten() {
        let by_nonce = content.entry(transaction.sender()).or_default();
        by_nonce.insert(transaction.nonce(), transaction);
    }
    content
}
