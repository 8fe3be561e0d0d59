//! One function per decoder of bytes from outside, and what must hold of each beyond "no panic".
//!
//! Owns the statement of what a decoder promises: what it takes has one encoding, lengths in the input
//! are never believed, limits hold, refusals are errors of the kind that blames whoever sent the bytes.
//! It has no rules of its own, and nothing that is shipped depends on it.
//!
//! ```text
//!  corpus/NAME/* ─▶ tests: every seed, and thousands of mutations of the seeds ─▶ TARGETS[NAME]
//!  libFuzzer     ─▶ libfuzzer/fuzz_targets/NAME.rs ───────────────────────────────▶ │
//! ```
//!
//! Invariants: a target depends on nothing but its input, except that the pool and the filters of a
//! process remember what was put into them; every target has a libFuzzer program and a corpus of the
//! same name.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a broken promise of a decoder is a panic"
)]

mod answers;
mod blocks;
mod chain;
mod execution;
mod genesis;
mod messages;
mod mining;
mod peers;
mod rpc;
mod rpc_node;
mod scratch_file;
mod seeds;
mod settings;
mod storage;
mod target;
mod verdict;

pub use answers::{peer_answer, peer_block, peer_transactions};
pub use blocks::{block, block_file, header, transaction};
pub use execution::{deposit_log, precompile};
pub use genesis::genesis;
pub use messages::{announcement, request, response, status, transaction_batch};
pub use mining::miner_work;
pub use peers::{node_key, peer_address, peer_record};
pub use rpc::{ipc_frames, mining_submission, rpc_parameters, rpc_request};
pub use seeds::{Seed, seeds};
pub use settings::{metrics_address, miner_config, node_config, node_flag, share_key};
pub use storage::{stored_row, trie_nodes};
pub use target::{TARGETS, Target};
pub use verdict::Verdict;
