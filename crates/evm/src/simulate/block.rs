//! One simulated block.

use super::{
    SimulationError, TransferLogs, Transfers, Validation,
    assumed_state::{AssumedState, assumed_changes},
    error::CallObjection,
};
use crate::{
    BlockBuilder, CallError, CallOverrides, Executed,
    block_evm::{BlockEvm, block_database, read_error},
    block_inspector::BlockInspector,
    block_start::start_block_on,
    call::into_outcome,
    call_overrides::PrecompileChanges,
    create_collision::CreateCollision,
    environment::{Leniency, block_environment, relax},
    evm_factory::watched_evm,
    precompiles::NativePrecompiles,
    share_books::BlockPace,
};
use alloy_consensus::Transaction as _;
use alloy_evm::{Evm as _, overrides::apply_block_overrides};
use alloy_primitives::{Address, Bytes, Log, TxKind};
use alloy_rpc_types_eth::{BlockOverrides, TransactionRequest, state::StateOverride};
use hanzo_state::{StateDiff, WorldState};
use hanzo_types::{ChainSpec, Header, RecoveredTransaction, Transaction};
use reth_primitives_traits::Recovered;
use revm::{Database as _, context::BlockEnv, context_interface::result::ExecutionResult};
use std::{fmt, sync::Arc};

/// A block to simulate.
#[derive(Debug, Clone, Default)]
pub struct SimulationPlan {
    /// Its header before execution, made by [`super::simulated_header`].
    pub header: Header,
    /// What it assumes.
    pub overrides: CallOverrides,
    /// Its transactions, in order.
    pub calls: Vec<TransactionRequest>,
}

/// What holds for every block of a simulation.
#[derive(Clone, Copy)]
pub struct SimulationTerms<'a> {
    /// The chain.
    pub spec: &'a Arc<ChainSpec>,
    /// Whether calls have to be ones that a block would take.
    pub validation: Validation,
    /// Whether transfers are shown as logs.
    pub transfers: Transfers,
    /// Most entries that are read to wipe the storage of one account.
    pub wiped_slots: usize,
    /// Whether the time is up. Asked before every call; within one, gas is the bound.
    pub is_time_up: &'a dyn Fn() -> bool,
}

impl fmt::Debug for SimulationTerms<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulationTerms")
            .field("validation", &self.validation)
            .field("transfers", &self.transfers)
            .finish_non_exhaustive()
    }
}

/// What one simulated block did.
#[derive(Debug)]
pub struct SimulatedBlock {
    /// Its calls as transactions. They are not signed: their signatures are zero.
    pub transactions: Vec<RecoveredTransaction>,
    /// Receipts, gas and every change since its parent, what it assumes included.
    pub executed: Executed,
    /// What became of its calls, in order.
    pub calls: Vec<SimulatedCall>,
}

/// What one call of a simulated block did.
#[derive(Debug)]
pub struct SimulatedCall {
    /// Return data of a call that succeeded.
    pub output: Bytes,
    /// Its logs, and its transfers if they are shown; none if it failed.
    pub logs: Vec<Log>,
    /// Gas used, after refunds.
    pub gas_used: u64,
    /// Gas used before refunds: the least gas limit that suffices.
    pub max_used_gas: u64,
    /// Why it failed, if it did.
    pub failure: Option<CallError>,
    /// Whether its gas limit was lowered to what was left for all calls.
    pub gas_was_capped: bool,
}

/// Runs a block on `state`, the world state after `parent`: first what it assumes, then everything
/// that a block of this chain does, system calls and settlement included. Its calls use up to
/// `gas_left` gas together, which is less afterwards.
///
/// # Errors
/// [`SimulationError`].
pub fn simulate_block(
    state: &dyn WorldState,
    parent: &Header,
    plan: SimulationPlan,
    terms: SimulationTerms<'_>,
    gas_left: &mut u64,
) -> Result<SimulatedBlock, SimulationError> {
    let SimulationPlan { header, overrides, calls } = plan;
    let assumption = overrides.state.unwrap_or_default();
    let precompiles = checked_changes(&assumption)?;
    let collision = CreateCollision::assuming(terms.spec, state, &assumption)?;
    let changes = match assumption.is_empty() {
        true => StateDiff::default(),
        false => assumed_changes(state, assumption, terms.wiped_slots)?,
    };
    let assumed = AssumedState::new(state, &changes, &header, terms.spec, terms.wiped_slots)?;
    let start =
        BlockStart { parent, header: &header, precompiles, collision, block: overrides.block };
    let run = || {
        let mut open = start.open(&assumed, terms, gas_left)?;
        let (mut transactions, mut ends) = (Vec::new(), Vec::new());
        for call in calls {
            let (transaction, end) = open.push(call)?;
            transactions.push(transaction);
            ends.push(end);
        }
        Ok((transactions, open.finish()?, ends))
    };
    let (transactions, mut executed, calls) = run().map_err(|error| assumed.explain(error))?;
    let mut diff = changes;
    diff.extend(&executed.diff);
    executed.diff = diff;
    Ok(SimulatedBlock { transactions, executed, calls })
}

/// A block before its first call.
struct BlockStart<'a> {
    parent: &'a Header,
    header: &'a Header,
    precompiles: PrecompileChanges,
    collision: CreateCollision,
    block: Option<Box<BlockOverrides>>,
}

impl<'a> BlockStart<'a> {
    fn open(
        self,
        assumed: &'a AssumedState<'a>,
        terms: SimulationTerms<'a>,
        gas_left: &'a mut u64,
    ) -> Result<OpenSimulation<'a>, SimulationError> {
        let Self { parent, header, precompiles, collision, block } = self;
        let prev_randao = terms.spec.prev_randao(header, Some(parent));
        let mut env = block_environment(terms.spec, header, prev_randao);
        let leniency = match terms.validation {
            Validation::Off => Leniency::Simulated,
            Validation::On => Leniency::Validated,
        };
        relax(&mut env, leniency);
        let mut database = block_database(assumed);
        if let Some(block) = block {
            apply_block_overrides(*block, &mut database, &mut env.block_env);
        }
        let transfers = match terms.transfers {
            Transfers::Hidden => None,
            Transfers::Logged => Some(TransferLogs::default()),
        };
        let evm = watched_evm(
            database,
            env,
            NativePrecompiles::of(terms.spec),
            BlockInspector::new(collision, transfers),
        );
        let started = start_block_on(evm, header, terms.spec)?;
        let pace = BlockPace::of(header, parent);
        let mut builder = BlockBuilder::started(started, assumed, pace, terms.spec)?;
        precompiles
            .apply(builder.evm_mut().precompiles_mut())
            .map_err(|error| SimulationError::Overrides(error.to_string()))?;
        let block_env = builder.evm_mut().ctx().block.clone();
        Ok(OpenSimulation { builder, header, block_env, terms, gas_left })
    }
}

/// What the block changes about precompiles.
fn checked_changes(assumption: &StateOverride) -> Result<PrecompileChanges, SimulationError> {
    let changes = PrecompileChanges::of(assumption);
    let moves = &changes.moves;
    if let Some((address, _)) = moves.iter().find(|(from, to)| from == to) {
        return Err(SimulationError::MovedToItself { address: *address });
    }
    let mut targets: Vec<Address> = moves.iter().map(|(_, to)| *to).collect();
    targets.sort_unstable();
    let twice = targets.iter().zip(targets.iter().skip(1)).find(|(first, next)| first == next);
    match twice {
        Some((address, _)) => Err(SimulationError::MovedTwice { address: *address }),
        None => Ok(changes),
    }
}

/// A block whose calls are running.
struct OpenSimulation<'a> {
    builder: BlockBuilder<'a>,
    header: &'a Header,
    /// The block as a call sees it that names a price.
    block_env: BlockEnv,
    terms: SimulationTerms<'a>,
    gas_left: &'a mut u64,
}

impl<'a> OpenSimulation<'a> {
    fn evm(&mut self) -> &mut BlockEvm<'a> {
        self.builder.evm_mut()
    }

    fn push(
        &mut self,
        mut request: TransactionRequest,
    ) -> Result<(RecoveredTransaction, SimulatedCall), SimulationError> {
        if (self.terms.is_time_up)() {
            return Err(SimulationError::TimeUp);
        }
        let sender = request.from.unwrap_or_default();
        let wanted = self.gas_limit(request.gas)?;
        let gas_was_capped = wanted > *self.gas_left;
        request.gas = Some(wanted.min(*self.gas_left));
        let transaction = self.transaction(request, sender)?;
        self.price(&transaction);
        if let Some(transfers) = &mut self.evm().inspector_mut().transfers {
            transfers.start();
        }
        let mut end = None;
        let recovered = Recovered::new_unchecked(&transaction, sender);
        let gas_used = self
            .builder
            .push_observed(recovered, &mut |result| end = Some(call_end(result, gas_was_capped)))
            .map_err(SimulationError::of_call)?;
        *self.gas_left = self.gas_left.saturating_sub(gas_used);
        // The executor shows the result of everything that it appends.
        let unseen = || SimulationError::call(CallObjection::Malformed, "the call has no result");
        let mut end = end.ok_or_else(unseen)?;
        if let Some(transfers) = &mut self.evm().inspector_mut().transfers {
            end.logs = transfers.take();
        }
        Ok((Recovered::new_unchecked(transaction, sender), end))
    }

    /// The gas limit of a call: all that the block has left, unless it asks for less.
    fn gas_limit(&self, asked: Option<u64>) -> Result<u64, SimulationError> {
        let remaining = self.header.gas_limit.saturating_sub(self.builder.gas_used());
        let required = asked.unwrap_or(remaining);
        if required <= remaining {
            return Ok(required);
        }
        let reason =
            format!("block gas limit reached: remaining: {remaining}, required: {required}");
        Err(SimulationError::call(CallObjection::BlockGasLimit, reason))
    }

    /// Fills in what the request leaves open. Source: geth.
    fn transaction(
        &mut self,
        mut request: TransactionRequest,
        sender: Address,
    ) -> Result<Transaction, SimulationError> {
        if request.nonce.is_none() {
            let account = self.evm().db_mut().basic(sender).map_err(read_error)?;
            request.nonce = Some(account.map_or(0, |account| account.nonce));
        }
        request.chain_id = Some(self.terms.spec.chain_id());
        request.to = Some(request.to.unwrap_or(TxKind::Create));
        if request.gas_price.is_none() {
            if self.header.base_fee_per_gas.is_some() {
                request.max_fee_per_gas = Some(request.max_fee_per_gas.unwrap_or_default());
                let tip = request.max_priority_fee_per_gas.unwrap_or_default();
                request.max_priority_fee_per_gas = Some(tip);
            } else {
                request.gas_price = Some(0);
            }
        }
        if request.blob_versioned_hashes.is_some() {
            let price = request.max_fee_per_blob_gas.unwrap_or_default();
            request.max_fee_per_blob_gas = Some(price);
        }
        let built = request.build_typed_simulate_transaction();
        built.map_err(|error| SimulationError::call(CallObjection::Malformed, error.to_string()))
    }

    /// Without validation, a call that names no price sees prices of zero, as in `eth_call`.
    fn price(&mut self, transaction: &Transaction) {
        let mut block = self.block_env.clone();
        if self.terms.validation == Validation::Off {
            if transaction.max_fee_per_gas() == 0 {
                block.basefee = 0;
            }
            if let Some(blobs) = &mut block.blob_excess_gas_and_price
                && transaction.max_fee_per_blob_gas() == Some(0)
            {
                blobs.blob_gasprice = 0;
            }
        }
        self.evm().ctx_mut().block = block;
    }

    fn finish(mut self) -> Result<Executed, SimulationError> {
        self.builder.evm_mut().ctx_mut().block = self.block_env;
        Ok(self.builder.finish()?)
    }
}

fn call_end(result: &ExecutionResult, gas_was_capped: bool) -> SimulatedCall {
    let gas_used = result.tx_gas_used();
    let max_used_gas = result.gas().total_gas_spent().max(gas_used);
    let ended = into_outcome(result.clone());
    let (output, logs, failure) = match ended {
        Ok(outcome) => (outcome.output, result.logs().to_vec(), None),
        Err(failure) => (Bytes::new(), Vec::new(), Some(failure)),
    };
    SimulatedCall { output, logs, gas_used, max_used_gas, failure, gas_was_capped }
}
