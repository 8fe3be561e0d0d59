//! Execution without a block: `eth_call` and `eth_createAccessList`.

use crate::{CallError, CallOverrides, prepared_call::PreparedCall};
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{B256, Bytes};
use alloy_rpc_types_eth::TransactionRequest;
use hanzo_state::StateRead;
use hanzo_types::{ChainSpec, Header};
use revm::context_interface::result::{ExecutionResult, HaltReason};
use revm_inspectors::access_list::AccessListInspector;
use std::fmt;

/// Where a call runs: a state and the block it pretends to be in.
#[derive(Clone, Copy)]
pub struct CallContext<'a> {
    /// World state to run on.
    pub state: &'a dyn StateRead,
    /// Header whose environment the call sees.
    pub header: &'a Header,
    /// PREVRANDAO of that block.
    pub prev_randao: B256,
    /// The chain.
    pub spec: &'a ChainSpec,
    /// Most gas that a call may use, whatever it asks for.
    pub gas_cap: u64,
}

impl fmt::Debug for CallContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext").field("number", &self.header.number).finish_non_exhaustive()
    }
}

/// What a successful call returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallOutcome {
    /// Return data.
    pub output: Bytes,
    /// Gas used, after refunds.
    pub gas_used: u64,
}

/// An access list and the gas the transaction uses with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessListOutcome {
    /// Every account and slot the transaction touches and does not get for free.
    pub access_list: AccessList,
    /// Gas used with that list, after refunds.
    pub gas_used: u64,
    /// Why the transaction fails, if it does.
    pub error: Option<String>,
}

/// Runs `request` without changing anything.
///
/// # Errors
/// [`CallError`].
pub fn call(
    context: CallContext<'_>,
    request: TransactionRequest,
    overrides: CallOverrides,
) -> Result<CallOutcome, CallError> {
    let mut prepared = PreparedCall::new(context, request, overrides)?;
    prepared.limit_gas_to_balance()?;
    into_outcome(prepared.run()?)
}

/// Finds the access list of `request` by running it until the list no longer grows.
///
/// # Errors
/// [`CallError`] if it cannot run at all; a revert is part of the answer.
pub fn create_access_list(
    context: CallContext<'_>,
    request: TransactionRequest,
) -> Result<AccessListOutcome, CallError> {
    let known = request.access_list.clone().unwrap_or_default();
    let mut prepared = PreparedCall::new(context, request, CallOverrides::default())?;
    prepared.limit_gas_to_balance()?;
    let mut access_list = known;
    for _ in 0..MAX_ACCESS_LIST_ROUNDS {
        prepared.tx.access_list = access_list.clone();
        let mut inspector = AccessListInspector::new(access_list.clone());
        let result = prepared.run_inspected(&mut inspector)?;
        let found = inspector.into_access_list();
        if found == access_list {
            let gas_used = result.tx_gas_used();
            let error = into_outcome(result).err().map(|error| error.to_string());
            return Ok(AccessListOutcome { access_list, gas_used, error });
        }
        access_list = found;
    }
    Err(CallError::InvalidRequest("the access list does not settle".to_owned()))
}

/// A list can only grow when a contract looks at its own gas; nothing honest needs more rounds.
const MAX_ACCESS_LIST_ROUNDS: usize = 16;

/// What a finished execution means to the caller.
pub(crate) fn into_outcome(result: ExecutionResult) -> Result<CallOutcome, CallError> {
    let gas_used = result.tx_gas_used();
    match result {
        ExecutionResult::Success { output, .. } => {
            Ok(CallOutcome { output: output.into_data(), gas_used })
        }
        ExecutionResult::Revert { output, .. } => Err(CallError::Revert { output }),
        ExecutionResult::Halt { reason, .. } => {
            Err(CallError::Halt { reason: halt_message(&reason) })
        }
    }
}

/// geth's words for the halts that tools match on, the EVM's own for the rest.
#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum that grows with the forks")]
pub(crate) fn halt_message(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".to_owned(),
        HaltReason::OpcodeNotFound | HaltReason::InvalidFEOpcode | HaltReason::NotActivated => {
            "invalid opcode".to_owned()
        }
        HaltReason::InvalidJump => "invalid jump destination".to_owned(),
        HaltReason::CallTooDeep => "max call depth exceeded".to_owned(),
        HaltReason::CreateCollision => "contract address collision".to_owned(),
        HaltReason::CreateContractSizeLimit => "max code size exceeded".to_owned(),
        HaltReason::CreateInitCodeSizeLimit => "max initcode size exceeded".to_owned(),
        HaltReason::StateChangeDuringStaticCall => "write protection".to_owned(),
        HaltReason::StackUnderflow => "stack underflow".to_owned(),
        HaltReason::StackOverflow => "stack limit reached 1024".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Whether an execution failed only for want of gas.
pub(crate) fn ran_out_of_gas(result: &ExecutionResult) -> bool {
    matches!(result, ExecutionResult::Halt { reason: HaltReason::OutOfGas(_), .. })
}
