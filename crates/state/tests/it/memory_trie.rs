//! A trie in memory.

use alloy_primitives::{B256, Bytes};
use hanzo_state::{NodePath, StateError, TrieDiff, TrieRead};
use std::collections::BTreeMap;

/// Stored nodes of all tries.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct MemoryTrie {
    pub(crate) accounts: BTreeMap<NodePath, Bytes>,
    pub(crate) storage: BTreeMap<(B256, NodePath), Bytes>,
}

impl TrieRead for MemoryTrie {
    fn account_node(&self, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        Ok(self.accounts.get(path).cloned())
    }
    fn storage_node(&self, account: B256, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        Ok(self.storage.get(&(account, *path)).cloned())
    }
}

impl MemoryTrie {
    /// Applies a diff and checks that each of its entries changes something.
    pub(crate) fn apply(&mut self, diff: &TrieDiff) {
        for (path, node) in diff.account_nodes_sorted() {
            write(&mut self.accounts, path, node);
        }
        for (account, path, node) in diff.storage_nodes_sorted() {
            write(&mut self.storage, (account, path), node);
        }
    }
}

fn write<K: Ord + std::fmt::Debug>(nodes: &mut BTreeMap<K, Bytes>, key: K, node: Option<&Bytes>) {
    assert_ne!(nodes.get(&key), node, "useless entry at {key:?}");
    match node {
        Some(node) => nodes.insert(key, node.clone()),
        None => nodes.remove(&key),
    };
}
