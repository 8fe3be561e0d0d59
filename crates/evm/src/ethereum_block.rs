//! One block of a plain Ethereum chain.

use crate::{
    ExecutionError,
    block_evm::{BlockEvm, read_error},
    block_forks::BlockForks,
    block_start::{StartedBlock, TransactionExecutor},
    deposits::{DEPOSIT_REQUEST_TYPE, deposits},
    intermediate_root::IntermediateRoots,
    system_request::{SystemRequest, call_system_contract},
};
use alloy_consensus::Eip658Value;
use alloy_eips::{eip4895::Withdrawal, eip7685::Requests};
use alloy_evm::{
    Evm as _,
    block::{
        BlockExecutionError, BlockExecutor as _, state_changes::post_block_balance_increments,
    },
};
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::Address;
use hanzo_state::WorldState;
use hanzo_types::{EthereumForks, Header, Receipt, Transaction};
use reth_primitives_traits::Recovered;
use revm::{
    context_interface::result::ExecutionResult,
    database::{DatabaseCommitExt as _, states::bundle_state::BundleRetention},
};
use std::borrow::Cow;

/// Executes one block of a plain Ethereum chain.
///
/// Up to the last transaction it is alloy-evm's executor. What follows is done here, so that a
/// failed read, a block's own fault and a defect stay three different errors.
pub(crate) struct EthereumBlock<'a> {
    inner: TransactionExecutor<'a>,
    forks: BlockForks,
    deposit_contract: Address,
    /// Before Byzantium only.
    roots: Option<IntermediateRoots<'a>>,
    /// Accounts that changed since the last intermediate root.
    touched: Vec<Address>,
}

/// What is left of a finished block.
pub(crate) struct FinishedBlock<'a> {
    pub(crate) evm: BlockEvm<'a>,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) requests: Requests,
    pub(crate) blob_gas_used: u64,
}

impl<'a> EthereumBlock<'a> {
    /// The block after its system calls; `state` is that before it.
    pub(crate) fn new(
        started: StartedBlock<'a>,
        state: &'a dyn WorldState,
        schedule: &EthereumForks,
    ) -> Self {
        let StartedBlock { executor, touched } = started;
        let forks = executor.spec;
        let has_status = forks.has(EthereumHardfork::Byzantium);
        Self {
            inner: executor,
            forks,
            deposit_contract: schedule.deposit_contract(),
            roots: (!has_status).then(|| IntermediateRoots::new(state)),
            touched,
        }
    }

    /// Who else is credited at the end of the block.
    pub(crate) fn set_credits(
        &mut self,
        ommers: &'a [Header],
        withdrawals: Option<&'a [Withdrawal]>,
    ) {
        self.inner.ctx.ommers = ommers;
        self.inner.ctx.withdrawals = withdrawals.map(Cow::Borrowed);
    }

    pub(crate) const fn gas_used(&self) -> u64 {
        self.inner.cumulative_tx_gas_used
    }

    pub(crate) const fn evm_mut(&mut self) -> &mut BlockEvm<'a> {
        &mut self.inner.evm
    }

    /// Runs a transaction, shows its result to `observe` and appends it to the block. Returns the
    /// gas it used.
    pub(crate) fn push(
        &mut self,
        transaction: Recovered<&Transaction>,
        observe: &mut dyn FnMut(&ExecutionResult),
    ) -> Result<u64, BlockExecutionError> {
        let output = self.inner.execute_transaction_without_commit(transaction)?;
        observe(&output.result.result);
        if self.roots.is_some() {
            self.touched.extend(output.result.state.keys());
        }
        let gas = self.inner.commit_transaction(output).tx_gas_used();
        self.record_intermediate_root()?;
        Ok(gas)
    }

    /// Before Byzantium the receipt holds the state root after its transaction, not its status.
    fn record_intermediate_root(&mut self) -> Result<(), BlockExecutionError> {
        let Some(roots) = &mut self.roots else { return Ok(()) };
        let database = self.inner.evm.db_mut();
        database.merge_transitions(BundleRetention::PlainState);
        let root = roots
            .advance(&database.bundle_state, &self.touched)
            .map_err(BlockExecutionError::other)?;
        self.touched.clear();
        if let Some(Receipt::Legacy(receipt)) = self.inner.receipts.last_mut() {
            receipt.receipt.status = Eip658Value::PostState(root);
        }
        Ok(())
    }

    /// Ends the block: requests to the consensus layer, then rewards and withdrawals.
    pub(crate) fn finish(mut self) -> Result<FinishedBlock<'a>, ExecutionError> {
        let requests = if self.forks.has(EthereumHardfork::Prague) {
            self.requests()?
        } else {
            Requests::default()
        };
        let credits = post_block_balance_increments(
            self.forks,
            self.inner.evm.block(),
            self.inner.ctx.ommers,
            self.inner.ctx.withdrawals.as_deref(),
        );
        let credited = self.inner.evm.db_mut().increment_balances(credits);
        credited.map_err(read_error)?;
        Ok(FinishedBlock {
            evm: self.inner.evm,
            receipts: self.inner.receipts,
            requests,
            blob_gas_used: self.inner.blob_gas_used,
        })
    }

    /// Source: EIP-7685 with EIP-6110, EIP-7002 and EIP-7251, in this order.
    fn requests(&mut self) -> Result<Requests, ExecutionError> {
        let mut requests = Requests::default();
        let deposits = deposits(&self.inner.receipts, self.deposit_contract)?;
        if !deposits.is_empty() {
            requests.push_request_with_type(DEPOSIT_REQUEST_TYPE, deposits);
        }
        for request in [SystemRequest::Withdrawals, SystemRequest::Consolidations] {
            let found = call_system_contract(&mut self.inner.evm, request)?;
            if !found.is_empty() {
                requests.push_request_with_type(request.kind(), found);
            }
        }
        Ok(requests)
    }
}
