//! A state that a simulated block assumes.

use super::SimulationError;
use crate::{block_evm::block_database, diff::state_diff};
use alloy_evm::overrides::apply_state_overrides;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_eth::state::StateOverride;
use hanzo_state::{
    Account, Layer, Layered, NodePath, StateDiff, StateError, StateRead, TrieDiff, TrieRead,
    WorldState, root,
};
use hanzo_types::{ChainSpec, Header};
use revm::database::states::bundle_state::BundleRetention;
use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, OnceLock},
};

/// World state with what a block assumes on top.
///
/// What is wiped in it, by an assumption or by a SELFDESTRUCT before Cancun, is read slot by slot:
/// a storage of more entries than `wiped_slots` is not wiped for a request.
pub(super) struct AssumedState<'a> {
    layers: Layered<&'a dyn WorldState>,
    wiped_slots: usize,
    /// Whose storage was too large.
    refused: OnceLock<Address>,
}

impl<'a> AssumedState<'a> {
    /// `state`, the one after the parent of the block with `header`, with `changes` on top.
    pub(super) fn new(
        state: &'a dyn WorldState,
        changes: &StateDiff,
        header: &Header,
        spec: &ChainSpec,
        wiped_slots: usize,
    ) -> Result<Self, SimulationError> {
        // Receipts with state roots are the only ones that look at the trie during execution.
        let trie = if changes.is_empty() || spec.receipts_have_status(header) {
            TrieDiff::default()
        } else {
            root(state, changes)?.trie
        };
        // In the place of the parent, whose hash it answers.
        let (number, hash) = (header.number.saturating_sub(1), header.parent_hash);
        let layer = Layer { number, hash, state: changes.clone(), trie };
        let layers = Layered::new(vec![Arc::new(layer)], state);
        Ok(Self { layers, wiped_slots, refused: OnceLock::new() })
    }

    /// The better reason than `error`, if a storage was too large to wipe.
    pub(super) fn explain(&self, error: SimulationError) -> SimulationError {
        match self.refused.get() {
            Some(address) => {
                SimulationError::WipedStorage { address: *address, limit: self.wiped_slots }
            }
            None => error,
        }
    }
}

impl StateRead for AssumedState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        self.layers.account(address)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.layers.storage(address, slot)
    }

    fn storage_slots(&self, address: Address) -> Result<Vec<(U256, U256)>, StateError> {
        let slots = self.storage_slots_within(address, self.wiped_slots)?;
        slots.ok_or_else(|| {
            let _ = self.refused.set(address);
            StateError::storage(io::Error::other("the storage is too large to be wiped"))
        })
    }

    fn storage_slots_within(
        &self,
        address: Address,
        at_most: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StateError> {
        self.layers.storage_slots_within(address, at_most)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        self.layers.code(code_hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        self.layers.block_hash(number)
    }
}

impl TrieRead for AssumedState<'_> {
    fn account_node(&self, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        self.layers.account_node(path)
    }

    fn storage_node(&self, account: B256, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        self.layers.storage_node(account, path)
    }
}

/// What `overrides` change in `state`. A storage that they replace is wiped slot by slot; one of more
/// than `wiped_slots` entries is refused.
pub(super) fn assumed_changes(
    state: &dyn WorldState,
    overrides: StateOverride,
    wiped_slots: usize,
) -> Result<StateDiff, SimulationError> {
    // In the order of addresses, so that of two errors it is always the same one.
    let replaced = overrides.iter().filter(|(_, account)| account.state.is_some());
    let replaced: BTreeSet<Address> = replaced.map(|(address, _)| *address).collect();
    for address in replaced {
        if state.storage_slots_within(address, wiped_slots)?.is_none() {
            return Err(SimulationError::WipedStorage { address, limit: wiped_slots });
        }
    }
    let mut database = block_database(state);
    apply_state_overrides(overrides, &mut database).map_err(SimulationError::of_overrides)?;
    database.merge_transitions(BundleRetention::PlainState);
    let mut diff = state_diff(&database.take_bundle(), state)?;
    // The values before are not the true ones: to the EVM every assumed slot has to look changed.
    for (address, slots) in &mut diff.storage {
        for (slot, change) in slots.iter_mut() {
            change.before = state.storage(*address, *slot)?;
        }
        slots.retain(|_, change| change.before != change.after);
    }
    diff.storage.retain(|_, slots| !slots.is_empty());
    Ok(diff)
}
