//! Durable truth on RocksDB.
//!
//! Owns every byte on disk: blocks, the one persisted world state, its trie, and the maps that
//! look them up. It never executes a transaction, never decides which chain wins, and never reads
//! a clock.
//!
//! ```text
//! valid block ──▶ put_block ─┐                       ┌─▶ view() ─▶ StateRead, TrieRead, blocks
//! old canonical blocks,      ├─▶ one WriteBatch each ─┤     (immutable: one snapshot per view)
//! merged diff ──▶ commit ────┘    over all tables     └─▶ blocks_above_tip() after a restart
//! ```
//!
//! Of past states the store keeps what each block found before it changed it ([`HistoricalState`]);
//! the same rows move the state back ([`Store::unwind`]).
//!
//! Invariants: the state on disk is exactly that of `state_tip`, and the root of its trie is the
//! state root of that block's header; every change is one atomic batch, so a crash at any
//! instruction leaves either all of it or none; a view never changes after it was taken; damaged
//! bytes are an error that names the table and the key, never a panic.

mod block_ref;
mod committed_block;
mod config;
mod database;
mod durable_block;
mod error;
#[cfg(test)]
mod fixture;
mod flush;
mod forget;
mod history;
mod history_check;
mod identity;
mod key;
mod metrics;
mod open;
mod options;
mod peers;
mod read_all;
mod retention;
mod row;
mod state_cache;
mod statistics;
mod store;
mod table;
mod touched;
mod unwind;
mod value;
mod view;

pub use block_ref::BlockRef;
pub use committed_block::CommittedBlock;
pub use config::{DEFAULT_MAX_OPEN_FILES, LogRecovery, Medium, StoreConfig};
pub use durable_block::DurableBlock;
pub use error::StoreError;
pub use history::HistoricalState;
pub use history_check::HistoryContents;
pub use identity::ChainIdentity;
pub use peers::PeerRow;
pub use retention::{MIN_RETAINED_BLOCKS, Pruned, Retention};
pub use row::{RowBytes, reencode_row};
pub use state_cache::StateCacheStatistics;
pub use statistics::{StoreActivity, TableStatistics};
pub use store::{Durability, Store};
pub use table::Table;
pub use view::{StoreView, TransactionLocation};
