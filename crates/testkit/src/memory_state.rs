//! World state in a hash map.

use alloy_primitives::{Address, B256, Bytes, U256};
use hanzo_state::{Account, NodePath, StateDiff, StateError, StateRead, TrieDiff, TrieRead, root};
use std::collections::BTreeMap;

/// World state in memory, with its trie: the diffs from nothing to it.
#[derive(Debug, Clone, Default)]
pub struct MemoryState {
    diff: StateDiff,
    trie: TrieDiff,
}

impl MemoryState {
    /// The state that `diff` leads to from nothing.
    #[must_use]
    pub fn new(diff: StateDiff) -> Self {
        let trie = root(&Self::default(), &diff).unwrap().trie;
        Self { diff, trie }
    }

    /// Applies a later change. Returns the state root after it.
    pub fn apply(&mut self, later: &StateDiff) -> B256 {
        let after = root(self, later).unwrap();
        self.trie.extend(&after.trie);
        self.diff.extend(later);
        after.root
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

    fn storage_slots_within(
        &self,
        address: Address,
        at_most: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StateError> {
        let slots = self.diff.storage.get(&address).into_iter().flatten();
        let mut sorted: BTreeMap<_, _> =
            slots.map(|(slot, change)| (*slot, change.after)).collect();
        sorted.retain(|_, value| !value.is_zero());
        Ok((sorted.len() <= at_most).then(|| sorted.into_iter().collect()))
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        self.diff.code.get(&code_hash).cloned().ok_or(StateError::MissingCode(code_hash))
    }

    fn block_hash(&self, _number: u64) -> Result<B256, StateError> {
        Ok(B256::ZERO)
    }
}

impl TrieRead for MemoryState {
    fn account_node(&self, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        Ok(self.trie.account_nodes.get(path).cloned().flatten())
    }

    fn storage_node(&self, account: B256, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        let nodes = self.trie.storage_nodes.get(&account);
        Ok(nodes.and_then(|nodes| nodes.get(path)).cloned().flatten())
    }
}
