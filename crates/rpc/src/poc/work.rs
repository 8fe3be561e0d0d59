//! `poc_getWork`.

use super::Poc;
use crate::{arguments::Arguments, rpc_error::RpcError};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use hanzo_mining::{WorkError, WorkPackage};
use serde::Serialize;

/// Work as a miner reads it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkAnswer {
    template_id: U64,
    /// The only kind there is. Source: decision D-03.
    kind: &'static str,
    number: U64,
    parent_hash: B256,
    coinbase: Address,
    seal_hash: B256,
    /// The key of the matrices.
    sigma: B256,
    /// As a number of 32 bytes, as in ethash.
    target: B256,
    difficulty: U256,
    /// What a seal has to reach that is to count as a share, and the lottery number that does.
    share_difficulty: U256,
    share_target: B256,
    /// The rows that are this miner's; null once a template has none left.
    row_start: Option<U64>,
    row_count: Option<U64>,
    /// RLP of the header, zeros where the seal goes.
    header: Bytes,
    expires_at: U64,
}

impl From<&WorkPackage> for WorkAnswer {
    fn from(package: &WorkPackage) -> Self {
        let block = package.template.block();
        let rows = package.rows;
        Self {
            template_id: U64::from(package.id.0),
            kind: "synthetic",
            number: U64::from(block.number),
            parent_hash: block.parent_hash,
            coinbase: block.beneficiary,
            seal_hash: package.seal_hash(),
            sigma: package.sigma(),
            target: package.target().into(),
            difficulty: package.difficulty(),
            share_difficulty: package.share_difficulty,
            share_target: package.share_target().into(),
            row_start: rows.map(|rows| U64::from(rows.start)),
            row_count: rows.map(|rows| U64::from(rows.count)),
            header: package.header(),
            expires_at: U64::from(package.expires_at),
        }
    }
}

/// Only a block that cannot be built is this node's failure.
pub(crate) fn work_error(error: WorkError) -> RpcError {
    match error {
        WorkError::NoCoinbase
        | WorkError::TooManyBeneficiaries { .. }
        | WorkError::Paused(_)
        | WorkError::Draft { .. } => RpcError::Server(error.to_string()),
        WorkError::Build(error) => RpcError::internal(error),
    }
}

impl Poc {
    pub(super) fn get_work(&self, arguments: &Arguments<'_>) -> Result<WorkAnswer, RpcError> {
        self.node.require_writable()?;
        let coinbase = arguments.optional(0, "coinbase")?;
        let package = self.node.work.work(coinbase).map_err(work_error)?;
        Ok(WorkAnswer::from(&package))
    }
}
