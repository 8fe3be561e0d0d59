//! From an executed block to one that only lacks its seal.

use crate::Prebuilt;
use hanzo_evm::Executed;
use hanzo_state::StateRoot;
use hanzo_types::{
    Block, BlockBody, Header, RecoveredBlock, RecoveredTransaction, receipts_root, seal_hash,
    transactions_root,
};
use reth_primitives_traits::Block as _;
use std::sync::Arc;

/// Fills in what a header says about the block's execution and puts header and transactions
/// together. The seal is zero; everything else is final.
#[must_use]
pub fn assemble(
    mut header: Header,
    transactions: Vec<RecoveredTransaction>,
    executed: Executed,
    state_root: StateRoot,
) -> (RecoveredBlock, Arc<Prebuilt>) {
    let (transactions, senders): (Vec<_>, Vec<_>) =
        transactions.into_iter().map(|transaction| transaction.into_parts()).unzip();
    header.state_root = state_root.root;
    header.transactions_root = transactions_root(&transactions);
    header.receipts_root = receipts_root(&executed.outcome.receipts);
    header.logs_bloom = executed.outcome.logs_bloom;
    header.gas_used = executed.outcome.gas_used;
    // Fields that the header's fork does not have stay absent.
    let outcome = &executed.outcome;
    header.blob_gas_used = header.blob_gas_used.map(|_| outcome.blob_gas_used);
    header.requests_hash = header.requests_hash.map(|_| outcome.requests.requests_hash());
    let seal_hash = seal_hash(&header);
    let withdrawals = header.withdrawals_root.map(|_| Default::default());
    let body = BlockBody { transactions, ommers: Vec::new(), withdrawals };
    let block = RecoveredBlock::new_sealed(Block { header, body }.seal_slow(), senders);
    (block, Arc::new(Prebuilt { seal_hash, executed, state_root }))
}
