//! Is this block allowed, and which chain wins.
//!
//! Owns every rule that a header, a body or an execution outcome must obey, and the rule that
//! picks between chains. It never executes a transaction, never touches a disk and reads no clock:
//! the time of arrival is passed in.
//!
//! ```text
//! header ─▶ check_header ─▶ check_seal ─▶ check_body ─▶ check_in_context (parent), check_ommers
//!                                                                     │
//!                        prefers ◀── total difficulty ◀── check_outcome ◀── execution
//!
//! engine_for ─▶ PocEngine (every Hanzo chain) or EthereumRules (a plain Ethereum chain)
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
mod ethereum;
mod fork_choice;
mod gas_limit;
mod header_field;
mod lineage;
mod poc_engine;
mod receipts;
mod signature_rule;

pub use arrival::{Arrival, MAX_FUTURE_SECONDS};
pub use difficulty::expected_difficulty;
pub use engine::{Ancestors, Consensus, engine_for};
pub use error::{ConsensusError, OmmerFault, UnreadableAncestor};
pub use ethereum::EthereumRules;
pub use fork_choice::{ChainWeight, FINALIZED_DEPTH, SAFE_DEPTH};
pub use gas_limit::{MIN_GAS_LIMIT, check_gas_limit, next_gas_limit};
pub use poc_engine::PocEngine;
pub use receipts::check_receipts;
pub use signature_rule::SignatureRule;
