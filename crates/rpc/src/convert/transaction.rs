//! Transaction objects.

use alloy_consensus::Transaction as _;
use alloy_rpc_types_eth::Transaction;
use hanzo_types::{RecoveredBlock, RecoveredTransaction};

/// The transaction object of execution-apis.
pub(crate) type RpcTransaction = Transaction<hanzo_types::Transaction>;

/// Transaction `index` of a canonical block.
pub(crate) fn mined_transaction(block: &RecoveredBlock, index: usize) -> Option<RpcTransaction> {
    let inner = block.recovered_transaction(index)?.cloned();
    Some(RpcTransaction {
        effective_gas_price: Some(inner.effective_gas_price(block.base_fee_per_gas)),
        inner,
        block_hash: Some(block.hash()),
        block_number: Some(block.number),
        transaction_index: u64::try_from(index).ok(),
        block_timestamp: Some(block.timestamp),
    })
}

/// All transactions of a canonical block.
pub(crate) fn mined_transactions(block: &RecoveredBlock) -> Vec<RpcTransaction> {
    (0..block.senders().len()).filter_map(|index| mined_transaction(block, index)).collect()
}

/// Transaction `index` of the block that would be mined now.
pub(crate) fn pending_transaction(block: &RecoveredBlock, index: usize) -> Option<RpcTransaction> {
    let mined = mined_transaction(block, index)?;
    Some(RpcTransaction { block_hash: None, block_timestamp: None, ..mined })
}

/// A transaction that waits in the pool. Its `gasPrice` is its fee cap, as in geth: what it will
/// pay is not known yet.
pub(crate) fn pool_transaction(transaction: &RecoveredTransaction) -> RpcTransaction {
    RpcTransaction {
        effective_gas_price: Some(transaction.max_fee_per_gas()),
        inner: transaction.clone(),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        block_timestamp: None,
    }
}
