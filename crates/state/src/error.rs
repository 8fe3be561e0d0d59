//! Why a state read failed.

use alloy_primitives::B256;
use hanzo_types::Fault;
use thiserror::Error;

/// Why state could not be read or its root not computed. All of these are this node's fault:
/// foreign data never reaches this crate unchecked.
#[derive(Debug, Error)]
pub enum StateError {
    /// The storage engine failed.
    #[error("reading state: {0}")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An account names a code hash that the store does not have.
    #[error("code {0} is missing from the store")]
    MissingCode(B256),
    /// A trie node that its parent refers to is absent.
    #[error("trie node at path {path} of {owner} is missing")]
    MissingNode {
        /// `accounts`, or the hashed address whose storage trie it is.
        owner: String,
        /// Path in nibbles, one hexadecimal digit each.
        path: String,
    },
    /// A stored trie node does not decode.
    #[error("trie node at path {path} of {owner} is damaged: {reason}")]
    DamagedNode {
        /// `accounts`, or the hashed address whose storage trie it is.
        owner: String,
        /// Path in nibbles, one hexadecimal digit each.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A change removes an account but not its storage, or writes storage of no account.
    #[error(
        "account with hashed address {hashed_address} is gone but its storage root is {storage_root}"
    )]
    StorageWithoutAccount {
        /// Keccak-256 of the address.
        hashed_address: B256,
        /// Root of the storage trie that is left.
        storage_root: B256,
    },
}

impl StateError {
    /// Wraps an error of the storage engine.
    pub fn storage(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Storage(Box::new(error))
    }

    /// Whose fault this is: always the local node's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Storage(_)
            | Self::MissingCode(_)
            | Self::MissingNode { .. }
            | Self::DamagedNode { .. }
            | Self::StorageWithoutAccount { .. } => Fault::Local,
        }
    }
}
