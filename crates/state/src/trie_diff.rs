//! Which trie nodes a block changed.

use alloy_primitives::{
    B256, Bytes,
    map::{B256Map, HashMap},
};
use alloy_trie::Nibbles;

/// Path of a trie node: the nibbles from the root of its trie.
pub type NodePath = Nibbles;

/// The final node of every path a block touched; `None` removes the node.
///
/// Later diffs override earlier ones path by path, which is all that layers and the store need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrieDiff {
    /// Nodes of the account trie.
    pub account_nodes: HashMap<NodePath, Option<Bytes>>,
    /// Nodes of storage tries, by hashed address.
    pub storage_nodes: B256Map<HashMap<NodePath, Option<Bytes>>>,
}

impl TrieDiff {
    /// Appends a later diff; its nodes win.
    pub fn extend(&mut self, later: &Self) {
        self.account_nodes.extend(later.account_nodes.iter().map(|(p, n)| (*p, n.clone())));
        for (account, nodes) in &later.storage_nodes {
            let merged = self.storage_nodes.entry(*account).or_default();
            merged.extend(nodes.iter().map(|(p, n)| (*p, n.clone())));
        }
    }

    /// Changed nodes of the account trie, in path order.
    #[must_use]
    pub fn account_nodes_sorted(&self) -> Vec<(NodePath, Option<&Bytes>)> {
        let mut sorted: Vec<_> =
            self.account_nodes.iter().map(|(path, node)| (*path, node.as_ref())).collect();
        sorted.sort_unstable_by_key(|(path, _)| *path);
        sorted
    }

    /// Changed nodes of all storage tries, in (hashed address, path) order.
    #[must_use]
    pub fn storage_nodes_sorted(&self) -> Vec<(B256, NodePath, Option<&Bytes>)> {
        let mut sorted: Vec<_> = self
            .storage_nodes
            .iter()
            .flat_map(|(account, nodes)| {
                nodes.iter().map(|(path, node)| (*account, *path, node.as_ref()))
            })
            .collect();
        sorted.sort_unstable_by_key(|(account, path, _)| (*account, *path));
        sorted
    }
}
