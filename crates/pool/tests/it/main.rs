//! The pool over a real chain: admission, blocks, reorganisations, bursts.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failure here is a failed test"
)]

mod admission;
mod at_once;
mod blocks;
mod bursts;
mod decoding;
mod gas;
mod sketch;
