//! The `txpool` namespace.

use crate::{
    arguments::Arguments,
    convert::{RpcTransaction, pool_transaction},
    execution_slots::{ExecutionSlots, Lane},
    method_table::MethodTable,
    node_context::NodeContext,
    rpc_error::RpcError,
};
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, U64};
use hanzo_pool::{PooledTransaction, TransactionsBySender};
use jsonrpsee::{Methods, core::RegisterMethodError};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// The `txpool` namespace. Source: geth.
#[derive(Debug, Clone)]
pub(crate) struct TxPool {
    node: Arc<NodeContext>,
}

/// How many transactions there are. Those that wait for a lower base fee count as pending, as in
/// geth: only the price stands between them and the chain.
#[derive(Debug, Serialize)]
struct Status {
    pending: U64,
    queued: U64,
}

/// Transactions by sender and decimal nonce.
type BySender<T> = BTreeMap<Address, BTreeMap<String, T>>;

#[derive(Debug, Serialize)]
struct Content<T> {
    pending: BySender<T>,
    queued: BySender<T>,
}

impl TxPool {
    pub(crate) const fn new(node: Arc<NodeContext>) -> Self {
        Self { node }
    }

    pub(crate) fn methods(self, slots: ExecutionSlots) -> Result<Methods, RegisterMethodError> {
        let mut table = MethodTable::new(self, slots);
        table.immediate("txpool_status", Self::status)?;
        table.blocking("txpool_content", (Lane::Scan, 0), Self::content)?;
        table.blocking("txpool_inspect", (Lane::Scan, 0), Self::inspect)?;
        Ok(table.finish().into())
    }

    fn status(&self) -> Result<Status, RpcError> {
        let status = self.node.pool.status();
        let pending = status.pending.saturating_add(status.basefee);
        Ok(Status { pending: U64::from(pending), queued: U64::from(status.queued) })
    }

    fn content(&self, _: &Arguments<'_>) -> Result<Content<RpcTransaction>, RpcError> {
        Ok(self.described(|pooled| pool_transaction(&pooled.transaction)))
    }

    fn inspect(&self, _: &Arguments<'_>) -> Result<Content<String>, RpcError> {
        Ok(self.described(summary))
    }

    fn described<T>(&self, describe: impl Fn(&PooledTransaction) -> T) -> Content<T> {
        let content = self.node.pool.content();
        Content {
            pending: by_sender(&content.pending, &describe),
            queued: by_sender(&content.queued, &describe),
        }
    }
}

fn by_sender<T>(
    transactions: &TransactionsBySender,
    describe: impl Fn(&PooledTransaction) -> T,
) -> BySender<T> {
    let by_nonce = |nonces: &BTreeMap<u64, Arc<PooledTransaction>>| {
        nonces.iter().map(|(nonce, pooled)| (nonce.to_string(), describe(pooled))).collect()
    };
    transactions.iter().map(|(sender, nonces)| (*sender, by_nonce(nonces))).collect()
}

/// One line, in the form that geth gives it.
fn summary(pooled: &PooledTransaction) -> String {
    let transaction = &pooled.transaction;
    let to = transaction.to().map_or_else(|| "contract creation".to_owned(), |to| to.to_string());
    format!(
        "{to}: {} wei + {} gas × {} wei",
        transaction.value(),
        transaction.gas_limit(),
        transaction.max_fee_per_gas()
    )
}
