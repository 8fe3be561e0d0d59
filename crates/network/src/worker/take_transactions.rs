//! Transactions from other nodes.

use super::Worker;
use crate::wire::{TransactionBatch, WireError};
use alloy_primitives::keccak256;
use hanzo_pool::{PoolError, TransactionOrigin};
use hanzo_types::Fault;

/// What came of a batch of transactions.
#[derive(Debug)]
pub enum TakenTransactions {
    /// It is no batch.
    Malformed(WireError),
    /// One is not valid in any state.
    Invalid(PoolError),
    /// This node failed to judge one.
    Local(PoolError),
    /// All were judged.
    Judged {
        /// How many are in the pool now that were not before.
        added: usize,
        /// How many were there.
        known: usize,
        /// How many do not fit the pool or the state now.
        unfit: usize,
    },
}

impl Worker {
    /// Takes a batch into the pool. One that has an invalid transaction is not taken beyond it.
    pub(super) fn take_transactions(&self, bytes: &[u8]) -> TakenTransactions {
        let batch = match TransactionBatch::decode(bytes) {
            Ok(batch) => batch,
            Err(error) => return TakenTransactions::Malformed(error),
        };
        let (mut added, mut known, mut unfit) = (0_usize, 0_usize, 0_usize);
        for encoded in batch.transactions() {
            // Its hash is that of its bytes: who has it need not recover the sender.
            let result = if self.pool.get(keccak256(encoded)).is_some() {
                known = known.saturating_add(1);
                continue;
            } else {
                let decoded = self.pool.decode(encoded);
                decoded.and_then(|decoded| self.pool.add(decoded, TransactionOrigin::Gossip))
            };
            match result {
                Ok(_) => added = added.saturating_add(1),
                Err(PoolError::AlreadyKnown { .. }) => known = known.saturating_add(1),
                Err(error) => match error.fault() {
                    Fault::Peer => return TakenTransactions::Invalid(error),
                    Fault::Local => return TakenTransactions::Local(error),
                    Fault::Transient => unfit = unfit.saturating_add(1),
                },
            }
        }
        TakenTransactions::Judged { added, known, unfit }
    }
}
