//! State at the end of a linear run of blocks, of which the last are not persisted yet.

use alloy_primitives::{
    Address, B256, Bytes, U256,
    map::{AddressMap, B256Map, HashMap},
};
use hanzo_state::{Account, NodePath, StateDiff, StateError, StateRead, TrieDiff, TrieRead};
use hanzo_store::StoreView;
use std::{collections::BTreeMap, sync::Arc};

/// A value and the number of the block that wrote it.
#[derive(Debug, Clone)]
struct Written<T> {
    value: T,
    number: u64,
}

/// Accounts, slots and code as the last block of a run left them: one look-up instead of one per
/// block. What is persisted goes: the store keeps what is in use at hand.
#[derive(Debug)]
pub(super) struct RunState {
    base: Arc<StoreView>,
    base_number: u64,
    accounts: AddressMap<Written<Option<Account>>>,
    storage: AddressMap<HashMap<U256, Written<U256>>>,
    code: B256Map<Written<Bytes>>,
    hashes: HashMap<u64, B256>,
}

/// Trie nodes as the last block of a run left them.
#[derive(Debug)]
pub(super) struct RunTrie {
    base: Arc<StoreView>,
    base_number: u64,
    account_nodes: HashMap<NodePath, Written<Option<Bytes>>>,
    storage_nodes: B256Map<HashMap<NodePath, Written<Option<Bytes>>>>,
}

impl RunState {
    pub(super) fn new(base: Arc<StoreView>, base_number: u64) -> Self {
        Self {
            base,
            base_number,
            accounts: AddressMap::default(),
            storage: AddressMap::default(),
            code: B256Map::default(),
            hashes: HashMap::default(),
        }
    }

    /// What the next block of the run changed.
    pub(super) fn apply(&mut self, number: u64, hash: B256, diff: &StateDiff) {
        for (address, change) in &diff.accounts {
            self.accounts.insert(*address, Written { value: change.after, number });
        }
        for (address, changes) in &diff.storage {
            let slots = self.storage.entry(*address).or_default();
            slots.extend(
                changes
                    .iter()
                    .map(|(slot, change)| (*slot, Written { value: change.after, number })),
            );
        }
        let code = diff.code.iter();
        self.code.extend(code.map(|(hash, code)| (*hash, Written { value: code.clone(), number })));
        let _ = self.hashes.insert(number, hash);
    }

    /// The blocks up to `number` are in `base` now.
    pub(super) fn rebase(&mut self, base: Arc<StoreView>, number: u64) {
        self.base = base;
        self.base_number = number;
        self.hashes.retain(|block, _| *block > number);
        self.accounts.retain(|_, written| written.number > number);
        self.storage.retain(|_, slots| {
            slots.retain(|_, written| written.number > number);
            !slots.is_empty()
        });
        self.code.retain(|_, written| written.number > number);
    }

    pub(super) const fn base_number(&self) -> u64 {
        self.base_number
    }
}

impl RunTrie {
    pub(super) fn new(base: Arc<StoreView>, base_number: u64) -> Self {
        Self {
            base,
            base_number,
            account_nodes: HashMap::default(),
            storage_nodes: B256Map::default(),
        }
    }

    /// What the next block of the run changed.
    pub(super) fn apply(&mut self, number: u64, diff: &TrieDiff) {
        write(&mut self.account_nodes, number, &diff.account_nodes);
        for (account, nodes) in &diff.storage_nodes {
            write(self.storage_nodes.entry(*account).or_default(), number, nodes);
        }
    }

    /// The blocks up to `number` are in `base` now.
    pub(super) fn rebase(&mut self, base: Arc<StoreView>, number: u64) {
        self.base = base;
        self.base_number = number;
        self.account_nodes.retain(|_, written| written.number > number);
        self.storage_nodes.retain(|_, nodes| {
            nodes.retain(|_, written| written.number > number);
            !nodes.is_empty()
        });
    }

    pub(super) const fn base_number(&self) -> u64 {
        self.base_number
    }
}

/// Writes `diff` into `nodes`.
fn write(
    nodes: &mut HashMap<NodePath, Written<Option<Bytes>>>,
    number: u64,
    diff: &HashMap<NodePath, Option<Bytes>>,
) {
    nodes.extend(diff.iter().map(|(path, node)| (*path, Written { value: node.clone(), number })));
}

impl StateRead for RunState {
    fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        match self.accounts.get(&address) {
            Some(written) => Ok(written.value),
            None => self.base.account(address),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        match self.storage.get(&address).and_then(|slots| slots.get(&slot)) {
            Some(written) => Ok(written.value),
            None => self.base.storage(address, slot),
        }
    }

    fn storage_slots_within(
        &self,
        address: Address,
        at_most: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StateError> {
        let written = self.storage.get(&address);
        let count = written.map_or(0, |slots| slots.len());
        let Some(at_most) = at_most.checked_sub(count) else { return Ok(None) };
        let Some(slots) = self.base.storage_slots_within(address, at_most)? else {
            return Ok(None);
        };
        let mut slots: BTreeMap<U256, U256> = slots.into_iter().collect();
        let written = written.into_iter().flatten();
        slots.extend(written.map(|(slot, written)| (*slot, written.value)));
        slots.retain(|_, value| !value.is_zero());
        Ok(Some(slots.into_iter().collect()))
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        match self.code.get(&code_hash) {
            Some(written) => Ok(written.value.clone()),
            None => self.base.code(code_hash),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        match self.hashes.get(&number) {
            Some(hash) => Ok(*hash),
            None => self.base.block_hash(number),
        }
    }
}

/// The trie runs behind execution in a pipeline: whoever needs both must not use it.
#[derive(Debug, thiserror::Error)]
#[error("the trie of this state is computed later")]
struct TrieLater;

impl TrieRead for RunState {
    fn account_node(&self, _: &NodePath) -> Result<Option<Bytes>, StateError> {
        Err(StateError::storage(TrieLater))
    }

    fn storage_node(&self, _: B256, _: &NodePath) -> Result<Option<Bytes>, StateError> {
        Err(StateError::storage(TrieLater))
    }
}

impl TrieRead for RunTrie {
    fn account_node(&self, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        match self.account_nodes.get(path) {
            Some(written) => Ok(written.value.clone()),
            None => self.base.account_node(path),
        }
    }

    fn storage_node(&self, account: B256, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        match self.storage_nodes.get(&account).and_then(|nodes| nodes.get(path)) {
            Some(written) => Ok(written.value.clone()),
            None => self.base.storage_node(account, path),
        }
    }
}
