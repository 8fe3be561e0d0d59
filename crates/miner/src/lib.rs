//! The miner: searches seals for the work of a node.
//!
//! Owns the way from a node's work to a submitted seal. It knows the node by its JSON-RPC alone, and
//! believes nothing that it can check: work whose key, target or header do not fit is refused.
//!
//! ```text
//!  node ─ poc_subscribe("work") ─▶ Connection ─▶ Job ─▶ Engine ─ Backend (CPU threads) ─▶ seal
//!    ▲                                │                                                     │
//!    └──────────── poc_submitWork ────┴─────────────────────────────────────────────────────┘
//! ```
//!
//! Invariants: a miner searches only the rows that were leased to it; it searches the newest work it
//! has heard of, or nothing; a connection that ends is replaced, by that of another node if there is
//! one.

mod backend;
mod bench;
mod cli;
mod config_file;
mod connection;
mod cpu;
mod engine;
mod error;
mod job;
mod metrics;
mod mine_args;
mod node_stats;
mod offer;
mod retry;
mod seal_outcome;
mod session;
mod shares;
mod stats;
mod status_line;
mod values;
mod verify;

pub use backend::Backend;
pub use cli::Cli;
pub use cpu::CpuBackend;
pub use error::MinerError;
pub use job::{Job, JobError};
pub use node_stats::{Link, NodeCall, NodeStats};
pub use offer::{Offer, Pause};
pub use seal_outcome::SealOutcome;
pub use session::{Miner, MinerConfig, ShareConfig};
pub use shares::{ShareOutcome, ShareStats};
pub use stats::{Stats, Totals};
