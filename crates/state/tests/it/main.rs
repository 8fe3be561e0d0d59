//! World state and its trie, against slow twins.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

mod memory_trie;
mod proofs;
mod roots;
mod work;
mod world;
