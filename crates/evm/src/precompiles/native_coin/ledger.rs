//! Changes of balances and counters in the journal of a transaction.

use super::{
    INativeCoin::{ERC20InsufficientBalance, INativeCoinErrors as Error, MintLimit},
    change::Change,
    failure::Failure,
};
use alloy_evm::EvmInternals;
use alloy_primitives::{Address, U256};
use hanzo_types::{AI_SUPPLY, HanzoRules, SupplyCounters, SupplySlot};

/// Gas of an account that comes into being. Source: EIP-161, as CALL takes it.
const NEW_ACCOUNT_GAS: u64 = 25_000;

/// The balances and counters of the chain, as the transaction has changed them so far.
pub(super) struct Ledger<'a, 'b> {
    pub(super) state: &'a mut EvmInternals<'b>,
    pub(super) rules: &'a HanzoRules,
}

impl Ledger<'_, '_> {
    /// Makes `change` and logs it; `gas` is what is left for an account that comes into being.
    /// Returns the gas of that. Accounts are warm afterwards.
    ///
    /// # Errors
    /// [`Failure`]; what is half done is for the caller to revert.
    pub(super) fn apply(mut self, change: Change, gas: u64) -> Result<u64, Failure> {
        let needed = match change {
            Change::Transfer { from, to, value } => {
                self.require(from, value)?;
                let needed = self.birth(to, value, gas)?;
                self.take(from, value)?;
                self.give(to, value)?;
                needed
            }
            Change::Mint { to, value } => {
                let counters = self.minted(value)?;
                let needed = self.birth(to, value, gas)?;
                self.write(SupplySlot::Minted, counters.minted)?;
                self.write(SupplySlot::Trained, counters.trained)?;
                self.give(to, value)?;
                needed
            }
            Change::Burn { from, value } => {
                self.require(from, value)?;
                let burned = self.read(SupplySlot::Burned)?;
                let sum = burned.checked_add(value).ok_or(Failure::Overflow)?;
                self.write(SupplySlot::Burned, sum)?;
                self.take(from, value)?;
                0
            }
        };
        self.state.log(change.log());
        Ok(needed)
    }

    /// The counters after training rewards minted `value`. Source: decision D-07, SUP-02, SUP-04.
    fn minted(&mut self, value: U256) -> Result<SupplyCounters, Failure> {
        let before = SupplyCounters {
            minted: self.read(SupplySlot::Minted)?,
            burned: self.read(SupplySlot::Burned)?,
            mined: U256::ZERO,
            trained: self.read(SupplySlot::Trained)?,
        };
        let head_room = before.head_room(self.rules.genesis_supply());
        let left = before.training_bucket().min(head_room);
        if value > left {
            return Err(refused(Error::MintLimit(MintLimit { left, needed: value })));
        }
        // Both are parts of a supply below 2^128 wei.
        Ok(SupplyCounters {
            minted: before.minted.saturating_add(value),
            trained: before.trained.saturating_add(value),
            ..before
        })
    }

    fn require(&mut self, from: Address, value: U256) -> Result<(), Failure> {
        let balance = self.state.load_account(from)?.info.balance;
        if balance >= value {
            return Ok(());
        }
        let error = ERC20InsufficientBalance { sender: from, balance, needed: value };
        Err(refused(Error::ERC20InsufficientBalance(error)))
    }

    /// Gas of bringing `to` into being by paying it, which must be within `gas`.
    fn birth(&mut self, to: Address, value: U256, gas: u64) -> Result<u64, Failure> {
        let is_empty = self.state.load_account(to)?.info.is_empty();
        if !is_empty || value.is_zero() {
            return Ok(0);
        }
        if gas < NEW_ACCOUNT_GAS { Err(Failure::OutOfGas) } else { Ok(NEW_ACCOUNT_GAS) }
    }

    /// A payment of nothing touches no account: that would bring an empty one into being.
    fn take(&mut self, from: Address, value: U256) -> Result<(), Failure> {
        if value.is_zero() || self.state.load_account_mut(from)?.decr_balance(value) {
            return Ok(());
        }
        Err(Failure::Overflow)
    }

    fn give(&mut self, to: Address, value: U256) -> Result<(), Failure> {
        if value.is_zero() || self.state.load_account_mut(to)?.incr_balance(value) {
            return Ok(());
        }
        Err(Failure::Overflow)
    }

    fn read(&mut self, slot: SupplySlot) -> Result<U256, Failure> {
        Ok(self.state.sload(AI_SUPPLY, slot.key())?.data)
    }

    fn write(&mut self, slot: SupplySlot, value: U256) -> Result<(), Failure> {
        self.state.sstore(AI_SUPPLY, slot.key(), value)?;
        Ok(())
    }
}

const fn refused(error: Error) -> Failure {
    Failure::Refused(error)
}
