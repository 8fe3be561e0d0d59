//! World state in a hash map.

use alloy_primitives::{Address, B256, Bytes, U256};
use hanzo_state::{Account, StateDiff, StateError, StateRead};

/// World state in memory: the diff from nothing to it.
#[derive(Debug, Clone, Default)]
pub struct MemoryState {
    diff: StateDiff,
}

impl MemoryState {
    /// The state that `diff` leads to from nothing.
    #[must_use]
    pub const fn new(diff: StateDiff) -> Self {
        Self { diff }
    }

    /// Applies a later change.
    pub fn apply(&mut self, later: &StateDiff) {
        self.diff.extend(later);
    }

    /// The diff from nothing to this state.
    #[must_use]
    pub const fn as_diff(&self) -> &StateDiff {
        &self.diff
    }

    /// Sum of all balances, in wei.
    #[must_use]
    pub fn total_balance(&self) -> U256 {
        let balances = self.diff.accounts.values().filter_map(|change| change.after);
        balances.map(|account| account.balance).sum()
    }
}

impl StateRead for MemoryState {
    fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        Ok(self.diff.accounts.get(&address).and_then(|change| change.after))
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        let slots = self.diff.storage.get(&address);
        Ok(slots.and_then(|slots| slots.get(&slot)).map_or(U256::ZERO, |change| change.after))
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        self.diff.code.get(&code_hash).cloned().ok_or(StateError::MissingCode(code_hash))
    }

    fn block_hash(&self, _number: u64) -> Result<B256, StateError> {
        Ok(B256::ZERO)
    }
}
