//! The state trie: a path-keyed Merkle-Patricia trie that is updated in place.
//!
//! ```text
//! StateDiff ─▶ root ─▶ hashed, sorted leaf changes ─▶ Updater ─▶ changed nodes, new root hash
//!                       (storage tries first)          │ │ reads only the nodes on dirty paths
//!                                                      │ └─▶ Hashing: changed nodes, many at once
//!                                                      ▼
//!                                                 NodeReader ─▶ Node (branch, extension, leaf)
//! ```

mod hashing;
mod leaf_change;
mod node;
mod node_reader;
mod proof;
mod root;
#[cfg(test)]
mod tests;
mod updater;
mod verify;

pub use proof::{AccountProof, StorageProof, prove};
pub use root::{RootWork, StateRoot, root};
pub use verify::{VerifiedTrie, verify};
