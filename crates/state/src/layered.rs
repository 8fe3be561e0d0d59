//! Executed blocks stacked above a persisted base.

use crate::{Account, NodePath, StateDiff, StateError, StateRead, TrieDiff, TrieRead};
use alloy_primitives::{Address, B256, Bytes, U256};
use std::{collections::BTreeMap, sync::Arc};

/// What one executed block changed: one layer of the tree above the base. Source: ADR-0002.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block; zero for a block that is not sealed yet.
    pub hash: B256,
    /// Changed accounts, slots and code.
    pub state: StateDiff,
    /// Changed trie nodes.
    pub trie: TrieDiff,
}

/// State as of the newest of `layers`, which lie above `base`.
///
/// A read scans the layers newest first and stops at the first hit; the number of layers is
/// bounded by the chain (48 at most), so a full miss costs a few dozen hash look-ups before the
/// base is asked.
#[derive(Debug, Clone)]
pub struct Layered<B> {
    /// Newest first.
    layers: Vec<Arc<Layer>>,
    base: B,
}

impl<B> Layered<B> {
    /// State of the block of `layers[0]`; `layers` is sorted newest first and each layer is the
    /// parent of the one before it.
    #[must_use]
    pub const fn new(layers: Vec<Arc<Layer>>, base: B) -> Self {
        Self { layers, base }
    }

    /// This state with one more block on top.
    #[must_use]
    pub fn with_layer(&self, layer: Arc<Layer>) -> Self
    where
        B: Clone,
    {
        let layers = std::iter::once(layer).chain(self.layers.iter().cloned()).collect();
        Self { layers, base: self.base.clone() }
    }
}

impl<B: StateRead> StateRead for Layered<B> {
    fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        self.layers
            .iter()
            .find_map(|layer| layer.state.accounts.get(&address))
            .map_or_else(|| self.base.account(address), |change| Ok(change.after))
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.layers
            .iter()
            .find_map(|layer| layer.state.storage.get(&address)?.get(&slot))
            .map_or_else(|| self.base.storage(address, slot), |change| Ok(change.after))
    }

    fn storage_slots_within(
        &self,
        address: Address,
        at_most: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StateError> {
        let changed = self.layers.iter().filter_map(|layer| layer.state.storage.get(&address));
        let changed = changed.map(|slots| slots.len()).sum();
        let Some(at_most) = at_most.checked_sub(changed) else { return Ok(None) };
        let Some(slots) = self.base.storage_slots_within(address, at_most)? else {
            return Ok(None);
        };
        let mut slots: BTreeMap<U256, U256> = slots.into_iter().collect();
        // Oldest first, so that the newest value of a slot is the one that stays.
        for changed in
            self.layers.iter().rev().filter_map(|layer| layer.state.storage.get(&address))
        {
            slots.extend(changed.iter().map(|(slot, change)| (*slot, change.after)));
        }
        slots.retain(|_, value| !value.is_zero());
        Ok(Some(slots.into_iter().collect()))
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        self.layers
            .iter()
            .find_map(|layer| layer.state.code.get(&code_hash))
            .map_or_else(|| self.base.code(code_hash), |code| Ok(code.clone()))
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        self.layers
            .iter()
            .find(|layer| layer.number == number)
            .map_or_else(|| self.base.block_hash(number), |layer| Ok(layer.hash))
    }
}

impl<B: TrieRead> TrieRead for Layered<B> {
    fn account_node(&self, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        self.layers
            .iter()
            .find_map(|layer| layer.trie.account_nodes.get(path))
            .map_or_else(|| self.base.account_node(path), |node| Ok(node.clone()))
    }

    fn storage_node(&self, account: B256, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        self.layers
            .iter()
            .find_map(|layer| layer.trie.storage_nodes.get(&account)?.get(path))
            .map_or_else(|| self.base.storage_node(account, path), |node| Ok(node.clone()))
    }
}
