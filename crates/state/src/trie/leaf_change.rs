//! What happens to one leaf.

use crate::{Account, Change, NodePath, StateError};
use alloy_primitives::{B256, Bytes, U256};
use alloy_rlp::{Decodable, Encodable};
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};

/// A change of the leaf at one key. The new value may depend on the old one.
pub(super) trait LeafChange: Sync {
    /// Key of the leaf.
    fn key(&self) -> &NodePath;

    /// What becomes of the leaf whose value is `old`.
    fn apply(&self, old: Option<&Bytes>) -> Result<LeafEdit, StateError>;
}

/// What becomes of a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LeafEdit {
    /// It stays as it is, or stays absent.
    Keep,
    /// It gets this value.
    Put(Bytes),
    /// It goes.
    Remove,
}

/// A changed storage slot.
#[derive(Debug)]
pub(super) struct SlotChange {
    key: NodePath,
    /// RLP of the value; `None` for zero, which is not stored.
    value: Option<Bytes>,
}

/// A changed account.
#[derive(Debug)]
pub(super) struct AccountChange {
    hashed_address: B256,
    key: NodePath,
    /// The change of the account's own fields, if any.
    pub(super) account: Option<Change<Option<Account>>>,
    /// The change of its storage root, if any.
    pub(super) storage: Option<StorageRootChange>,
}

/// How an account's storage trie changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StorageRootChange {
    /// Whether the trie had no root node before.
    pub(super) was_empty: bool,
    /// The root hash now.
    pub(super) root: B256,
}

impl SlotChange {
    /// The slot with this hashed number gets `value`.
    pub(super) fn new(hashed_slot: B256, value: U256) -> Self {
        let value =
            (!value.is_zero()).then(|| alloy_rlp::encode_fixed_size(&value).to_vec().into());
        Self { key: NodePath::unpack(hashed_slot), value }
    }
}

impl LeafChange for SlotChange {
    fn key(&self) -> &NodePath {
        &self.key
    }

    fn apply(&self, old: Option<&Bytes>) -> Result<LeafEdit, StateError> {
        Ok(match (&self.value, old) {
            (None, None) => LeafEdit::Keep,
            (None, Some(_)) => LeafEdit::Remove,
            (Some(value), Some(old)) if value == old => LeafEdit::Keep,
            (Some(value), _) => LeafEdit::Put(value.clone()),
        })
    }
}

impl AccountChange {
    /// A change of the account with this hashed address; the caller fills in what changed.
    pub(super) fn new(hashed_address: B256) -> Self {
        Self { hashed_address, key: NodePath::unpack(hashed_address), account: None, storage: None }
    }

    fn decode(&self, leaf: &Bytes) -> Result<TrieAccount, StateError> {
        TrieAccount::decode(&mut leaf.as_ref()).map_err(|error| StateError::DamagedNode {
            owner: "accounts".to_owned(),
            path: format!("{:x}", self.hashed_address),
            reason: format!("the leaf is not an account: {error}"),
        })
    }

    /// The storage root after the change.
    fn storage_root(&self, old: Option<&TrieAccount>) -> Result<B256, StateError> {
        let old_root = old.map_or(EMPTY_ROOT_HASH, |old| old.storage_root);
        let Some(storage) = self.storage else { return Ok(old_root) };
        if storage.was_empty && old_root != EMPTY_ROOT_HASH {
            return Err(StateError::MissingNode {
                owner: self.hashed_address.to_string(),
                path: String::new(),
            });
        }
        Ok(storage.root)
    }
}

impl LeafChange for AccountChange {
    fn key(&self) -> &NodePath {
        &self.key
    }

    fn apply(&self, old: Option<&Bytes>) -> Result<LeafEdit, StateError> {
        let old_account = old.map(|leaf| self.decode(leaf)).transpose()?;
        let storage_root = self.storage_root(old_account.as_ref())?;
        let after = match self.account {
            Some(change) => change.after,
            None => old_account.map(|old| Account {
                nonce: old.nonce,
                balance: old.balance,
                code_hash: old.code_hash,
            }),
        };
        let Some(after) = after else {
            if storage_root != EMPTY_ROOT_HASH {
                return Err(StateError::StorageWithoutAccount {
                    hashed_address: self.hashed_address,
                    storage_root,
                });
            }
            return Ok(if old.is_some() { LeafEdit::Remove } else { LeafEdit::Keep });
        };
        let account = TrieAccount::new(after.nonce, after.balance, storage_root, after.code_hash);
        if old_account == Some(account) {
            return Ok(LeafEdit::Keep);
        }
        let mut leaf = Vec::with_capacity(account.length());
        account.encode(&mut leaf);
        Ok(LeafEdit::Put(leaf.into()))
    }
}
