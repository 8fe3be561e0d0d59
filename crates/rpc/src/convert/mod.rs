//! From chain objects to the JSON objects clients expect.

mod block;
mod log;
mod receipt;
mod transaction;

pub(crate) use block::{
    RpcBlock, TransactionDetail, pending_block, pending_header, rpc_block, rpc_header, rpc_uncle,
};
pub(crate) use log::{BlockLogs, Removal, RpcLog};
pub(crate) use receipt::{RpcReceipt, block_receipts, receipt_at};
pub(crate) use transaction::{
    RpcTransaction, mined_transaction, mined_transactions, pending_transaction, pool_transaction,
};
