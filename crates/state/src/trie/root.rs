//! The state root after a change.

use super::leaf_change::{AccountChange, LeafChange, SlotChange, StorageRootChange};
use super::node_reader::NodeReader;
use super::updater::{PARALLEL_CHANGES, Updater};
use crate::{Change, NodePath, StateDiff, StateError, TrieDiff, TrieRead};
use alloy_primitives::{
    Address, B256, Bytes, U256, keccak256,
    map::{AddressMap, HashMap},
};
use alloy_trie::EMPTY_ROOT_HASH;
use hanzo_keccak::keccak256_each;
use rayon::prelude::*;

/// The state root after a change, and the trie nodes that changed with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRoot {
    /// Root hash of the account trie.
    pub root: B256,
    /// Nodes to write and to remove.
    pub trie: TrieDiff,
    /// What it cost.
    pub work: RootWork,
}

/// Counted work of one root computation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RootWork {
    /// Stored nodes read.
    pub nodes_read: u64,
    /// Nodes whose Keccak-256 was computed.
    pub nodes_hashed: u64,
}

impl RootWork {
    /// Adds the work of another part of the computation.
    pub(super) const fn add(&mut self, other: Self) {
        self.nodes_read = self.nodes_read.saturating_add(other.nodes_read);
        self.nodes_hashed = self.nodes_hashed.saturating_add(other.nodes_hashed);
    }
}

/// State root after `diff` is applied to the state whose trie is `trie`.
///
/// Reads only nodes on the paths of changed keys, plus one sibling per branch that is left with a
/// single child. A value that is the same before and after costs nothing.
///
/// # Errors
/// [`StateError::MissingNode`] or [`StateError::DamagedNode`] if the stored trie is incomplete or
/// damaged, [`StateError::StorageWithoutAccount`] if the diff leaves storage behind that no
/// account owns, [`StateError::Storage`] if the storage engine fails.
pub fn root(trie: &dyn TrieRead, diff: &StateDiff) -> Result<StateRoot, StateError> {
    let mut result =
        StateRoot { root: EMPTY_ROOT_HASH, trie: TrieDiff::default(), work: RootWork::default() };
    let mut changes = account_changes(diff);
    for storage in storage_tries(trie, &diff.storage)? {
        result.work.add(storage.work);
        if !storage.nodes.is_empty() {
            result.trie.storage_nodes.insert(storage.hashed_address, storage.nodes);
        }
        if let Some(change) = storage.change {
            changes
                .entry(storage.address)
                .or_insert_with(|| AccountChange::new(storage.hashed_address))
                .storage = Some(change);
        }
    }
    let mut changes: Vec<_> = changes.into_values().collect();
    changes.sort_unstable_by_key(|change| *change.key());

    let reader = NodeReader::accounts(trie);
    let old = reader.root()?;
    let mut updater = Updater::new(reader);
    result.root = match updater.run(old.clone(), &changes)? {
        Some(root) => root,
        None => old.map_or(EMPTY_ROOT_HASH, keccak256),
    };
    result.work.add(updater.work);
    result.trie.account_nodes = collected(updater.writes);
    Ok(result)
}

/// The accounts whose own fields changed.
fn account_changes(diff: &StateDiff) -> AddressMap<AccountChange> {
    let changed = diff.accounts.iter().filter(|(_, change)| change.before != change.after);
    let (addresses, changes): (Vec<Address>, Vec<_>) =
        changed.map(|(address, change)| (*address, *change)).unzip();
    let hashed = keccak256_each(&addresses);
    let entries = hashed.into_iter().zip(changes).map(|(hashed_address, change)| {
        let mut entry = AccountChange::new(hashed_address);
        entry.account = Some(change);
        entry
    });
    addresses.into_iter().zip(entries).collect()
}

/// An updated storage trie.
struct StorageTrie {
    address: Address,
    hashed_address: B256,
    /// `None` if no slot changed in effect.
    change: Option<StorageRootChange>,
    nodes: HashMap<NodePath, Option<Bytes>>,
    work: RootWork,
}

/// Updates all storage tries: in parallel if there is enough to do.
fn storage_tries(
    trie: &dyn TrieRead,
    storage: &AddressMap<HashMap<U256, Change<U256>>>,
) -> Result<Vec<StorageTrie>, StateError> {
    let slots = storage.values().fold(0_usize, |slots, of| slots.saturating_add(of.len()));
    if slots >= PARALLEL_CHANGES && storage.len() > 1 {
        let tries: Vec<_> = storage.iter().collect();
        tries.into_par_iter().map(|(address, slots)| storage_trie(trie, *address, slots)).collect()
    } else {
        storage.iter().map(|(address, slots)| storage_trie(trie, *address, slots)).collect()
    }
}

fn storage_trie(
    trie: &dyn TrieRead,
    address: Address,
    slots: &HashMap<U256, Change<U256>>,
) -> Result<StorageTrie, StateError> {
    let hashed_address = keccak256(address);
    let changed = slots.iter().filter(|(_, change)| change.before != change.after);
    let (numbers, values): (Vec<[u8; 32]>, Vec<U256>) =
        changed.map(|(slot, change)| (slot.to_be_bytes(), change.after)).unzip();
    let mut changes: Vec<_> = keccak256_each(&numbers)
        .into_iter()
        .zip(values)
        .map(|(hashed_slot, value)| SlotChange::new(hashed_slot, value))
        .collect();
    changes.sort_unstable_by_key(|change| *change.key());

    let reader = NodeReader::storage(trie, hashed_address);
    let mut updater = Updater::new(reader);
    let mut change = None;
    if !changes.is_empty() {
        let old = reader.root()?;
        let was_empty = old.is_none();
        change = updater.run(old, &changes)?.map(|root| StorageRootChange { was_empty, root });
    }
    let Updater { writes, work, .. } = updater;
    Ok(StorageTrie { address, hashed_address, change, nodes: collected(writes), work })
}

/// The last write of every path.
fn collected(writes: Vec<(NodePath, Option<Bytes>)>) -> HashMap<NodePath, Option<Bytes>> {
    writes.into_iter().collect()
}
