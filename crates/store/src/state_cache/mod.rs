//! Current values of accounts, slots, code and trie nodes in memory.
//!
//! Reading a row of RocksDB that is in its block cache takes one to three microseconds: a walk
//! through the memtable, filters and indices, a copy, a decoding. A value that is kept here
//! decoded takes a tenth of that. Every [`StoreView`](crate::StoreView) reads through the cache,
//! also one that is older than the newest commit: [`Gate`] says what it may believe.

mod gate;
mod kept;

use crate::StoreError;
use alloy_primitives::{Address, B256, Bytes, U256};
use gate::Gate;
use hanzo_state::{Account, NodePath, StateDiff, TrieDiff};
use kept::Kept;

/// What of the budget each kind of value gets, in sixteenths. Computing a root reads some five
/// nodes for each changed account, execution two or three accounts and slots for each transaction;
/// of code a chain uses little at a time.
const ACCOUNTS: u64 = 3;
const SLOTS: u64 = 3;
const ACCOUNT_NODES: u64 = 5;
const STORAGE_NODES: u64 = 4;
const CODE: u64 = 1;
const SIXTEENTHS: u64 = 16;

/// How much of the state cache is used, and how well it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateCacheStatistics {
    /// Reads that the cache answered.
    pub hits: u64,
    /// Reads of current state that went to RocksDB.
    pub misses: u64,
    /// Bytes of keys and values that are kept, estimated.
    pub bytes: u64,
    /// Most bytes that are kept.
    pub capacity_bytes: u64,
}

/// Current values of the state.
#[derive(Debug)]
pub(crate) struct StateCache {
    pub(crate) accounts: Kept<Address, Option<Account>>,
    pub(crate) slots: Kept<(Address, U256), U256>,
    pub(crate) account_nodes: Kept<NodePath, Option<Bytes>>,
    pub(crate) storage_nodes: Kept<(B256, NodePath), Option<Bytes>>,
    /// Code that is there never changes, but an old view does not have the newest.
    pub(crate) code: Kept<B256, Bytes>,
    pub(crate) gate: Gate,
}

impl StateCache {
    /// An empty cache that keeps `capacity_bytes` at most.
    pub(crate) fn new(capacity_bytes: u64) -> Self {
        let share = |sixteenths: u64| (capacity_bytes / SIXTEENTHS).saturating_mul(sixteenths);
        Self {
            accounts: Kept::new(share(ACCOUNTS)),
            slots: Kept::new(share(SLOTS)),
            account_nodes: Kept::new(share(ACCOUNT_NODES)),
            storage_nodes: Kept::new(share(STORAGE_NODES)),
            code: Kept::new(share(CODE)),
            gate: Gate::default(),
        }
    }

    /// Runs `write`, which makes the changes of `state` and `trie` on disk, and takes them over.
    /// `sequence` tells the number of the newest write of the database.
    ///
    /// # Errors
    /// Those of `write`; the cache is empty then, because nobody knows what is on disk.
    pub(crate) fn write_through(
        &self,
        state: &StateDiff,
        trie: &TrieDiff,
        sequence: impl Fn() -> u64,
        write: impl FnOnce() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let writing = self.gate.close(sequence());
        let written = write();
        let after = sequence();
        match &written {
            Ok(()) => self.replace(state, trie, after),
            Err(_) => self.clear(),
        }
        writing.open(after);
        written
    }

    /// Usage and hits of all parts together.
    pub(crate) fn statistics(&self) -> StateCacheStatistics {
        let mut sum = StateCacheStatistics::default();
        self.accounts.add_to(&mut sum);
        self.slots.add_to(&mut sum);
        self.account_nodes.add_to(&mut sum);
        self.storage_nodes.add_to(&mut sum);
        self.code.add_to(&mut sum);
        sum
    }

    /// Takes over changed values that are kept. What is not kept was not read: a block reads every
    /// value before it changes it, so that nothing that is in use is missed, and a thousand new
    /// accounts that nobody will ask for again push nothing out.
    fn replace(&self, state: &StateDiff, trie: &TrieDiff, since: u64) {
        for (address, change) in &state.accounts {
            self.accounts.replace(*address, change.after, since);
        }
        for (address, slots) in &state.storage {
            for (slot, change) in slots {
                self.slots.replace((*address, *slot), change.after, since);
            }
        }
        for (path, node) in &trie.account_nodes {
            self.account_nodes.replace_with(*path, || copied(node.as_ref()), since);
        }
        for (account, nodes) in &trie.storage_nodes {
            for (path, node) in nodes {
                self.storage_nodes.replace_with((*account, *path), || copied(node.as_ref()), since);
            }
        }
    }

    fn clear(&self) {
        self.accounts.clear();
        self.slots.clear();
        self.account_nodes.clear();
        self.storage_nodes.clear();
    }
}

/// The node in memory of its own: those of a block share one allocation, which a single one would keep.
fn copied(node: Option<&Bytes>) -> Option<Bytes> {
    node.map(|node| Bytes::copy_from_slice(node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_is_kept_does_not_keep_the_others_of_its_block() {
        let cache = StateCache::new(1 << 20);
        let (kept, unread) = (NodePath::from_nibbles([1]), NodePath::from_nibbles([2]));
        let account = B256::repeat_byte(1);
        let first = cache.account_nodes.read(&cache.gate, 0, kept, |_| Ok::<_, StoreError>(None));
        assert_eq!(first.unwrap(), None);
        let first = cache
            .storage_nodes
            .read(&cache.gate, 0, (account, kept), |_| Ok::<_, StoreError>(None));
        assert_eq!(first.unwrap(), None);

        let block = Bytes::from(vec![7; 4_096]);
        let mut trie = TrieDiff::default();
        let nodes = [(kept, Some(block.slice(..64))), (unread, Some(block.slice(64..)))];
        trie.account_nodes.extend(nodes.clone());
        trie.storage_nodes.entry(account).or_default().extend(nodes);
        cache.write_through(&StateDiff::default(), &trie, || 1, || Ok(())).unwrap();
        drop(trie);
        assert!(block.is_unique(), "the cache refers to the block's memory");

        let unread = |_: &_| -> Result<Option<Bytes>, StoreError> { panic!("it is kept") };
        let nodes = [
            cache.account_nodes.read(&cache.gate, 1, kept, unread),
            cache.storage_nodes.read(&cache.gate, 1, (account, kept), |_| panic!("it is kept")),
        ];
        for node in nodes {
            assert_eq!(node.unwrap(), Some(block.slice(..64)));
        }
    }
}
