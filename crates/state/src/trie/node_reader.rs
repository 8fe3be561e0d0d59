//! Reading nodes of one trie.

use super::node::{Branch, Child, KEY_NIBBLES, Node};
use crate::{NodePath, StateError, TrieRead};
use alloy_primitives::{B256, Bytes};
use std::fmt::Write;

/// The account trie or one storage trie.
#[derive(Clone, Copy)]
pub(super) struct NodeReader<'a> {
    trie: &'a dyn TrieRead,
    owner: Owner,
}

/// Whose trie it is.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Accounts,
    /// The account with this hashed address.
    Storage(B256),
}

impl<'a> NodeReader<'a> {
    /// The account trie.
    pub(super) const fn accounts(trie: &'a dyn TrieRead) -> Self {
        Self { trie, owner: Owner::Accounts }
    }

    /// The storage trie of the account with this hashed address.
    pub(super) const fn storage(trie: &'a dyn TrieRead, account: B256) -> Self {
        Self { trie, owner: Owner::Storage(account) }
    }

    /// Encoded root node; `None` if the trie is empty.
    pub(super) fn root(&self) -> Result<Option<Bytes>, StateError> {
        self.stored(&NodePath::default())
    }

    /// Encoded node that a parent says is stored at `path`.
    pub(super) fn expect_stored(&self, path: &NodePath) -> Result<Bytes, StateError> {
        self.stored(path)?.ok_or_else(|| self.missing(path))
    }

    /// Decodes the node at `path` and checks that it fits there, so that no path can grow beyond
    /// a key whatever the stored bytes say.
    pub(super) fn decode(&self, path: &NodePath, rlp: &Bytes) -> Result<Node, StateError> {
        let node = Node::decode(rlp).map_err(|reason| self.damaged(path, reason))?;
        let depth = path.len();
        let fits = match &node {
            Node::Branch(_) => depth < KEY_NIBBLES,
            Node::Extension { suffix, .. } => depth.saturating_add(suffix.len()) < KEY_NIBBLES,
            Node::Leaf { suffix, .. } => depth.saturating_add(suffix.len()) == KEY_NIBBLES,
        };
        if fits { Ok(node) } else { Err(self.damaged(path, "the node does not fit its depth")) }
    }

    /// The child of `branch` at `nibble`; the branch is at `path`.
    pub(super) fn child(
        &self,
        path: &NodePath,
        branch: &Branch,
        nibble: u8,
    ) -> Result<Child, StateError> {
        branch.child(nibble).map_err(|reason| self.damaged(path, reason))
    }

    /// The error for an absent node.
    pub(super) fn missing(&self, path: &NodePath) -> StateError {
        StateError::MissingNode { owner: self.owner.name(), path: digits(path) }
    }

    /// The error for a node that cannot be used.
    pub(super) fn damaged(&self, path: &NodePath, reason: &str) -> StateError {
        StateError::DamagedNode {
            owner: self.owner.name(),
            path: digits(path),
            reason: reason.to_owned(),
        }
    }

    fn stored(&self, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        match self.owner {
            Owner::Accounts => self.trie.account_node(path),
            Owner::Storage(account) => self.trie.storage_node(account, path),
        }
    }
}

impl Owner {
    fn name(self) -> String {
        match self {
            Self::Accounts => "accounts".to_owned(),
            Self::Storage(account) => account.to_string(),
        }
    }
}

/// One hexadecimal digit per nibble.
fn digits(path: &NodePath) -> String {
    path.to_vec().iter().fold(String::with_capacity(path.len()), |mut text, nibble| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{nibble:x}");
        text
    })
}
