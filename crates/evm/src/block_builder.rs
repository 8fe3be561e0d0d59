//! A block in the making: the one driver of the executors, for mining and import alike.

use crate::{
    Executed, ExecutionError,
    block_evm::BlockEvm,
    block_start::{StartedBlock, start_block},
    diff::{check_supply, state_diff},
    ethereum_block::EthereumBlock,
    hanzo_block::HanzoBlock,
    push_error::{PushError, push_error},
    share_books::BlockPace,
};
use alloy_consensus::TxReceipt as _;
use alloy_eips::eip4895::Withdrawal;
use alloy_evm::block::BlockExecutionError;
use alloy_primitives::Bloom;
use hanzo_state::{StateDiff, StateRead, WorldState};
use hanzo_types::{BlockOutcome, ChainSpec, Header, Receipt, Rules, Transaction};
use reth_primitives_traits::Recovered;
use revm::{
    context_interface::result::ExecutionResult, database::states::bundle_state::BundleRetention,
};
use std::{fmt, sync::Arc};

/// A block in the making.
///
/// Not `Send` (revm is not): create, use and finish it on one thread.
pub struct BlockBuilder<'a> {
    block: OpenBlock<'a>,
    state: &'a dyn WorldState,
}

/// The executor of this kind of chain.
enum OpenBlock<'a> {
    Hanzo(HanzoBlock<'a>),
    Ethereum(EthereumBlock<'a>),
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
    /// limit, base fee, parent hash, difficulty; on Ethereum chains also `mixHash`, excess blob gas
    /// and parent beacon block root.
    ///
    /// # Errors
    /// [`ExecutionError::SystemCall`] or [`ExecutionError::State`].
    pub fn new(
        state: &'a dyn WorldState,
        header: &Header,
        parent: &Header,
        spec: &Arc<ChainSpec>,
    ) -> Result<Self, ExecutionError> {
        let started = start_block(state, header, parent, spec)?;
        Self::started(started, state, BlockPace::of(header, parent), spec)
    }

    /// A block whose first transaction is next; `state` is that before it.
    pub(crate) fn started(
        started: StartedBlock<'a>,
        state: &'a dyn WorldState,
        pace: BlockPace,
        spec: &ChainSpec,
    ) -> Result<Self, ExecutionError> {
        let block = match spec.rules() {
            Rules::Hanzo(rules) => {
                OpenBlock::Hanzo(HanzoBlock::new(started, state, pace, Arc::clone(rules))?)
            }
            Rules::Ethereum(schedule) => {
                OpenBlock::Ethereum(EthereumBlock::new(started, state, schedule))
            }
        };
        Ok(Self { block, state })
    }

    /// Who else is credited at the end of a block of an Ethereum chain. Hanzo chains have neither
    /// ommers nor withdrawals.
    #[must_use]
    pub fn crediting(
        mut self,
        ommers: &'a [Header],
        withdrawals: Option<&'a [Withdrawal]>,
    ) -> Self {
        match &mut self.block {
            OpenBlock::Hanzo(_) => {}
            OpenBlock::Ethereum(block) => block.set_credits(ommers, withdrawals),
        }
        self
    }

    /// Gas used so far.
    #[must_use]
    pub const fn gas_used(&self) -> u64 {
        match &self.block {
            OpenBlock::Hanzo(block) => block.gas_used(),
            OpenBlock::Ethereum(block) => block.gas_used(),
        }
    }

    /// Runs `transaction` and appends it to the block. Returns the gas it used.
    ///
    /// # Errors
    /// [`PushError`]; the block is unchanged and can go on with another transaction.
    pub fn push(&mut self, transaction: Recovered<&Transaction>) -> Result<u64, PushError> {
        let pushed = self.push_observed(transaction, &mut |_| {});
        pushed.map_err(|error| push_error(error, &transaction))
    }

    /// The same, with its result shown to `observe`, and with the executor's own error.
    pub(crate) fn push_observed(
        &mut self,
        transaction: Recovered<&Transaction>,
        observe: &mut dyn FnMut(&ExecutionResult),
    ) -> Result<u64, BlockExecutionError> {
        match &mut self.block {
            OpenBlock::Hanzo(block) => block.push(transaction, observe),
            OpenBlock::Ethereum(block) => block.push(transaction, observe),
        }
    }

    /// The EVM that runs the transactions.
    pub(crate) const fn evm_mut(&mut self) -> &mut BlockEvm<'a> {
        match &mut self.block {
            OpenBlock::Hanzo(block) => block.evm_mut(),
            OpenBlock::Ethereum(block) => block.evm_mut(),
        }
    }

    /// Settles the block and describes everything it changed.
    ///
    /// # Errors
    /// [`ExecutionError::SupplyMismatch`] if balances of a Hanzo chain do not add up, which would
    /// be a defect; [`ExecutionError::Requests`] if the system calls at the end of a block of an
    /// Ethereum chain fail; [`ExecutionError::State`] if the state cannot be read.
    pub fn finish(self) -> Result<Executed, ExecutionError> {
        let gas_used = self.gas_used();
        match self.block {
            OpenBlock::Hanzo(block) => {
                let settled = block.settle()?;
                let diff = collect(settled.evm, self.state)?;
                check_supply(&diff, settled.counters_before, settled.supply.counters)?;
                let outcome = BlockOutcome {
                    gas_used,
                    logs_bloom: union_of_blooms(&settled.receipts),
                    receipts: settled.receipts,
                    supply: Some(settled.supply),
                    ..Default::default()
                };
                Ok(Executed { outcome, diff })
            }
            OpenBlock::Ethereum(block) => {
                let finished = block.finish()?;
                let diff = collect(finished.evm, self.state)?;
                let outcome = BlockOutcome {
                    gas_used,
                    logs_bloom: union_of_blooms(&finished.receipts),
                    receipts: finished.receipts,
                    blob_gas_used: finished.blob_gas_used,
                    requests: finished.requests,
                    supply: None,
                };
                Ok(Executed { outcome, diff })
            }
        }
    }
}

/// Everything the block changed.
fn collect(evm: BlockEvm<'_>, before: &dyn StateRead) -> Result<StateDiff, ExecutionError> {
    let mut database = alloy_evm::Evm::into_db(evm);
    database.merge_transitions(BundleRetention::PlainState);
    Ok(state_diff(&database.take_bundle(), before)?)
}

fn union_of_blooms(receipts: &[Receipt]) -> Bloom {
    receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.bloom())
}
