//! Changes to finished blocks.

use alloy_consensus::{
    Header, Transaction as _,
    proofs::{calculate_ommers_root, calculate_transaction_root},
};
use hanzo_types::{Block, SealedBlock, Transaction};
use reth_primitives_traits::Block as _;

/// The block with its hash.
pub(crate) fn seal(block: Block) -> SealedBlock {
    block.seal_slow()
}

/// The block with its header changed, whatever that breaks.
pub(crate) fn tamper(block: &SealedBlock, change: impl FnOnce(&mut Header)) -> SealedBlock {
    let mut block = block.clone_block();
    change(&mut block.header);
    seal(block)
}

/// The block as a child of `parent`. Everything else stays.
pub(crate) fn adopt(block: &SealedBlock, parent: &SealedBlock) -> SealedBlock {
    tamper(block, |header| header.parent_hash = parent.hash())
}

/// The block with other ommers, to which its header commits.
pub(crate) fn with_ommers(block: &SealedBlock, ommers: Vec<Header>) -> SealedBlock {
    let mut block = block.clone_block();
    block.header.ommers_hash = calculate_ommers_root(&ommers);
    block.body.ommers = ommers;
    seal(block)
}

/// The block with other transactions, to which its header commits; what execution would give is
/// left as it was.
pub(crate) fn with_transactions(
    block: &SealedBlock,
    transactions: Vec<Transaction>,
) -> SealedBlock {
    let mut block = block.clone_block();
    block.header.transactions_root = calculate_transaction_root(&transactions);
    if block.header.blob_gas_used.is_some() {
        let blob_gas = transactions.iter().filter_map(|transaction| transaction.blob_gas_used());
        block.header.blob_gas_used = Some(blob_gas.sum());
    }
    block.body.transactions = transactions;
    seal(block)
}
