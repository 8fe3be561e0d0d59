//! Where the store lives and how much memory and how many files it may use.

use crate::Retention;
use std::path::PathBuf;

/// Index and filter blocks of a devnet fit several times over; a node with millions of accounts
/// raises it. Every open file's index and filter blocks are counted in it too.
const DEFAULT_BLOCK_CACHE_BYTES: usize = 256 << 20;

/// Some 300 000 values: the accounts, slots and trie nodes that a few thousand active senders and a
/// few hundred contracts use over and over.
const DEFAULT_STATE_CACHE_BYTES: u64 = 64 << 20;

/// Most table files held open at a time unless told otherwise: below the usual soft limit of 1024 descriptors, with room for sockets and the WAL; at 64 MiB
/// per table file this keeps the files of a 32 GiB database open.
pub const DEFAULT_MAX_OPEN_FILES: i32 = 512;

/// What a database in memory is called where a path would be; the engine makes its files below it.
const IN_MEMORY_NAME: &str = "/memory";

/// Where the bytes of the store are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Medium {
    /// In files.
    #[default]
    Disk,
    /// In this process, and gone with the store. Everything else is the same: the same engine, the
    /// same tables, batches and snapshots. For many short chains, where making and removing
    /// thirty files takes longer than the chain.
    Memory,
}

/// What is done with a write-ahead log that is damaged before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogRecovery {
    /// Opening fails: what follows the damage would be lost.
    #[default]
    Complete,
    /// What follows the damage is given up. The state before it is consistent.
    UpToDamage,
}

/// Settings of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// Directory of the database. Created if it is missing; in memory no more than a name.
    pub path: PathBuf,
    /// Where the bytes are.
    pub medium: Medium,
    /// Memory for blocks read from disk, including index and filter blocks, in bytes.
    pub block_cache_bytes: usize,
    /// Memory for decoded accounts, slots, code and trie nodes of the newest state, in bytes.
    pub state_cache_bytes: u64,
    /// Most table files held open at a time.
    pub max_open_files: i32,
    /// How much of the past is kept.
    pub retention: Retention,
    /// What is done with a damaged log.
    pub log_recovery: LogRecovery,
}

impl StoreConfig {
    /// The default settings for a database in `path`.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            medium: Medium::Disk,
            block_cache_bytes: DEFAULT_BLOCK_CACHE_BYTES,
            state_cache_bytes: DEFAULT_STATE_CACHE_BYTES,
            max_open_files: DEFAULT_MAX_OPEN_FILES,
            retention: Retention::default(),
            log_recovery: LogRecovery::default(),
        }
    }

    /// The settings for an empty database in memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { medium: Medium::Memory, ..Self::at(IN_MEMORY_NAME) }
    }
}
