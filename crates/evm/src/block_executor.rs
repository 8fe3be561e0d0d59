//! One block: system calls, transactions, settlement.

use crate::{
    accounting::settle_block, executor_spec::ExecutorSpec, receipt_builder::StatusReceiptBuilder,
};
use alloy_consensus::TxType;
use alloy_eips::eip7685::Requests;
use alloy_evm::{
    Evm, FromRecoveredTx, FromTxWithEncoded,
    block::{
        BlockExecutionError, BlockExecutionResult, BlockExecutor, BlockValidationError,
        ExecutableTx, GasOutput, StateDB,
    },
    eth::{EthBlockExecutionCtx, EthBlockExecutor, EthTxResult},
};
use alloy_primitives::{U256, map::HashMap};
use hanzo_types::{
    AI_SUPPLY, BlockSupply, COMPUTE_MINING, ChainSpec, Receipt, SupplyCounters, SupplySlot,
    Transaction,
};
use revm::{
    Database as _, DatabaseCommit as _,
    context::Block as _,
    database::DatabaseCommitExt as _,
    primitives::hardfork::SpecId,
    state::{Account, AccountStatus, EvmState, EvmStorageSlot, TransactionId},
};
use std::sync::Arc;

/// Executes the transactions of one block and settles it.
///
/// Wraps Ethereum's executor for everything up to the last transaction. Its `finish` is replaced:
/// this chain has no deposits, withdrawal requests or consolidations (their contracts are not
/// deployed), and it mints its own subsidy. Source: decisions D-02, D-08, D-09, D-30, D-32.
#[derive(Debug)]
pub(crate) struct HanzoBlockExecutor<'a, E> {
    inner: EthBlockExecutor<'a, E, ExecutorSpec, StatusReceiptBuilder>,
    spec: Arc<ChainSpec>,
    /// Wei destroyed by SELFDESTRUCT so far.
    destroyed: U256,
    /// What the block minted and burned, once it is finished.
    supply: BlockSupply,
}

impl<'a, E> HanzoBlockExecutor<'a, E> {
    pub(crate) fn new(evm: E, ctx: EthBlockExecutionCtx<'a>, spec: Arc<ChainSpec>) -> Self {
        let executor_spec = ExecutorSpec(Arc::clone(&spec));
        let inner = EthBlockExecutor::new(evm, ctx, executor_spec, StatusReceiptBuilder);
        Self { inner, spec, destroyed: U256::ZERO, supply: BlockSupply::default() }
    }
}

impl<E> HanzoBlockExecutor<'_, E>
where
    E: Evm<
            DB: StateDB,
            Spec: Into<SpecId> + Clone,
            Tx: FromRecoveredTx<Transaction> + FromTxWithEncoded<Transaction>,
        >,
{
    /// Gas that the block's transactions used so far.
    pub(crate) const fn gas_used(&self) -> u64 {
        self.inner.cumulative_tx_gas_used
    }

    /// Settles the block and hands back the EVM, the receipts and what was minted and burned.
    ///
    /// # Errors
    /// [`BlockExecutionError::Internal`] if the state cannot be read.
    pub(crate) fn settle(mut self) -> Result<(E, Vec<Receipt>, BlockSupply), BlockExecutionError> {
        self.mint_and_burn()?;
        Ok((self.inner.evm, self.inner.receipts, self.supply))
    }

    fn mint_and_burn(&mut self) -> Result<(), BlockExecutionError> {
        let block = self.inner.evm.block();
        let number = block.number().saturating_to();
        let coinbase = block.beneficiary();
        let base_fee_burn = U256::from(block.basefee()).saturating_mul(U256::from(self.gas_used()));
        let before = self.read_counters()?;
        let supply = settle_block(&self.spec, number, before, base_fee_burn, self.destroyed);
        let pool = u128::try_from(supply.share_pool).map_err(BlockExecutionError::other)?;
        let reward = u128::try_from(supply.coinbase_reward).map_err(BlockExecutionError::other)?;
        // A zero credit must not touch an account: touching an empty one would create it (D-32).
        let credits = [(COMPUTE_MINING, pool), (coinbase, reward)]
            .into_iter()
            .filter(|(_, amount)| *amount > 0);
        self.inner
            .evm
            .db_mut()
            .increment_balances(credits)
            .map_err(|_| BlockValidationError::IncrementBalanceFailed)?;
        self.write_counters(before, supply.counters)?;
        self.supply = supply;
        Ok(())
    }

    fn read_counters(&mut self) -> Result<SupplyCounters, BlockExecutionError> {
        let mut read = |slot: SupplySlot| {
            let db = self.inner.evm.db_mut();
            db.storage(AI_SUPPLY, slot.key()).map_err(BlockExecutionError::other)
        };
        Ok(SupplyCounters {
            minted: read(SupplySlot::Minted)?,
            burned: read(SupplySlot::Burned)?,
            mined: read(SupplySlot::Mined)?,
            trained: read(SupplySlot::Trained)?,
        })
    }

    /// Writes the changed counters into the storage of `AISupply`, without EVM, gas or logs.
    fn write_counters(
        &mut self,
        before: SupplyCounters,
        after: SupplyCounters,
    ) -> Result<(), BlockExecutionError> {
        let changed: Vec<(U256, U256, U256)> = [
            (SupplySlot::Minted, before.minted, after.minted),
            (SupplySlot::Burned, before.burned, after.burned),
            (SupplySlot::Mined, before.mined, after.mined),
            (SupplySlot::Trained, before.trained, after.trained),
        ]
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(slot, before, after)| (slot.key(), before, after))
        .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let db = self.inner.evm.db_mut();
        let info = db.basic(AI_SUPPLY).map_err(BlockExecutionError::other)?.unwrap_or_default();
        let mut account = Account::from(info);
        account.status = AccountStatus::Touched;
        for (key, before, after) in changed {
            let slot = EvmStorageSlot::new_changed(before, after, TransactionId::ZERO);
            account.storage.insert(key, slot);
        }
        db.commit(HashMap::from_iter([(AI_SUPPLY, account)]));
        Ok(())
    }

    /// Wei that a transaction destroyed: everything its accounts lost beyond the burned base fee.
    ///
    /// A contract created and self-destructed in one transaction takes its remaining balance with
    /// it (EIP-6780); such an account counts as empty afterwards.
    fn destroyed_by(&self, state: &EvmState, gas_used: u64) -> U256 {
        let mut before = U256::ZERO;
        let mut after = U256::ZERO;
        for account in state.values() {
            before = before.saturating_add(account.original_info().balance);
            if !account.is_selfdestructed() {
                after = after.saturating_add(account.info.balance);
            }
        }
        let base_fee = U256::from(self.inner.evm.block().basefee());
        let burned = base_fee.saturating_mul(U256::from(gas_used));
        before.saturating_sub(after).saturating_sub(burned)
    }
}

impl<E> BlockExecutor for HanzoBlockExecutor<'_, E>
where
    E: Evm<
            DB: StateDB,
            Spec: Into<SpecId> + Clone,
            Tx: FromRecoveredTx<Transaction> + FromTxWithEncoded<Transaction>,
        >,
{
    type Transaction = Transaction;
    type Receipt = Receipt;
    type Evm = E;
    type Result = EthTxResult<E::HaltReason, TxType>;

    fn apply_pre_execution_changes(&mut self) -> Result<(), BlockExecutionError> {
        self.inner.apply_pre_execution_changes()
    }

    fn execute_transaction_without_commit(
        &mut self,
        tx: impl ExecutableTx<Self>,
    ) -> Result<Self::Result, BlockExecutionError> {
        self.inner.execute_transaction_without_commit(tx.into_parts())
    }

    fn commit_transaction(&mut self, output: Self::Result) -> GasOutput {
        let gas_used = output.result.result.gas().tx_gas_used();
        let destroyed = self.destroyed_by(&output.result.state, gas_used);
        self.destroyed = self.destroyed.saturating_add(destroyed);
        self.inner.commit_transaction(output)
    }

    fn finish(mut self) -> Result<(E, BlockExecutionResult<Receipt>), BlockExecutionError> {
        self.mint_and_burn()?;
        let gas_used = self.gas_used();
        let result = BlockExecutionResult {
            receipts: self.inner.receipts,
            requests: Requests::default(),
            gas_used,
            blob_gas_used: self.inner.blob_gas_used,
        };
        Ok((self.inner.evm, result))
    }

    fn evm_mut(&mut self) -> &mut E {
        &mut self.inner.evm
    }

    fn evm(&self) -> &E {
        &self.inner.evm
    }

    fn receipts(&self) -> &[Receipt] {
        &self.inner.receipts
    }
}
