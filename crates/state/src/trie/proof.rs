//! Merkle proofs.

use super::node::{Child, Node};
use super::node_reader::NodeReader;
use crate::{NodePath, StateError, TrieRead};
use alloy_primitives::{Address, Bytes, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};

/// Proof of an account and of some of its slots, as `eth_getProof` returns it. Source: EIP-1186.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountProof {
    /// The account; `None` proves its absence.
    pub account: Option<TrieAccount>,
    /// RLP of the nodes from the state root towards the account; none if the state is empty.
    pub nodes: Vec<Bytes>,
    /// One proof per requested slot, in the order of the request.
    pub storage: Vec<StorageProof>,
}

/// Proof of one storage slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageProof {
    /// The slot.
    pub slot: U256,
    /// Its value; zero proves its absence.
    pub value: U256,
    /// RLP of the nodes from the storage root towards the slot; none if the account has no
    /// storage.
    pub nodes: Vec<Bytes>,
}

/// Proves the account at `address` and its `slots`, or their absence, by reading the stored nodes
/// along their paths.
///
/// # Errors
/// [`StateError::MissingNode`] or [`StateError::DamagedNode`] if the stored trie is incomplete or
/// damaged, [`StateError::Storage`] if the storage engine fails.
pub fn prove(
    trie: &dyn TrieRead,
    address: Address,
    slots: &[U256],
) -> Result<AccountProof, StateError> {
    let hashed_address = keccak256(address);
    let key = NodePath::unpack(hashed_address);
    let reader = NodeReader::accounts(trie);
    let (leaf, nodes) = walk(&reader, &key)?;
    let account = leaf
        .map(|leaf| TrieAccount::decode(&mut leaf.as_ref()))
        .transpose()
        .map_err(|_| reader.damaged(&key, "the leaf is not an account"))?;

    let storage_root = account.map_or(EMPTY_ROOT_HASH, |account| account.storage_root);
    let reader = NodeReader::storage(trie, hashed_address);
    if storage_root != EMPTY_ROOT_HASH && reader.root()?.is_none() {
        return Err(reader.missing(&NodePath::default()));
    }
    let storage = slots.iter().map(|slot| prove_slot(&reader, *slot)).collect::<Result<_, _>>()?;
    Ok(AccountProof { account, nodes, storage })
}

fn prove_slot(reader: &NodeReader<'_>, slot: U256) -> Result<StorageProof, StateError> {
    let key = NodePath::unpack(keccak256(slot.to_be_bytes::<32>()));
    let (leaf, nodes) = walk(reader, &key)?;
    let value = leaf
        .map(|leaf| U256::decode(&mut leaf.as_ref()))
        .transpose()
        .map_err(|_| reader.damaged(&key, "the leaf is not a 256-bit number"))?
        .unwrap_or_default();
    Ok(StorageProof { slot, value, nodes })
}

/// The value at `key`, and the stored nodes on the way to it. Embedded nodes are part of their
/// parents and not listed.
fn walk(
    reader: &NodeReader<'_>,
    key: &NodePath,
) -> Result<(Option<Bytes>, Vec<Bytes>), StateError> {
    let mut path = NodePath::default();
    let mut nodes = Vec::new();
    let Some(mut rlp) = reader.root()? else { return Ok((None, nodes)) };
    nodes.push(rlp.clone());
    loop {
        let child = match reader.decode(&path, &rlp)? {
            Node::Leaf { suffix, value } => {
                let found = path.join(&suffix) == *key;
                return Ok((found.then_some(value), nodes));
            }
            Node::Extension { suffix, child } => {
                path = path.join(&suffix);
                if !key.starts_with(&path) {
                    return Ok((None, nodes));
                }
                child
            }
            Node::Branch(branch) => {
                // Decoding checked that a branch lies above the end of a key.
                let Some(nibble) = key.get(path.len()) else { return Ok((None, nodes)) };
                let child = reader.child(&path, &branch, nibble)?;
                path.push(nibble);
                child
            }
        };
        rlp = match child {
            Child::Empty => return Ok((None, nodes)),
            Child::Embedded(rlp) => rlp,
            Child::Stored(_) => {
                let stored = reader.expect_stored(&path)?;
                nodes.push(stored.clone());
                stored
            }
        };
    }
}
