//! Is this block allowed, and which chain wins.
//!
//! Owns every rule that a header, a body or an execution outcome must obey, and the rule that
//! picks between chains. It never executes a transaction, never touches a disk and reads no clock:
//! the time of arrival is passed in.
//!
//! ```text
//! header ─▶ check_header (shape) ─▶ check_in_context (parent) ─▶ check_seal ─▶ check_body
//!                                                                     │
//!          fork_choice::prefers ◀── total difficulty ◀── check_outcome ◀── execution
//! ```
//!
//! Invariants: checks go from cheap to dear, so that rubbish costs its sender more than us; every
//! rejection carries both values and says whose fault it is; a block that every check accepts has
//! exactly one valid state root.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod arrival;
mod difficulty;
mod engine;
mod error;
mod fork_choice;
mod gas_limit;
mod poc_engine;

pub use arrival::{Arrival, MAX_FUTURE_SECONDS};
pub use difficulty::{HALF_LIFE_BLOCK_TIMES, expected_difficulty};
pub use engine::{Ancestors, Consensus};
pub use error::{ConsensusError, UnreadableAncestor};
pub use fork_choice::{FINALIZED_DEPTH, SAFE_DEPTH, prefers};
pub use gas_limit::{MIN_GAS_LIMIT, check_gas_limit, next_gas_limit};
pub use poc_engine::{MAX_EXTRA_DATA_BYTES, PocEngine};
