//! Proof of Compute: the seal of a block is one tile of an int8 matrix product.
//!
//! Owns the function that node, miner and precompile share: from a seal hash to two unbounded
//! int8 matrices, from a coordinate to a tile, from the tile to a lottery ticket. It is pure: no
//! clock, no IO, no randomness, no dependency on other crates of this project.
//!
//! ```text
//!  seal hash ─▶ σ ─┬─▶ row strip A_i (XOF) ─┐
//!                  ├─▶ column strip B_j ────┴▶ tile A_i·B_jᵀ (kernel) ─▶ fold ─▶ mix
//!                  └────────────────────────────────── lottery(mix ‖ nonce) ─▶ pow ≤ target
//! ```
//!
//! Invariants: every kernel gives the same bits; [`Work::check`] accepts exactly what [`search`]
//! finds; checking allocates nothing; a random fake costs one hash. Source: proof-of-compute §3.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod cancel;
mod difficulty;
mod error;
mod fold;
mod kernel;
mod lottery;
mod on_seal;
mod packed;
mod parallel;
mod scratch;
mod seal;
mod search;
mod shape;
mod spare;
mod target;
mod units;
mod work;
mod xof;

pub use cancel::CancelFlag;
pub use difficulty::{DifficultyRule, HALF_LIFE_BLOCK_TIMES, next_difficulty};
pub use error::PocError;
pub use kernel::Kernel;
pub use on_seal::OnSeal;
pub use packed::BareMultiplication;
pub use parallel::UnitSearch;
pub use scratch::Scratch;
pub use seal::Seal;
pub use search::{
    SearchOutcome, SearchProgress, SearchRange, SearchWatch, Searcher, search, search_with,
};
pub use shape::{MIN_DIFFICULTY, STRIP_BYTES, STRIP_DEPTH, TILE_MACS, TILE_ROWS};
pub use target::Target;
pub use units::SearchUnits;
pub use work::Work;
