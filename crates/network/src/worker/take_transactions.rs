//! Transactions from other nodes.

use super::Worker;
use crate::wire::{TransactionBatch, WireError};
use alloy_primitives::{B256, Bytes, keccak256};
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
        match TransactionBatch::decode(bytes) {
            Ok(batch) => {
                let hashed =
                    batch.transactions().iter().map(|encoded| (keccak256(encoded), encoded));
                self.take_all(hashed)
            }
            Err(error) => TakenTransactions::Malformed(error),
        }
    }

    /// Takes what was asked for into the pool; `None` if something else came. An empty place is one that
    /// the peer has nothing for any more.
    pub(super) fn take_pooled(&self, answers: &[(B256, Bytes)]) -> Option<TakenTransactions> {
        let answers = answers.iter().filter(|(_, encoded)| !encoded.is_empty());
        let hashed: Vec<_> = answers.map(|(hash, encoded)| (*hash, encoded)).collect();
        let asked_for = hashed.iter().all(|(hash, encoded)| keccak256(encoded) == *hash);
        asked_for.then(|| self.take_all(hashed.into_iter()))
    }

    fn take_all<'a>(&self, hashed: impl Iterator<Item = (B256, &'a Bytes)>) -> TakenTransactions {
        let (mut added, mut known, mut unfit) = (0_usize, 0_usize, 0_usize);
        for (hash, encoded) in hashed {
            // Its hash is that of its bytes: who has it need not recover the sender.
            let result = if self.pool.get(hash).is_some() {
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
