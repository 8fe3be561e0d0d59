//! One block of a Hanzo chain: system calls, transactions, settlement.

use crate::{
    ExecutionError,
    accounting::settle_block,
    block_evm::{BlockEvm, read_error},
    block_start::{StartedBlock, TransactionExecutor},
    share_books::{BlockPace, share_writes},
    slot_write::{SlotWrite, write_slots},
};
use alloy_evm::{
    Evm as _,
    block::{BlockExecutionError, BlockExecutor as _},
};
use alloy_primitives::{Address, U256};
use hanzo_state::{StateError, StateRead};
use hanzo_types::{
    AI_SUPPLY, BlockSupply, COMPUTE_MINING, HanzoRules, Receipt, SupplyCounters, SupplySlot,
    Transaction,
};
use reth_primitives_traits::Recovered;
use revm::{
    Database as _, context::Block as _, context_interface::result::ExecutionResult,
    database::DatabaseCommitExt as _, state::EvmState,
};
use std::sync::Arc;

/// Executes the transactions of one block and settles it.
///
/// Up to the last transaction it is Ethereum's executor. What follows is this chain's own: there
/// are no deposits, withdrawal requests or consolidations (their contracts are not deployed), and
/// it mints its own subsidy. Source: decisions D-02, D-08, D-09, D-30, D-32.
pub(crate) struct HanzoBlock<'a> {
    inner: TransactionExecutor<'a>,
    rules: Arc<HanzoRules>,
    pace: BlockPace,
    counters_before: SupplyCounters,
    /// Wei of base fee burned so far.
    base_fee_burn: U256,
    /// Wei destroyed by SELFDESTRUCT so far.
    destroyed: U256,
}

/// What is left of a settled block.
pub(crate) struct SettledBlock<'a> {
    pub(crate) evm: BlockEvm<'a>,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) counters_before: SupplyCounters,
    pub(crate) supply: BlockSupply,
}

impl<'a> HanzoBlock<'a> {
    /// The block after its system calls; `state` is that before it.
    pub(crate) fn new(
        started: StartedBlock<'a>,
        state: &dyn StateRead,
        pace: BlockPace,
        rules: Arc<HanzoRules>,
    ) -> Result<Self, ExecutionError> {
        let counters_before = read_counters(|slot| state.storage(AI_SUPPLY, slot.key()))?;
        Ok(Self {
            inner: started.executor,
            rules,
            pace,
            counters_before,
            base_fee_burn: U256::ZERO,
            destroyed: U256::ZERO,
        })
    }

    /// Gas that the block's transactions used so far.
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
        let gas_used = output.result.result.gas().tx_gas_used();
        let base_fee = U256::from(self.inner.evm.block().basefee());
        let burned = base_fee.saturating_mul(U256::from(gas_used));
        let destroyed = destroyed_by(&output.result.state, burned);
        self.base_fee_burn = self.base_fee_burn.saturating_add(burned);
        self.destroyed = self.destroyed.saturating_add(destroyed);
        Ok(self.inner.commit_transaction(output).tx_gas_used())
    }

    /// Settles the block: burns, then the subsidy.
    ///
    /// # Errors
    /// [`ExecutionError::State`] if the state cannot be read.
    pub(crate) fn settle(mut self) -> Result<SettledBlock<'a>, ExecutionError> {
        let supply = self.mint_and_burn()?;
        Ok(SettledBlock {
            evm: self.inner.evm,
            receipts: self.inner.receipts,
            counters_before: self.counters_before,
            supply,
        })
    }

    fn mint_and_burn(&mut self) -> Result<BlockSupply, ExecutionError> {
        let block = self.inner.evm.block();
        let number = block.number().saturating_to();
        let coinbase = block.beneficiary();
        let before = self.read_counters()?;
        let supply = settle_block(&self.rules, number, before, self.base_fee_burn, self.destroyed);
        // Both are parts of a supply below 2^128 wei.
        let pool = supply.share_pool.saturating_to();
        let reward = supply.coinbase_reward.saturating_to();
        for (address, amount) in [(COMPUTE_MINING, pool), (coinbase, reward)] {
            self.credit(address, amount)?;
        }
        let counters = Self::counter_writes(before, supply.counters);
        write_slots(self.inner.evm.db_mut(), AI_SUPPLY, counters)?;
        self.write_share_books(supply.share_pool)?;
        Ok(supply)
    }

    /// Pays one account. A zero credit must not touch it: touching an empty one would create it
    /// (D-32). One at a time, since both may go to the same: of two credits of one account in a list
    /// the database keeps the last.
    fn credit(&mut self, address: Address, amount: u128) -> Result<(), ExecutionError> {
        if amount == 0 {
            return Ok(());
        }
        let credited = self.inner.evm.db_mut().increment_balances([(address, amount)]);
        credited.map_err(|error| read_error(error).into())
    }

    fn read_counters(&mut self) -> Result<SupplyCounters, ExecutionError> {
        read_counters(|slot| {
            let read = self.inner.evm.db_mut().storage(AI_SUPPLY, slot.key());
            read.map_err(read_error)
        })
    }

    /// The slots of `AISupply` that the block changes.
    fn counter_writes(before: SupplyCounters, after: SupplyCounters) -> [SlotWrite; 4] {
        [
            (SupplySlot::Minted, before.minted, after.minted),
            (SupplySlot::Burned, before.burned, after.burned),
            (SupplySlot::Mined, before.mined, after.mined),
            (SupplySlot::Trained, before.trained, after.trained),
        ]
        .map(|(slot, before, after)| SlotWrite { key: slot.key(), before, after })
    }

    /// Enters the block's part of the reward into the books of the share pool.
    fn write_share_books(&mut self, paid_in: U256) -> Result<(), StateError> {
        let database = self.inner.evm.db_mut();
        let writes = share_writes(self.rules.config(), self.pace, paid_in, |slot| {
            database.storage(COMPUTE_MINING, slot).map_err(read_error)
        })?;
        write_slots(database, COMPUTE_MINING, writes)
    }
}

/// Wei that a transaction destroyed: everything its accounts lost beyond the `burned` base fee and
/// what the counters say of it.
///
/// A contract created and self-destructed in one transaction takes its remaining balance with
/// it (EIP-6780); such an account counts as empty afterwards.
fn destroyed_by(state: &EvmState, burned: U256) -> U256 {
    let mut before = counted_by(state, SupplySlot::Minted);
    let mut after = counted_by(state, SupplySlot::Burned);
    for account in state.values() {
        before = before.saturating_add(account.original_info().balance);
        if !account.is_selfdestructed() {
            after = after.saturating_add(account.info.balance);
        }
    }
    before.saturating_sub(after).saturating_sub(burned)
}

/// Wei by which a transaction raised a counter, through `NativeCoin`.
fn counted_by(state: &EvmState, counter: SupplySlot) -> U256 {
    let slot = state.get(&AI_SUPPLY).and_then(|account| account.storage.get(&counter.key()));
    slot.map_or(U256::ZERO, |slot| slot.present_value.saturating_sub(slot.original_value))
}

fn read_counters(
    mut read: impl FnMut(SupplySlot) -> Result<U256, StateError>,
) -> Result<SupplyCounters, ExecutionError> {
    Ok(SupplyCounters {
        minted: read(SupplySlot::Minted)?,
        burned: read(SupplySlot::Burned)?,
        mined: read(SupplySlot::Mined)?,
        trained: read(SupplySlot::Trained)?,
    })
}
