//! World state: reads, differences, layers and the incremental state trie.
//!
//! Owns what an account is, how a block's change is described, and how the state root follows
//! from it. It never touches a disk, a clock or a transaction.
//!
//! ```text
//!  execution ──▶ StateDiff ──▶ root(&dyn TrieRead, &StateDiff) ──▶ (state root, TrieDiff)
//!                                   ▲ point reads of dirty paths only        │
//!      Layered { layers: newest..oldest, base } ◀──────── Layer { StateDiff, TrieDiff }
//!                                   │
//!                                   └─ base: a RocksDB snapshot (crate `store`)
//! ```
//!
//! Invariants: the work of [`root`] is proportional to the change; a [`StateDiff`] carries the
//! value before and after every change, so it can be undone; a [`TrieDiff`] carries the final
//! node of every touched path, so layers can be merged by "newest wins".
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod account;
mod diff;
mod error;
mod layered;
mod read;
mod trie;
mod trie_diff;

pub use account::Account;
pub use alloy_trie::TrieAccount;
pub use diff::{Change, StateDiff};
pub use error::StateError;
pub use layered::{Layer, Layered};
pub use read::{StateRead, TrieRead, WorldState};
pub use trie::{
    AccountProof, RootWork, StateRoot, StorageProof, VerifiedTrie, prove, root, verify,
};
pub use trie_diff::{NodePath, TrieDiff};
