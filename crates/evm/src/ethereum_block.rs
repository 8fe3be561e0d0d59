//! One block of a plain Ethereum chain.

use crate::{
    ExecutionError,
    block_evm::{BlockDatabaseError, BlockEvm, read_error},
    block_forks::BlockForks,
    deposits::{DEPOSIT_REQUEST_TYPE, deposits},
    intermediate_root::IntermediateRoots,
    receipt_builder::StatusReceiptBuilder,
    system_request::{SystemRequest, call_system_contract},
};
use alloy_consensus::Eip658Value;
use alloy_eips::{eip4895::Withdrawal, eip7685::Requests};
use alloy_evm::{
    Evm as _,
    block::{
        BlockExecutionError, BlockExecutor as _, state_changes::post_block_balance_increments,
    },
    eth::{
        EthBlockExecutionCtx, EthBlockExecutor,
        dao_fork::{DAO_HARDFORK_ACCOUNTS, DAO_HARDFORK_BENEFICIARY},
    },
};
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{Address, U256, map::HashMap};
use hanzo_state::WorldState;
use hanzo_types::{DaoSide, EthereumForks, Header, Receipt, Transaction};
use reth_primitives_traits::Recovered;
use revm::{
    Database as _, DatabaseCommit as _,
    database::{DatabaseCommitExt as _, states::bundle_state::BundleRetention},
    state::{Account, TransactionId},
};
use std::borrow::Cow;

/// Executes one block of a plain Ethereum chain.
///
/// Up to the last transaction it is alloy-evm's executor. What follows is done here, so that a
/// failed read, a block's own fault and a defect stay three different errors.
pub(crate) struct EthereumBlock<'a> {
    inner: EthBlockExecutor<'a, BlockEvm<'a>, BlockForks, StatusReceiptBuilder>,
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
    /// Starts the block with `header`: the DAO's balances, then the system calls that come before
    /// the first transaction.
    pub(crate) fn new(
        evm: BlockEvm<'a>,
        state: &'a dyn WorldState,
        header: &Header,
        forks: BlockForks,
        schedule: &EthereumForks,
    ) -> Result<Self, ExecutionError> {
        let ctx = EthBlockExecutionCtx {
            parent_hash: header.parent_hash,
            parent_beacon_block_root: header.parent_beacon_block_root,
            ommers: &[],
            withdrawals: None,
            extra_data: header.extra_data.clone(),
            tx_count_hint: None,
            slot_number: None,
        };
        let has_status = forks.has(EthereumHardfork::Byzantium);
        let mut block = Self {
            inner: EthBlockExecutor::new(evm, ctx, forks, StatusReceiptBuilder),
            forks,
            deposit_contract: schedule.deposit_contract(),
            roots: (!has_status).then(|| IntermediateRoots::new(state)),
            touched: Vec::new(),
        };
        let moves_dao = schedule
            .dao()
            .is_some_and(|dao| dao.side == DaoSide::Supports && dao.block == header.number);
        if moves_dao {
            block.move_dao_balances()?;
        }
        block
            .inner
            .apply_pre_execution_changes()
            .map_err(|error| ExecutionError::SystemCall(error.to_string()))?;
        Ok(block)
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

    /// Runs a transaction and appends it to the block. Returns the gas it used.
    pub(crate) fn push(
        &mut self,
        transaction: Recovered<&Transaction>,
    ) -> Result<u64, BlockExecutionError> {
        let output = self.inner.execute_transaction_without_commit(transaction)?;
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

    /// Moves the balances of the DAO and its children to the refund contract. All accounts exist
    /// afterwards, empty or not, as before EIP-161 they do. Source: EIP-779.
    fn move_dao_balances(&mut self) -> Result<(), ExecutionError> {
        let database = self.inner.evm.db_mut();
        let mut total = U256::ZERO;
        let mut changed = HashMap::default();
        for address in DAO_HARDFORK_ACCOUNTS {
            let mut account = load(database.basic(address))?;
            total = total.saturating_add(account.info.balance);
            account.info.balance = U256::ZERO;
            changed.insert(address, account);
        }
        let mut refunds = load(database.basic(DAO_HARDFORK_BENEFICIARY))?;
        refunds.info.balance = refunds.info.balance.saturating_add(total);
        changed.insert(DAO_HARDFORK_BENEFICIARY, refunds);
        for account in changed.values_mut() {
            account.mark_touch();
            if account.info.is_empty() {
                account.mark_created();
            }
        }
        self.touched.extend(changed.keys());
        database.commit(changed);
        Ok(())
    }
}

/// The account as an empty one if it does not exist.
fn load(
    read: Result<Option<revm::state::AccountInfo>, BlockDatabaseError>,
) -> Result<Account, ExecutionError> {
    let info = read.map_err(read_error)?;
    Ok(info.map_or_else(|| Account::new_not_existing(TransactionId::ZERO), Account::from))
}
