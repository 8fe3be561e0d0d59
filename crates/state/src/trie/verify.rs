//! Checking a whole trie.

use super::node::{Child, Node};
use super::node_reader::NodeReader;
use crate::{NodePath, StateError, TrieRead};
use alloy_primitives::{B256, Bytes, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount, nodes::RlpNode};

/// What a complete state trie consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedTrie {
    /// Hash of its root node.
    pub root: B256,
    /// Stored nodes of the account trie.
    pub account_nodes: u64,
    /// Stored nodes of all storage tries.
    pub storage_nodes: u64,
}

/// Follows every reference of the account trie and of all storage tries from the root: each stored
/// node hashes to what its parent or its account says. For `db check`; the work grows with the
/// state.
///
/// # Errors
/// [`StateError::MissingNode`] or [`StateError::DamagedNode`] with the first node that is not what
/// it should be, [`StateError::Storage`] if the storage engine fails.
pub fn verify(trie: &dyn TrieRead) -> Result<VerifiedTrie, StateError> {
    let mut storage_nodes = 0_u64;
    let mut visit_account = |key: &NodePath, leaf: &Bytes| {
        let hashed_address = B256::from_slice(&key.pack());
        let reader = NodeReader::storage(trie, hashed_address);
        let account = TrieAccount::decode(&mut leaf.as_ref()).map_err(|error| {
            NodeReader::accounts(trie).damaged(key, &format!("the leaf is not an account: {error}"))
        })?;
        let mut ignore_slot = |_: &NodePath, _: &Bytes| Ok(());
        let mut walk = Walk { reader, nodes: 0, visit_leaf: &mut ignore_slot };
        let root = walk.run()?;
        if root != account.storage_root {
            let reason =
                format!("the root hashes to {root}, its account names {}", account.storage_root);
            return Err(reader.damaged(&NodePath::default(), &reason));
        }
        storage_nodes = storage_nodes.saturating_add(walk.nodes);
        Ok(())
    };
    let reader = NodeReader::accounts(trie);
    let mut walk = Walk { reader, nodes: 0, visit_leaf: &mut visit_account };
    let root = walk.run()?;
    let account_nodes = walk.nodes;
    Ok(VerifiedTrie { root, account_nodes, storage_nodes })
}

/// A walk over one trie, leaves in key order.
struct Walk<'a, 'v> {
    reader: NodeReader<'a>,
    /// Stored nodes seen.
    nodes: u64,
    visit_leaf: &'v mut dyn FnMut(&NodePath, &Bytes) -> Result<(), StateError>,
}

impl Walk<'_, '_> {
    /// Visits everything. Returns the root hash.
    fn run(&mut self) -> Result<B256, StateError> {
        let Some(root) = self.reader.root()? else { return Ok(EMPTY_ROOT_HASH) };
        self.nodes = self.nodes.saturating_add(1);
        self.visit(&NodePath::default(), &root)?;
        Ok(keccak256(&root))
    }

    fn visit(&mut self, path: &NodePath, rlp: &Bytes) -> Result<(), StateError> {
        match self.reader.decode(path, rlp)? {
            Node::Branch(branch) => {
                for nibble in 0..16 {
                    let mut below = *path;
                    below.push(nibble);
                    self.visit_child(&below, self.reader.child(path, &branch, nibble)?)?;
                }
                Ok(())
            }
            Node::Extension { suffix, child } => self.visit_child(&path.join(&suffix), child),
            Node::Leaf { suffix, value } => (self.visit_leaf)(&path.join(&suffix), &value),
        }
    }

    fn visit_child(&mut self, path: &NodePath, child: Child) -> Result<(), StateError> {
        match child {
            Child::Empty => Ok(()),
            Child::Embedded(rlp) => self.visit(path, &rlp),
            Child::Stored(reference) => {
                let rlp = self.reader.expect_stored(path)?;
                let hash = keccak256(&rlp);
                if RlpNode::word_rlp(&hash) != reference {
                    let named = reference.as_hash().unwrap_or_default();
                    let reason = format!("the node hashes to {hash}, its parent names {named}");
                    return Err(self.reader.damaged(path, &reason));
                }
                self.nodes = self.nodes.saturating_add(1);
                self.visit(path, &rlp)
            }
        }
    }
}
