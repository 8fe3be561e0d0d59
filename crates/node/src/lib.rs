//! Composition root: configuration, start-up, supervision, command line.
//!
//! Owns the order in which the parts of a node are made and unmade. It contains no rule of its
//! own: everything it starts could be started by a test in the same way.
//!
//! ```text
//!  flags + file ─▶ NodeConfig::validate ─▶ Node::start:
//!      ChainSpec ─▶ Store ─▶ ChainTree ─▶ Pool ─▶ chain thread ─▶ templates, miner ─▶ RPC
//!  shutdown, in this order: RPC intake, metrics ─▶ miner ─▶ chain thread persists all ─▶ store closes
//! ```
//!
//! Invariants: the first critical task that fails stops the node with its cause and a non-zero
//! exit code; a second signal aborts at once, which is as safe as a crash.

mod banner;
mod block_file;
mod chains;
pub mod cli;
mod closed_database;
mod config;
mod config_file;
mod datadir;
mod error;
mod export;
mod file_chunk;
mod flush_at_end;
mod import;
mod import_share;
mod interruption;
mod logging;
mod metrics_sources;
mod network_settings;
mod network_values;
mod node;
mod open_files;
mod parts;
mod progress;
mod read_blocks;
mod rpc_config;
mod shutdown;
mod units;
mod unwind;

pub use block_file::{BlockFileReader, BlockFileWriter, FileBlock, MAX_FILE_BLOCK_BYTES};
pub use chains::{ChainSource, DevSettings};
pub use closed_database::ClosedDatabase;
pub use config::{MiningMode, NodeConfig, RpcSettings};
pub use datadir::DataDir;
pub use error::NodeError;
pub use export::{ExportRange, export_blocks};
pub use import::{ImportSummary, import_files};
pub use network_settings::NetworkSettings;
pub use node::Node;
pub use unwind::unwind_head;
