//! Receipt objects.

use crate::convert::RpcLog;
use alloy_consensus::Transaction as _;
use alloy_rpc_types_eth::TransactionReceipt;
use hanzo_types::{ChainSpec, Receipt, RecoveredBlock};

/// The receipt object of execution-apis.
pub(crate) type RpcReceipt = TransactionReceipt<alloy_consensus::ReceiptEnvelope<RpcLog>>;

/// Receipt of transaction `index` of a canonical block of the chain `spec`.
pub(crate) fn receipt_at(
    spec: &ChainSpec,
    block: &RecoveredBlock,
    receipts: &[Receipt],
    index: usize,
) -> Option<RpcReceipt> {
    let earlier = receipts.get(..index)?;
    let first_log = earlier.iter().map(|receipt| receipt.logs().len()).sum();
    let gas_before = earlier.last().map_or(0, |receipt| receipt.cumulative_gas_used());
    let position = Position { index, first_log, gas_before };
    positioned(block, receipts.get(index)?, position, spec.blob_gas_price(block.header()))
}

/// All receipts of a canonical block of the chain `spec`.
pub(crate) fn block_receipts(
    spec: &ChainSpec,
    block: &RecoveredBlock,
    receipts: &[Receipt],
) -> Vec<RpcReceipt> {
    let blob_gas_price = spec.blob_gas_price(block.header());
    let (mut first_log, mut gas_before) = (0, 0);
    receipts
        .iter()
        .enumerate()
        .filter_map(|(index, receipt)| {
            let position = Position { index, first_log, gas_before };
            first_log += receipt.logs().len();
            gas_before = receipt.cumulative_gas_used();
            positioned(block, receipt, position, blob_gas_price)
        })
        .collect()
}

/// Where a receipt is in its block.
#[derive(Debug, Clone, Copy)]
struct Position {
    index: usize,
    /// Logs before it.
    first_log: usize,
    /// Gas used before it.
    gas_before: u64,
}

fn positioned(
    block: &RecoveredBlock,
    receipt: &Receipt,
    position: Position,
    blob_gas_price: Option<u128>,
) -> Option<RpcReceipt> {
    let transaction = block.recovered_transaction(position.index)?;
    let transaction_hash = *transaction.tx_hash();
    let transaction_index = u64::try_from(position.index).ok();
    let mut log_index = position.first_log;
    let inner = receipt.clone().map_logs(|log| {
        let positioned = RpcLog {
            inner: log,
            block_hash: Some(block.hash()),
            block_number: Some(block.number),
            block_timestamp: Some(block.timestamp),
            transaction_hash: Some(transaction_hash),
            transaction_index,
            log_index: u64::try_from(log_index).ok(),
            removed: false,
        };
        log_index += 1;
        positioned
    });
    let from = transaction.signer();
    // Only blob transactions use and pay for blob gas; others do not have the fields at all.
    let blob_gas_used = transaction.blob_gas_used();
    Some(RpcReceipt {
        inner,
        transaction_hash,
        transaction_index,
        block_hash: Some(block.hash()),
        block_number: Some(block.number),
        gas_used: receipt.cumulative_gas_used().saturating_sub(position.gas_before),
        effective_gas_price: transaction.effective_gas_price(block.base_fee_per_gas),
        blob_gas_used,
        blob_gas_price: blob_gas_price.filter(|_| blob_gas_used.is_some()),
        from,
        to: transaction.to(),
        contract_address: transaction.to().is_none().then(|| from.create(transaction.nonce())),
    })
}
