//! The server as clients see it: over real sockets, on a real chain.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a failure here is a failed test"
)]

mod access;
mod admin;
mod answer_budget;
mod bad_blocks;
mod batches;
mod blocks;
mod debug;
mod errors;
mod ethereum;
mod execution;
mod fees;
mod filters;
mod harness;
mod http_client;
mod ipc;
mod limits;
mod local_session;
mod logs;
mod mid_block_calls;
mod mining;
mod namespaces;
mod proofs;
mod properties;
mod reorganisation;
mod shares;
mod simulation;
mod state;
mod storage_range;
mod submission;
mod subscriptions;
mod trace_given;
mod transactions;
