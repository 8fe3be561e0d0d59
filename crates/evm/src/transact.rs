//! One transaction in the environment of a header, outside any block.

use crate::{
    PushError, block_evm::block_evm, diff::state_diff, environment::block_environment,
    push_error::evm_error,
};
use alloy_evm::{Evm as _, FromRecoveredTx as _};
use alloy_primitives::{B256, Bytes, Log};
use hanzo_state::{StateDiff, StateRead};
use hanzo_types::{ChainSpec, Header, Transaction};
use reth_primitives_traits::Recovered;
use revm::{
    DatabaseCommit as _, context::TxEnv, context_interface::result::ExecutionResult,
    database::states::bundle_state::BundleRetention,
};

/// What one transaction did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transacted {
    /// How it ended.
    pub status: TransactionStatus,
    /// Gas used, after refunds.
    pub gas_used: u64,
    /// Logs, in order.
    pub logs: Vec<Log>,
    /// Return data, or the data of the revert.
    pub output: Bytes,
    /// Everything it changed.
    pub diff: StateDiff,
}

/// How a transaction that was allowed to run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionStatus {
    /// It ran to its end.
    Succeeded,
    /// It reverted and said so.
    Reverted,
    /// It broke a rule of the EVM, for example ran out of gas.
    Halted,
}

/// Runs `transaction` on `state` as if it were the first and only one of the block with `header`.
///
/// Only the transaction itself is applied: no system calls, no block reward, no withdrawals. Of
/// `header` its environment is read: number, timestamp, beneficiary, gas limit, difficulty, base
/// fee and excess blob gas. `prev_randao` is [`ChainSpec::prev_randao`] of the block. For tests of
/// the state transition alone; blocks go through [`crate::execute`].
///
/// # Errors
/// [`PushError`] if the transaction may not be included; then nothing changed.
pub fn transact(
    state: &dyn StateRead,
    header: &Header,
    prev_randao: B256,
    transaction: Recovered<&Transaction>,
    spec: &ChainSpec,
) -> Result<Transacted, PushError> {
    let mut evm = block_evm(state, block_environment(spec, header, prev_randao), spec);
    let environment = TxEnv::from_recovered_tx(transaction.inner(), transaction.signer());
    let outcome = evm.transact_raw(environment).map_err(evm_error)?;
    let database = evm.db_mut();
    database.commit(outcome.state);
    database.merge_transitions(BundleRetention::PlainState);
    let diff = state_diff(&database.take_bundle(), state)?;
    let gas_used = outcome.result.tx_gas_used();
    let (status, output) = match &outcome.result {
        ExecutionResult::Success { output, .. } => {
            (TransactionStatus::Succeeded, output.data().clone())
        }
        ExecutionResult::Revert { output, .. } => (TransactionStatus::Reverted, output.clone()),
        ExecutionResult::Halt { .. } => (TransactionStatus::Halted, Bytes::new()),
    };
    Ok(Transacted { status, gas_used, logs: outcome.result.into_logs(), output, diff })
}
