//! A block in the making: the one driver of the executor, for mining and import alike.

use crate::{
    Executed, ExecutionError,
    block_executor::HanzoBlockExecutor,
    diff::{check_supply, state_diff},
    environment::block_environment,
    evm_factory::HanzoEvmFactory,
    state_database::StateDatabase,
};
use alloy_consensus::{Transaction as _, TxReceipt as _};
use alloy_evm::{
    EthEvm, Evm as _, EvmFactory as _,
    block::{BlockExecutionError, BlockExecutor as _, BlockValidationError},
    eth::EthBlockExecutionCtx,
    precompiles::PrecompilesMap,
};
use alloy_primitives::Bloom;
use hanzo_state::{StateError, StateRead};
use hanzo_types::{
    AI_SUPPLY, BlockOutcome, ChainSpec, Header, Receipt, SupplyCounters, SupplySlot, Transaction,
    prev_randao,
};
use reth_primitives_traits::Recovered;
use revm::{
    context_interface::result::InvalidTransaction,
    database::{State, WrapDatabaseRef, states::bundle_state::BundleRetention},
    inspector::NoOpInspector,
};
use std::{fmt, sync::Arc};
use thiserror::Error;

type BlockDatabase<'a> = State<WrapDatabaseRef<StateDatabase<'a>>>;
type BlockEvm<'a> = EthEvm<BlockDatabase<'a>, NoOpInspector, PrecompilesMap>;

/// Why a transaction does not go into the block. The block is unchanged.
#[derive(Debug, Error)]
pub enum PushError {
    /// Its gas limit exceeds what the block has left.
    #[error("gas limit {gas_limit} exceeds the {available} gas left in the block")]
    DoesNotFit {
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Gas left in the block.
        available: u64,
    },
    /// Its nonce was used before.
    #[error("nonce too low: transaction has {found}, the account is at {expected}")]
    NonceTooLow {
        /// Nonce of the account.
        expected: u64,
        /// Nonce of the transaction.
        found: u64,
    },
    /// Nonces before it are missing.
    #[error("nonce too high: transaction has {found}, the account is at {expected}")]
    NonceTooHigh {
        /// Nonce of the account.
        expected: u64,
        /// Nonce of the transaction.
        found: u64,
    },
    /// The EVM refuses it for another reason.
    #[error("{reason}")]
    Invalid {
        /// The EVM's objection.
        reason: String,
    },
    /// Reading the state failed.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A block in the making.
///
/// Not `Send` (revm is not): create, use and finish it on one thread.
pub struct BlockBuilder<'a> {
    executor: HanzoBlockExecutor<'a, BlockEvm<'a>>,
    state: &'a dyn StateRead,
    counters_before: SupplyCounters,
}

impl fmt::Debug for BlockBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockBuilder").field("gas_used", &self.gas_used()).finish_non_exhaustive()
    }
}

impl<'a> BlockBuilder<'a> {
    /// Starts the block with `header` on `state`, the world state after `parent`, and makes the
    /// system calls that come before the first transaction (EIP-2935, EIP-4788).
    ///
    /// Of `header` the fields known before execution are read: number, timestamp, beneficiary, gas
    /// limit, base fee, parent hash.
    ///
    /// # Errors
    /// [`ExecutionError::SystemCall`] or [`ExecutionError::State`].
    pub fn new(
        state: &'a dyn StateRead,
        header: &Header,
        parent: &Header,
        spec: &Arc<ChainSpec>,
    ) -> Result<Self, ExecutionError> {
        let env = block_environment(spec, header, prev_randao(parent, header.number));
        let database = State::builder()
            .with_database(WrapDatabaseRef(StateDatabase(state)))
            .with_bundle_update()
            .build();
        let evm = HanzoEvmFactory.create_evm(database, env);
        let ctx = EthBlockExecutionCtx {
            parent_hash: header.parent_hash,
            parent_beacon_block_root: header.parent_beacon_block_root,
            ommers: &[],
            withdrawals: None,
            extra_data: header.extra_data.clone(),
            tx_count_hint: None,
            slot_number: None,
        };
        let mut executor = HanzoBlockExecutor::new(evm, ctx, Arc::clone(spec));
        executor
            .apply_pre_execution_changes()
            .map_err(|error| ExecutionError::SystemCall(error.to_string()))?;
        Ok(Self { executor, state, counters_before: read_counters(state)? })
    }

    /// Gas used so far.
    #[must_use]
    pub const fn gas_used(&self) -> u64 {
        self.executor.gas_used()
    }

    /// Runs `transaction` and appends it to the block. Returns the gas it used.
    ///
    /// # Errors
    /// [`PushError`]; the block is unchanged and can go on with another transaction.
    pub fn push(&mut self, transaction: Recovered<&Transaction>) -> Result<u64, PushError> {
        match self.executor.execute_transaction(transaction) {
            Ok(gas) => Ok(gas.tx_gas_used()),
            Err(error) => Err(push_error(error, &transaction)),
        }
    }

    /// Settles the block and describes everything it changed.
    ///
    /// # Errors
    /// [`ExecutionError::SupplyMismatch`] if balances do not add up, which would be a defect;
    /// [`ExecutionError::State`] if the state cannot be read.
    pub fn finish(self) -> Result<Executed, ExecutionError> {
        let gas_used = self.gas_used();
        let (evm, receipts, supply) = self
            .executor
            .settle()
            .map_err(|error| ExecutionError::SystemCall(error.to_string()))?;
        let mut database = evm.into_db();
        database.merge_transitions(BundleRetention::PlainState);
        let diff = state_diff(&database.take_bundle(), self.state)?;
        check_supply(&diff, self.counters_before, supply.counters)?;
        let logs_bloom = union_of_blooms(&receipts);
        let outcome = BlockOutcome { receipts, gas_used, logs_bloom, supply };
        Ok(Executed { outcome, diff })
    }
}

fn union_of_blooms(receipts: &[Receipt]) -> Bloom {
    receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.bloom())
}

fn read_counters(state: &dyn StateRead) -> Result<SupplyCounters, StateError> {
    let read = |slot: SupplySlot| state.storage(AI_SUPPLY, slot.key());
    Ok(SupplyCounters {
        minted: read(SupplySlot::Minted)?,
        burned: read(SupplySlot::Burned)?,
        mined: read(SupplySlot::Mined)?,
        trained: read(SupplySlot::Trained)?,
    })
}

fn push_error(error: BlockExecutionError, transaction: &Transaction) -> PushError {
    match error {
        BlockExecutionError::Validation(
            BlockValidationError::TransactionGasLimitMoreThanAvailableBlockGas {
                block_available_gas: available,
                ..
            },
        ) => PushError::DoesNotFit { gas_limit: transaction.gas_limit(), available },
        BlockExecutionError::Validation(BlockValidationError::InvalidTx { error, .. }) => {
            match error.as_invalid_tx_err() {
                Some(InvalidTransaction::NonceTooLow { tx, state }) => {
                    PushError::NonceTooLow { expected: *state, found: *tx }
                }
                Some(InvalidTransaction::NonceTooHigh { tx, state }) => {
                    PushError::NonceTooHigh { expected: *state, found: *tx }
                }
                _ => PushError::Invalid { reason: error.to_string() },
            }
        }
        other @ (BlockExecutionError::Validation(_) | BlockExecutionError::Internal(_)) => {
            internal_error(other)
        }
    }
}

/// Everything that is not the transaction's fault is a failed read.
fn internal_error(error: BlockExecutionError) -> PushError {
    PushError::State(StateError::Storage(Box::new(error)))
}
