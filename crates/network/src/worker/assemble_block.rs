//! Putting a block together.

use super::Worker;
use crate::relay::{AnnouncedBlock, Assembly};
use alloy_eips::eip2718::Decodable2718 as _;
use alloy_primitives::Bytes;
use hanzo_types::{
    Block, BlockBody, RecoveredBlock, RecoveredTransaction, SealedBlock, Transaction,
    transactions_root,
};
use reth_primitives_traits::SignerRecoverable as _;
use std::{collections::BTreeMap, sync::Arc};

impl Worker {
    /// Puts a block together from the pool and from what was delivered, by position.
    pub(super) fn assemble_block(
        &self,
        block: &AnnouncedBlock,
        delivered: &BTreeMap<u64, Bytes>,
    ) -> Assembly {
        let count = block.transactions.len();
        let (mut transactions, mut senders) =
            (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut missing = Vec::new();
        for (position, hash) in (0_u64..).zip(&block.transactions) {
            let found = match delivered.get(&position) {
                Some(encoded) => decode(encoded),
                None => self.pool.get(*hash).map(|pooled| pooled.transaction.clone()),
            };
            match found {
                Some(transaction) => {
                    senders.push(transaction.signer());
                    transactions.push(transaction.into_inner());
                }
                None => missing.push(position),
            }
        }
        if !missing.is_empty() {
            return Assembly::Missing(missing);
        }
        if transactions_root(&transactions) != block.header.transactions_root {
            return Assembly::Mismatch;
        }
        // No Hanzo block has ommers or withdrawals (decision D-02), and its header says so.
        let withdrawals = Some(Vec::new().into());
        let body = BlockBody { transactions, ommers: Vec::new(), withdrawals };
        let (header, hash) = block.header.clone().split();
        let sealed = SealedBlock::new_unchecked(Block { header, body }, hash);
        Assembly::Complete(Arc::new(RecoveredBlock::new_sealed(sealed, senders)))
    }
}

/// A transaction from its EIP-2718 encoding; `None` for what goes on after it or has no valid signature.
fn decode(mut encoded: &[u8]) -> Option<RecoveredTransaction> {
    let transaction = Transaction::decode_2718(&mut encoded).ok()?;
    let signer = transaction.recover_signer().ok().filter(|_| encoded.is_empty())?;
    Some(RecoveredTransaction::new_unchecked(transaction, signer))
}
