//! A request made ready for the EVM.

use crate::{
    CallContext, CallError, CallOverrides,
    call_overrides::PrecompileChanges,
    environment::{Leniency, block_environment, relax},
    evm_factory::{hanzo_evm, inspected_evm},
    evm_rules::EvmRules,
    state_database::{DatabaseError, StateDatabase},
    trace::TraceInspector,
};
use alloy_evm::{
    Evm as _, EvmEnv,
    overrides::{apply_block_overrides, apply_state_overrides},
    rpc::TryIntoTxEnv as _,
};
use alloy_primitives::U256;
use alloy_rpc_types_eth::TransactionRequest;
use hanzo_state::StateError;
use revm::{
    Database as _,
    context::TxEnv,
    context_interface::{
        Transaction as _,
        result::{EVMError, ExecutionResult, InvalidTransaction, ResultAndState},
    },
    database::{CacheDB, WrapDatabaseRef},
};
use revm_inspectors::access_list::AccessListInspector;

/// Intrinsic gas of a plain transfer, the least any transaction needs. Source: Yellow Paper,
/// appendix G.
pub(crate) const TRANSFER_GAS: u64 = 21_000;

type CallDatabase<'a> = CacheDB<WrapDatabaseRef<StateDatabase<'a>>>;

/// A call ready to run, possibly several times with different gas limits.
pub(crate) struct PreparedCall<'a> {
    pub(crate) tx: TxEnv,
    pub(crate) database: CallDatabase<'a>,
    /// Whether the request named a gas limit.
    pub(crate) gas_was_given: bool,
    pub(crate) env: EvmEnv,
    precompile_changes: PrecompileChanges,
    rules: EvmRules,
}

impl<'a> PreparedCall<'a> {
    /// Applies overrides, fills in what the request leaves open, and checks that its price is one
    /// that a block would take and that the sender has what the call transfers.
    pub(crate) fn new(
        context: CallContext<'a>,
        mut request: TransactionRequest,
        overrides: CallOverrides,
    ) -> Result<Self, CallError> {
        let mut env = block_environment(context.spec, context.header, context.prev_randao);
        relax(&mut env, Leniency::Call);
        let mut database = CacheDB::new(WrapDatabaseRef(StateDatabase(context.state)));
        let rules = match &overrides.state {
            Some(assumed) => EvmRules::assuming(context.spec, context.state, assumed)?,
            None => EvmRules::of(context.spec),
        };
        let precompile_changes =
            overrides.state.as_ref().map(PrecompileChanges::of).unwrap_or_default();
        if let Some(state) = overrides.state {
            apply_state_overrides(state, &mut database)
                .map_err(|error| CallError::InvalidRequest(error.to_string()))?;
        }
        if let Some(block) = overrides.block {
            apply_block_overrides(*block, &mut database, &mut env.block_env);
        }
        free_blobs_without_price(&request, &mut env);
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
        check_price(&tx, &mut env)?;
        let mut prepared = Self { tx, database, gas_was_given, env, precompile_changes, rules };
        prepared.check_value()?;
        Ok(prepared)
    }

    /// A priced call cannot use more gas than its sender can pay for.
    ///
    /// # Errors
    /// [`CallError::InsufficientFunds`] if that is less than any transaction needs.
    pub(crate) fn limit_gas_to_balance(&mut self) -> Result<(), CallError> {
        if self.tx.gas_price == 0 {
            return Ok(());
        }
        let balance = self.caller_balance()?;
        let price = U256::from(self.tx.gas_price);
        let besides = self.tx.value.saturating_add(self.tx.calc_max_data_fee());
        let for_gas = balance.saturating_sub(besides);
        let affordable: u64 = for_gas.checked_div(price).unwrap_or_default().saturating_to();
        if affordable < TRANSFER_GAS.min(self.tx.gas_limit) {
            let gas_cost = price.saturating_mul(U256::from(self.tx.gas_limit));
            return Err(CallError::InsufficientFunds {
                address: self.tx.caller,
                have: balance,
                want: gas_cost.saturating_add(besides),
            });
        }
        self.tx.gas_limit = self.tx.gas_limit.min(affordable);
        Ok(())
    }

    /// The value must be covered even when gas is free, or the answer would be about a
    /// transaction that can never be mined.
    fn check_value(&mut self) -> Result<(), CallError> {
        let (have, want) = (self.caller_balance()?, self.tx.value);
        if have < want {
            return Err(CallError::InsufficientFunds { address: self.tx.caller, have, want });
        }
        Ok(())
    }

    fn caller_balance(&mut self) -> Result<U256, CallError> {
        let caller = self.database.basic(self.tx.caller).map_err(state_error)?;
        Ok(caller.map_or(U256::ZERO, |account| account.balance))
    }

    pub(crate) fn run(&mut self) -> Result<ExecutionResult, CallError> {
        let rules = self.rules.clone();
        let mut evm = hanzo_evm(&mut self.database, self.env.clone(), rules);
        self.precompile_changes.apply(evm.precompiles_mut())?;
        let result = evm.transact_raw(self.tx.clone());
        Ok(result.map_err(|error| evm_error(error, &self.tx))?.result)
    }

    pub(crate) fn run_with_gas(&mut self, gas_limit: u64) -> Result<ExecutionResult, CallError> {
        self.tx.gas_limit = gas_limit;
        self.run()
    }

    pub(crate) fn run_inspected(
        &mut self,
        inspector: &mut AccessListInspector,
    ) -> Result<ExecutionResult, CallError> {
        let rules = self.rules.clone();
        let mut evm = inspected_evm(&mut self.database, self.env.clone(), rules, inspector);
        self.precompile_changes.apply(evm.precompiles_mut())?;
        let result = evm.transact_raw(self.tx.clone());
        Ok(result.map_err(|error| evm_error(error, &self.tx))?.result)
    }

    pub(crate) fn run_traced(
        &mut self,
        inspector: &mut TraceInspector<'_>,
    ) -> Result<ResultAndState, CallError> {
        let rules = self.rules.clone();
        let mut evm = inspected_evm(&mut self.database, self.env.clone(), rules, inspector);
        self.precompile_changes.apply(evm.precompiles_mut())?;
        evm.transact_raw(self.tx.clone()).map_err(|error| evm_error(error, &self.tx))
    }
}

/// A call that carries blobs and names no price for them sees a blob base fee of zero. Source: geth.
fn free_blobs_without_price(request: &TransactionRequest, env: &mut EvmEnv) {
    let unpriced =
        request.blob_versioned_hashes.is_some() && request.max_fee_per_blob_gas.is_none();
    if let Some(blobs) = &mut env.block_env.blob_excess_gas_and_price
        && unpriced
    {
        blobs.blob_gasprice = 0;
    }
}

/// A price, if one is named, has to cover the base fee. Without one the call sees a base fee of
/// zero, or a contract that compares both would refuse what costs nothing. Source: geth.
fn check_price(tx: &TxEnv, env: &mut EvmEnv) -> Result<(), CallError> {
    let base_fee = u128::from(env.block_env.basefee);
    if tx.gas_price == 0 {
        env.block_env.basefee = 0;
        return Ok(());
    }
    if tx.gas_price < base_fee {
        return Err(CallError::PriceBelowBaseFee {
            address: tx.caller,
            price: tx.gas_price,
            base_fee,
        });
    }
    Ok(())
}

pub(crate) fn state_error(error: DatabaseError) -> CallError {
    CallError::State(error.0)
}

fn evm_error(error: EVMError<DatabaseError>, tx: &TxEnv) -> CallError {
    let gas_limit = tx.gas_limit;
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
            CallError::InsufficientFunds { address: tx.caller, have: *balance, want: *fee }
        }
        EVMError::Transaction(other) => CallError::InvalidRequest(other.to_string()),
        EVMError::Database(error) => state_error(error),
        other @ (EVMError::Header(_) | EVMError::Custom(_) | EVMError::CustomAny(_)) => {
            CallError::State(StateError::storage(std::io::Error::other(other.to_string())))
        }
    }
}
