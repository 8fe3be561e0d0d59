//! Many nodes in one process and in virtual time.
//!
//! Drives the real core of the network, the real chain on its database and the real pool of every node;
//! what is simulated is what lies between them: links that delay and lose, partitions, restarts, nodes
//! that lie, and time. Everything follows from a seed: the same seed gives the same events, and a failing
//! one can be run again.
//!
//! ```text
//!  Scenario (drawn from the seed) ─▶ Queue of deliveries by virtual time
//!                                       │ one after the other
//!                   SimNetwork ─▶ SimNode { NetworkCore, ChainTree, Pool } ─▶ actions ─▶ Queue
//!                        └─ after every event: Invariants
//! ```
//!
//! Invariants that every event is followed by: an honest node's head is a block that an honest node has
//! mined, and never becomes lighter; what a reorganisation displaced is in no index; everything that
//! others can make grow is within its limit; honest nodes do not punish each other. At the end all
//! honest nodes have the heaviest chain, with equal indices and receipts, and empty pools.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test support: a failure here is a failed test"
)]

mod faults;
mod invariants;
mod node;
mod queue;
mod run_seeds;
mod scenario;
mod sim_network;

pub use run_seeds::{FailedSeed, run_seeds};
pub use scenario::Scenario;
