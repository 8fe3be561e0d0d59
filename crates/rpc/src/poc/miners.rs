//! `poc_hashrate`, `poc_submitHashrate`, `poc_minerStats`.

use super::Poc;
use crate::{arguments::Arguments, node_context::NodeContext, rpc_error::RpcError};
use alloy_primitives::{Address, B256, U64};
use hanzo_mining::MinerReport;
use serde::Serialize;

/// How mining through this node goes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MinerStats {
    /// Multiply-accumulates per second: of this process, and what miners reported.
    hashrate: U64,
    /// Of this process.
    own_hashrate: U64,
    /// Those who asked for work, by whom it pays.
    miners: Vec<MinerAnswer>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct MinerAnswer {
    coinbase: Address,
    packages: U64,
    accepted: U64,
    stale: U64,
    rejected: U64,
    last_seen: U64,
}

impl From<(Address, MinerReport)> for MinerAnswer {
    fn from((coinbase, report): (Address, MinerReport)) -> Self {
        Self {
            coinbase,
            packages: U64::from(report.packages),
            accepted: U64::from(report.accepted),
            stale: U64::from(report.stale),
            rejected: U64::from(report.rejected),
            last_seen: U64::from(report.last_seen),
        }
    }
}

impl Poc {
    pub(super) fn hashrate(&self) -> Result<U64, RpcError> {
        Ok(U64::from(self.node.work.macs_per_second()))
    }

    pub(super) fn submit_hashrate(&self, arguments: &Arguments<'_>) -> Result<bool, RpcError> {
        report_rate(&self.node, arguments)
    }

    pub(super) fn miner_stats(&self) -> Result<MinerStats, RpcError> {
        let work = &self.node.work;
        Ok(MinerStats {
            hashrate: U64::from(work.macs_per_second()),
            own_hashrate: U64::from(self.node.miner.hashrate_macs_per_second()),
            miners: work.miners().reports().into_iter().map(MinerAnswer::from).collect(),
        })
    }
}

/// A miner says how fast it is, in multiply-accumulates per second, and who it is.
pub(crate) fn report_rate(node: &NodeContext, arguments: &Arguments<'_>) -> Result<bool, RpcError> {
    let rate: U64 = arguments.required(0, "hashrate")?;
    let id: B256 = arguments.required(1, "id")?;
    node.work.report_rate(id, rate.to());
    Ok(true)
}
