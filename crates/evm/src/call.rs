//! Execution without a block: `eth_call` and `eth_createAccessList`.

use crate::{
    CallError, CallOverrides,
    environment::block_environment,
    evm_factory::HanzoEvmFactory,
    state_database::{DatabaseError, StateDatabase},
};
use alloy_eips::eip2930::AccessList;
use alloy_evm::{
    Evm as _, EvmEnv, EvmFactory as _,
    call::caller_gas_allowance,
    overrides::{apply_block_overrides, apply_state_overrides},
    rpc::TryIntoTxEnv as _,
};
use alloy_primitives::{B256, Bytes};
use alloy_rpc_types_eth::TransactionRequest;
use hanzo_state::{StateError, StateRead};
use hanzo_types::{ChainSpec, Header};
use revm::{
    Database as _,
    context::TxEnv,
    context_interface::result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction},
    database::{CacheDB, WrapDatabaseRef},
};
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

pub(crate) type CallDatabase<'a> = CacheDB<WrapDatabaseRef<StateDatabase<'a>>>;

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

/// A call ready to run, possibly several times with different gas limits.
pub(crate) struct PreparedCall<'a> {
    pub(crate) env: EvmEnv,
    pub(crate) tx: TxEnv,
    pub(crate) database: CallDatabase<'a>,
    /// Whether the request named a gas limit.
    pub(crate) gas_was_given: bool,
}

impl<'a> PreparedCall<'a> {
    pub(crate) fn new(
        context: CallContext<'a>,
        mut request: TransactionRequest,
        overrides: CallOverrides,
    ) -> Result<Self, CallError> {
        let mut env = block_environment(context.spec, context.header, context.prev_randao);
        relax(&mut env);
        let mut database = CacheDB::new(WrapDatabaseRef(StateDatabase(context.state)));
        if let Some(state) = overrides.state {
            apply_state_overrides(state, &mut database)
                .map_err(|error| CallError::InvalidRequest(error.to_string()))?;
        }
        if let Some(block) = overrides.block {
            apply_block_overrides(*block, &mut database, &mut env.block_env);
        }
        let gas_was_given = request.gas.is_some();
        let gas = request.gas.unwrap_or(context.gas_cap).min(context.gas_cap);
        request.gas = Some(gas);
        if request.nonce.is_none() {
            let caller = request.from.unwrap_or_default();
            let account = database.basic(caller).map_err(state_error)?;
            request.nonce = Some(account.map_or(0, |account| account.nonce));
        }
        let tx = request
            .try_into_tx_env(&env)
            .map_err(|error| CallError::InvalidRequest(error.to_string()))?;
        Ok(Self { env, tx, database, gas_was_given })
    }

    /// A priced call cannot use more gas than its sender can pay for.
    pub(crate) fn limit_gas_to_balance(&mut self) -> Result<(), CallError> {
        if self.tx.gas_price == 0 {
            return Ok(());
        }
        let allowance = caller_gas_allowance(&mut self.database, &self.tx)
            .map_err(|error| CallError::InvalidRequest(error.to_string()))?;
        self.tx.gas_limit = self.tx.gas_limit.min(allowance);
        Ok(())
    }

    pub(crate) fn run(&mut self) -> Result<ExecutionResult, CallError> {
        let mut evm = HanzoEvmFactory.create_evm(&mut self.database, self.env.clone());
        let result = evm.transact_raw(self.tx.clone());
        Ok(result.map_err(|error| evm_error(error, self.tx.gas_limit))?.result)
    }

    pub(crate) fn run_with_gas(&mut self, gas_limit: u64) -> Result<ExecutionResult, CallError> {
        self.tx.gas_limit = gas_limit;
        self.run()
    }

    fn run_inspected(
        &mut self,
        inspector: &mut AccessListInspector,
    ) -> Result<ExecutionResult, CallError> {
        let gas_limit = self.tx.gas_limit;
        let mut evm = HanzoEvmFactory.create_evm_with_inspector(
            &mut self.database,
            self.env.clone(),
            inspector,
        );
        let result = evm.transact_raw(self.tx.clone());
        Ok(result.map_err(|error| evm_error(error, gas_limit))?.result)
    }
}

/// Lifts the checks that make sense for a signed transaction only.
fn relax(env: &mut EvmEnv) {
    let cfg = &mut env.cfg_env;
    cfg.disable_nonce_check = true;
    cfg.disable_base_fee = true;
    cfg.disable_balance_check = true;
    cfg.disable_eip3607 = true;
    cfg.disable_block_gas_limit = true;
    cfg.tx_gas_limit_cap = Some(u64::MAX);
}

pub(crate) fn state_error(error: DatabaseError) -> CallError {
    CallError::State(error.0)
}

fn evm_error(error: EVMError<DatabaseError>, gas_limit: u64) -> CallError {
    match error {
        EVMError::Transaction(InvalidTransaction::CallGasCostMoreThanGasLimit {
            initial_gas,
            ..
        }) => CallError::Halt {
            reason: format!("intrinsic gas too low: have {gas_limit}, want {initial_gas}"),
        },
        EVMError::Transaction(InvalidTransaction::GasFloorMoreThanGasLimit {
            gas_floor, ..
        }) => CallError::Halt {
            reason: format!(
                "insufficient gas for floor data gas cost: have {gas_limit}, want {gas_floor}"
            ),
        },
        EVMError::Transaction(InvalidTransaction::LackOfFundForMaxFee { fee, balance }) => {
            CallError::InsufficientFunds { have: *balance, want: *fee }
        }
        EVMError::Transaction(other) => CallError::InvalidRequest(other.to_string()),
        EVMError::Database(error) => state_error(error),
        other @ (EVMError::Header(_) | EVMError::Custom(_) | EVMError::CustomAny(_)) => {
            CallError::State(StateError::storage(std::io::Error::other(other.to_string())))
        }
    }
}

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
fn halt_message(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".to_owned(),
        HaltReason::OpcodeNotFound | HaltReason::InvalidFEOpcode => "invalid opcode".to_owned(),
        HaltReason::InvalidJump => "invalid jump destination".to_owned(),
        HaltReason::CallTooDeep => "max call depth exceeded".to_owned(),
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
