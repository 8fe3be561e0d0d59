//! Why the store failed.

use crate::{BlockRef, Table};
use alloy_primitives::B256;
use hanzo_state::StateError;
use hanzo_types::Fault;
use std::path::PathBuf;
use thiserror::Error;

/// Why the store failed. All of these are this node's fault, and a failed write is fatal for the
/// process: memory and disk may no longer agree.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process has the database open.
    #[error("database {path} is in use by another process")]
    Locked {
        /// Directory of the database.
        path: PathBuf,
    },
    /// The directory holds files, but not a Hanzo database.
    #[error("{path} is not a Hanzo database: {reason}")]
    NotADatabase {
        /// The directory.
        path: PathBuf,
        /// What was found instead.
        reason: String,
    },
    /// The directory cannot be created, read or written.
    #[error("cannot use {path} as the database directory: {reason}")]
    Inaccessible {
        /// The directory.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The disk is full.
    #[error("no space left on the disk of {path} while {operation}")]
    DiskFull {
        /// Directory of the database.
        path: PathBuf,
        /// What was being done.
        operation: &'static str,
    },
    /// The write-ahead log is damaged before its end: what was written after that is lost.
    #[error(
        "the log of database {path} is damaged: {reason}; `hanzo db salvage` keeps what was written \
         before the damage"
    )]
    DamagedLog {
        /// Directory of the database.
        path: PathBuf,
        /// What RocksDB says.
        reason: String,
    },
    /// The database was written by another version of this software.
    #[error(
        "database {path} has schema version {found}, this program reads version {expected}: \
         remove it or choose another data directory"
    )]
    SchemaVersion {
        /// Directory of the database.
        path: PathBuf,
        /// The version this program reads.
        expected: u32,
        /// The version on disk.
        found: u32,
    },
    /// The database belongs to a chain with another id.
    #[error("database {path} belongs to chain id {found}, this node runs chain id {expected}")]
    ChainId {
        /// Directory of the database.
        path: PathBuf,
        /// The id of the chain this node runs.
        expected: u64,
        /// The id on disk.
        found: u64,
    },
    /// The database belongs to a chain with another genesis block, hence other settings.
    #[error("database {path} has genesis block {found}, this node's genesis block is {expected}")]
    GenesisHash {
        /// Directory of the database.
        path: PathBuf,
        /// The genesis hash of the chain this node runs.
        expected: B256,
        /// The genesis hash on disk.
        found: B256,
    },
    /// The genesis state was not written yet.
    #[error("database {path} has no genesis state yet")]
    NotInitialized {
        /// Directory of the database.
        path: PathBuf,
    },
    /// The genesis state was written before.
    #[error("database {path} already has a state, at block {tip}")]
    AlreadyInitialized {
        /// Directory of the database.
        path: PathBuf,
        /// The block of the state on disk.
        tip: BlockRef,
    },
    /// A segment without blocks would move nothing.
    #[error("commit segment has no blocks")]
    EmptySegment,
    /// A block of a segment does not continue the state on disk.
    #[error("block {block} does not follow block {expected_parent} in the commit segment")]
    BrokenSegment {
        /// The block.
        block: BlockRef,
        /// The block it must be a child of.
        expected_parent: BlockRef,
    },
    /// A block of a segment was never stored.
    #[error("block {0} is committed but was never stored")]
    UnknownBlock(BlockRef),
    /// The state can only go back to a block that led to it.
    #[error("block {0} is not a canonical block at or below the state on disk")]
    NotCanonical(BlockRef),
    /// The state of this block was pruned.
    #[error("the state of block {number} was pruned, the oldest kept is that of block {oldest}")]
    HistoryPruned {
        /// Number that was asked for.
        number: u64,
        /// Number of the oldest block whose state can be read.
        oldest: u64,
    },
    /// The history leads to another state than the one the block's header commits to.
    #[error("going back to block {block} gives state root {computed}, its header says {header}")]
    UnwoundRoot {
        /// The block.
        block: BlockRef,
        /// Root in the block's header.
        header: B256,
        /// Root of the state that the history gives.
        computed: B256,
    },
    /// The trie does not fit the history.
    #[error("going back to block {block}: {source}")]
    UnwoundTrie {
        /// The block.
        block: BlockRef,
        /// What the trie says.
        source: StateError,
    },
    /// A database of this chain lacks a table.
    #[error("database {path} lacks the table {table}")]
    MissingTable {
        /// Directory of the database.
        path: PathBuf,
        /// The table.
        table: Table,
    },
    /// A stored value does not decode, a row that another row names is absent, or there is a row
    /// that none names.
    #[error("table {table} is damaged at key 0x{key}: {reason}")]
    Damaged {
        /// The table.
        table: Table,
        /// The key in hexadecimal.
        key: String,
        /// What is wrong.
        reason: String,
    },
    /// RocksDB failed.
    #[error("database failed while {operation}: {source}")]
    Engine {
        /// What was being done.
        operation: &'static str,
        /// What RocksDB says.
        source: rocksdb::Error,
    },
}

impl StoreError {
    /// Whose fault this is: always the local node's.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Locked { .. }
            | Self::NotADatabase { .. }
            | Self::Inaccessible { .. }
            | Self::DiskFull { .. }
            | Self::DamagedLog { .. }
            | Self::SchemaVersion { .. }
            | Self::ChainId { .. }
            | Self::GenesisHash { .. }
            | Self::NotInitialized { .. }
            | Self::AlreadyInitialized { .. }
            | Self::EmptySegment
            | Self::BrokenSegment { .. }
            | Self::UnknownBlock(_)
            | Self::NotCanonical(_)
            | Self::HistoryPruned { .. }
            | Self::UnwoundRoot { .. }
            | Self::UnwoundTrie { .. }
            | Self::MissingTable { .. }
            | Self::Damaged { .. }
            | Self::Engine { .. } => Fault::Local,
        }
    }
}
