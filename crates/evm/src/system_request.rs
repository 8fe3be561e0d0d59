//! Requests that system contracts hand to the consensus layer at the end of a block.

use crate::{
    ExecutionError,
    block_evm::{BlockEvm, read_error},
};
use alloy_eips::{
    eip7002::{SYSTEM_ADDRESS, WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, WITHDRAWAL_REQUEST_TYPE},
    eip7251::{CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_TYPE},
};
use alloy_evm::Evm as _;
use alloy_primitives::{Address, Bytes};
use revm::{
    Database as _, DatabaseCommit as _,
    context_interface::result::{EVMError, ExecutionResult},
};
use std::fmt;

/// A system contract that hands requests to the consensus layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SystemRequest {
    /// Exits of validators. Source: EIP-7002.
    Withdrawals,
    /// Mergers of validators. Source: EIP-7251.
    Consolidations,
}

impl SystemRequest {
    /// First byte of the request.
    pub(crate) const fn kind(self) -> u8 {
        match self {
            Self::Withdrawals => WITHDRAWAL_REQUEST_TYPE,
            Self::Consolidations => CONSOLIDATION_REQUEST_TYPE,
        }
    }

    const fn contract(self) -> Address {
        match self {
            Self::Withdrawals => WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
            Self::Consolidations => CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
        }
    }
}

impl fmt::Display for SystemRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Withdrawals => "withdrawal request contract",
            Self::Consolidations => "consolidation request contract",
        })
    }
}

/// Takes the requests that the contract has collected.
///
/// # Errors
/// [`ExecutionError::Requests`] if the contract has no code or fails, which makes the block
/// invalid; [`ExecutionError::State`] if the state cannot be read.
pub(crate) fn call_system_contract(
    evm: &mut BlockEvm<'_>,
    request: SystemRequest,
) -> Result<Bytes, ExecutionError> {
    let failed = |reason: String| {
        ExecutionError::Requests(format!("{request} {}: {reason}", request.contract()))
    };
    let account = evm.db_mut().basic(request.contract());
    let account = account.map_err(read_error)?;
    if account.is_none_or(|account| account.is_empty_code_hash()) {
        return Err(failed("there is no code".to_owned()));
    }
    let called = evm.transact_system_call(SYSTEM_ADDRESS, request.contract(), Bytes::new());
    let output = called.map_err(|error| match error {
        EVMError::Database(error) => read_error(error).into(),
        other @ (EVMError::Transaction(_)
        | EVMError::Header(_)
        | EVMError::Custom(_)
        | EVMError::CustomAny(_)) => failed(other.to_string()),
    })?;
    evm.db_mut().commit(output.state);
    match output.result {
        ExecutionResult::Success { output, .. } => Ok(output.into_data()),
        ExecutionResult::Revert { output, .. } => Err(failed(format!("it reverted with {output}"))),
        ExecutionResult::Halt { reason, .. } => Err(failed(format!("it halted: {reason:?}"))),
    }
}
