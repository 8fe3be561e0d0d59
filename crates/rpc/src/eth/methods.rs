//! Names of the methods, how each runs and how many parameters it takes.

use crate::{
    eth::Eth,
    execution_slots::{ExecutionSlots, Lane},
    method_table::MethodTable,
    subscriptions,
};
use jsonrpsee::{Methods, core::RegisterMethodError};

impl Eth {
    /// All methods of the namespace.
    pub(crate) fn methods(self, slots: ExecutionSlots) -> Result<Methods, RegisterMethodError> {
        let mut table = MethodTable::new(self, slots);
        node_methods(&mut table)?;
        block_methods(&mut table)?;
        state_methods(&mut table)?;
        log_methods(&mut table)?;
        subscriptions::register(table.module())?;
        Ok(table.finish().into())
    }
}

fn node_methods(table: &mut MethodTable<Eth>) -> Result<(), RegisterMethodError> {
    table.immediate("eth_chainId", Eth::chain_id)?;
    table.immediate("eth_config", Eth::config)?;
    table.immediate("eth_blockNumber", Eth::block_number)?;
    table.immediate("eth_syncing", Eth::syncing)?;
    table.immediate("eth_accounts", Eth::accounts)?;
    table.immediate("eth_coinbase", Eth::coinbase)?;
    table.immediate("eth_mining", Eth::mining)?;
    table.immediate("eth_hashrate", Eth::hashrate)?;
    table.blocking("eth_getWork", (Lane::Execution, 0), Eth::get_work)?;
    table.look_up("eth_submitWork", 3, Eth::submit_work)?;
    table.look_up("eth_submitHashrate", 2, Eth::submit_hashrate)?;
    table.immediate("eth_blobBaseFee", Eth::blob_base_fee)?;
    table.blocking("eth_gasPrice", (Lane::Lookup, 0), Eth::gas_price)?;
    table.blocking("eth_maxPriorityFeePerGas", (Lane::Lookup, 0), Eth::max_priority_fee)?;
    table.blocking("eth_feeHistory", (Lane::Scan, 3), Eth::fee_history)
}

fn block_methods(table: &mut MethodTable<Eth>) -> Result<(), RegisterMethodError> {
    table.blocking("eth_getBlockByNumber", (Lane::Lookup, 2), Eth::block_by_number)?;
    table.blocking("eth_getBlockByHash", (Lane::Lookup, 2), Eth::block_by_hash)?;
    table.blocking("eth_getHeaderByNumber", (Lane::Lookup, 1), Eth::header_by_number)?;
    table.blocking("eth_getHeaderByHash", (Lane::Lookup, 1), Eth::header_by_hash)?;
    table.blocking("eth_getBlockReceipts", (Lane::Lookup, 1), Eth::block_receipts)?;
    table.blocking(
        "eth_getBlockTransactionCountByHash",
        (Lane::Lookup, 1),
        Eth::transaction_count_by_block_hash,
    )?;
    table.blocking(
        "eth_getBlockTransactionCountByNumber",
        (Lane::Lookup, 1),
        Eth::transaction_count_by_block_number,
    )?;
    table.blocking("eth_getUncleCountByBlockHash", (Lane::Lookup, 1), Eth::uncle_count_by_hash)?;
    table.blocking(
        "eth_getUncleCountByBlockNumber",
        (Lane::Lookup, 1),
        Eth::uncle_count_by_number,
    )?;
    table.blocking("eth_getUncleByBlockHashAndIndex", (Lane::Lookup, 2), Eth::uncle_by_hash)?;
    table.blocking("eth_getUncleByBlockNumberAndIndex", (Lane::Lookup, 2), Eth::uncle_by_number)?;
    table.blocking("eth_getTransactionByHash", (Lane::Lookup, 1), Eth::transaction_by_hash)?;
    table.blocking("eth_getRawTransactionByHash", (Lane::Lookup, 1), Eth::raw_transaction)?;
    table.blocking(
        "eth_getTransactionByBlockHashAndIndex",
        (Lane::Lookup, 2),
        Eth::transaction_by_block_hash,
    )?;
    table.blocking(
        "eth_getTransactionByBlockNumberAndIndex",
        (Lane::Lookup, 2),
        Eth::transaction_by_block_number,
    )?;
    table.blocking("eth_getTransactionReceipt", (Lane::Lookup, 1), Eth::transaction_receipt)
}

fn state_methods(table: &mut MethodTable<Eth>) -> Result<(), RegisterMethodError> {
    table.blocking("eth_getBalance", (Lane::Lookup, 2), Eth::balance)?;
    // Every wallet asks for the pending count first: it must not wait behind calls.
    table.look_up("eth_getTransactionCount", 2, Eth::transaction_count)?;
    table.blocking("eth_getCode", (Lane::Lookup, 2), Eth::code)?;
    table.blocking("eth_getStorageAt", (Lane::Lookup, 3), Eth::storage_at)?;
    table.blocking("eth_getAccountInfo", (Lane::Lookup, 2), Eth::account_info)?;
    table.blocking("eth_getProof", (Lane::Scan, 3), Eth::proof)?;
    table.blocking("eth_call", (Lane::Execution, 4), Eth::call)?;
    table.blocking("eth_estimateGas", (Lane::Execution, 4), Eth::estimate_gas)?;
    // The state of an old block takes a second to prepare: wallets that call do not wait behind it.
    table.blocking("eth_simulateV1", (Lane::Scan, 2), Eth::simulate)?;
    table.blocking("eth_createAccessList", (Lane::Execution, 2), Eth::create_access_list)?;
    table.waiting("eth_sendRawTransaction", 1, Eth::send_raw_transaction)?;
    table.waiting("eth_sendRawTransactionSync", 2, Eth::send_raw_transaction_sync)
}

fn log_methods(table: &mut MethodTable<Eth>) -> Result<(), RegisterMethodError> {
    table.blocking("eth_getLogs", (Lane::Scan, 1), Eth::logs)?;
    table.blocking("eth_newFilter", (Lane::Lookup, 1), Eth::new_filter)?;
    table.blocking("eth_newBlockFilter", (Lane::Lookup, 0), Eth::new_block_filter)?;
    table.blocking(
        "eth_newPendingTransactionFilter",
        (Lane::Lookup, 1),
        Eth::new_pending_transaction_filter,
    )?;
    table.blocking("eth_getFilterChanges", (Lane::Scan, 1), Eth::filter_changes)?;
    table.blocking("eth_getFilterLogs", (Lane::Scan, 1), Eth::filter_logs)?;
    table.blocking("eth_uninstallFilter", (Lane::Lookup, 1), Eth::uninstall_filter)
}
