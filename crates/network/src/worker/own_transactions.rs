//! Transactions that this node is responsible for.

use super::Worker;
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::Bytes;
use hanzo_pool::TransactionOrigin;

/// Most transactions of which others are told again at a time: those that pay best.
const MAX_REMINDERS: usize = 1_024;

impl Worker {
    /// Transactions in the pool that did not come by gossip and could be mined at this base fee, by their
    /// encodings.
    pub(super) fn own_transactions(&self, base_fee: u64) -> Vec<Bytes> {
        let mut best = self.pool.best(base_fee);
        let own = std::iter::from_fn(move || best.next())
            .filter(|pooled| pooled.origin != TransactionOrigin::Gossip);
        own.take(MAX_REMINDERS)
            .map(|pooled| pooled.transaction.inner().encoded_2718().into())
            .collect()
    }
}
