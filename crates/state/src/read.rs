//! The read interfaces every layer of state offers.

use crate::{Account, NodePath, StateError};
use alloy_primitives::{Address, B256, Bytes, U256};
use auto_impl::auto_impl;

/// Read access to the world state as of one block.
#[auto_impl(&, Arc)]
pub trait StateRead: Send + Sync {
    /// The account, or `None` if it does not exist.
    ///
    /// # Errors
    /// [`StateError::Storage`] if the storage engine fails.
    fn account(&self, address: Address) -> Result<Option<Account>, StateError>;

    /// The storage slot; zero if it was never written.
    ///
    /// # Errors
    /// [`StateError::Storage`] if the storage engine fails.
    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError>;

    /// Every slot of the account that is not zero, with its value, in slot order. The work grows
    /// with the account's storage: for an account that is wiped, never for a request.
    ///
    /// # Errors
    /// [`StateError::Storage`] if the storage engine fails.
    fn storage_slots(&self, address: Address) -> Result<Vec<(U256, U256)>, StateError> {
        Ok(self.storage_slots_within(address, usize::MAX)?.unwrap_or_default())
    }

    /// The same for a request: `None` if `at_most` entries are too few to find them. An entry is a
    /// slot, or one of its past values where the state is one of the past.
    ///
    /// # Errors
    /// [`StateError::Storage`] if the storage engine fails.
    fn storage_slots_within(
        &self,
        address: Address,
        at_most: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StateError>;

    /// The contract code with this hash.
    ///
    /// # Errors
    /// [`StateError::MissingCode`] if there is no such code, [`StateError::Storage`] if the
    /// storage engine fails.
    fn code(&self, code_hash: B256) -> Result<Bytes, StateError>;

    /// Hash of the ancestor at `number` on this state's own branch, for the BLOCKHASH
    /// instruction; zero if there is none.
    ///
    /// # Errors
    /// [`StateError::Storage`] if the storage engine fails.
    fn block_hash(&self, number: u64) -> Result<B256, StateError>;
}

/// Read access to the nodes of the state trie, addressed by path (not by hash).
///
/// A node is stored as its RLP encoding at the nibble path from its trie's root, if that encoding
/// is at least 32 bytes long or the path is empty; shorter nodes live inside their parent.
/// Source: Yellow Paper appendix D; decision D-21.
#[auto_impl(&, Arc)]
pub trait TrieRead: Send + Sync {
    /// Node of the account trie at `path`.
    ///
    /// # Errors
    /// [`StateError::Storage`] if the storage engine fails.
    fn account_node(&self, path: &NodePath) -> Result<Option<Bytes>, StateError>;

    /// Node of the storage trie of the account with hashed address `account` at `path`.
    ///
    /// # Errors
    /// [`StateError::Storage`] if the storage engine fails.
    fn storage_node(&self, account: B256, path: &NodePath) -> Result<Option<Bytes>, StateError>;
}

/// World state with the trie that commits to it.
pub trait WorldState: StateRead + TrieRead {}

impl<T: StateRead + TrieRead + ?Sized> WorldState for T {}
