//! The open database, and errors in its words.

use crate::metrics::{BatchSize, StoreMetrics};
use crate::state_cache::StateCache;
use crate::statistics::Activity;
use crate::{Durability, Medium, StoreError, Table, options};
use alloy_primitives::hex;
use hanzo_state::{StateDiff, TrieDiff};
use rocksdb::{ColumnFamily, DB, ErrorKind, WriteBatch};
use std::fmt;
use std::path::{Path, PathBuf};

/// What is being done when a database is opened, as an error names it.
pub(crate) const OPENING: &str = "opening";

/// The open database.
pub(crate) struct Database {
    pub(crate) engine: DB,
    pub(crate) path: PathBuf,
    pub(crate) medium: Medium,
    pub(crate) metrics: StoreMetrics,
    pub(crate) state_cache: StateCache,
    pub(crate) activity: Activity,
}

/// What a batch is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteKind {
    Identity,
    Genesis,
    Block,
    Commit,
    Unwind,
    Prune,
    Peers,
}

/// Writes that take effect together or not at all.
pub(crate) struct Batch<'a> {
    database: &'a Database,
    writes: WriteBatch,
}

impl Database {
    /// The column family of a table.
    pub(crate) fn table(&self, table: Table) -> Result<&ColumnFamily, StoreError> {
        self.engine
            .cf_handle(table.name())
            .ok_or_else(|| damaged(table, &[], "the column family is absent"))
    }

    /// An empty batch.
    pub(crate) fn batch(&self) -> Batch<'_> {
        self.batch_of(0)
    }

    /// An empty batch with room for that many bytes.
    pub(crate) fn batch_of(&self, bytes: usize) -> Batch<'_> {
        Batch { database: self, writes: WriteBatch::with_capacity_bytes(bytes) }
    }

    /// Makes every earlier write survive a power cut, if anything can.
    pub(crate) fn flush_wal(&self) -> Result<(), StoreError> {
        // A log in memory has nothing to sync with and says so.
        let sync = self.medium == Medium::Disk;
        self.engine.flush_wal(sync).map_err(|error| self.failed("syncing its log", error))?;
        self.metrics.syncs.increment(1);
        Ok(())
    }

    /// What the caller learns of a failure of RocksDB.
    pub(crate) fn failed(&self, operation: &'static str, error: rocksdb::Error) -> StoreError {
        engine_error(&self.path, operation, error)
    }
}

impl WriteKind {
    /// As an error names it.
    const fn operation(self) -> &'static str {
        match self {
            Self::Identity => "recording the chain",
            Self::Genesis => "writing the genesis state",
            Self::Block => "storing a block",
            Self::Commit => "committing state",
            Self::Unwind => "unwinding the state",
            Self::Prune => "pruning",
            Self::Peers => "remembering peers",
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Batch<'_> {
    /// Bytes of its rows.
    pub(crate) fn bytes(&self) -> usize {
        self.writes.size_in_bytes()
    }

    /// Writes a row.
    pub(crate) fn put(
        &mut self,
        table: Table,
        key: impl AsRef<[u8]>,
        value: impl AsRef<[u8]>,
    ) -> Result<(), StoreError> {
        self.writes.put_cf(self.database.table(table)?, key, value);
        Ok(())
    }

    /// Removes a row.
    pub(crate) fn delete(&mut self, table: Table, key: impl AsRef<[u8]>) -> Result<(), StoreError> {
        self.writes.delete_cf(self.database.table(table)?, key);
        Ok(())
    }

    /// Writes the row, or removes it if there is no value.
    pub(crate) fn set(
        &mut self,
        table: Table,
        key: impl AsRef<[u8]>,
        value: Option<impl AsRef<[u8]>>,
    ) -> Result<(), StoreError> {
        match value {
            Some(value) => self.put(table, key, value),
            None => self.delete(table, key),
        }
    }

    /// Makes all of it take effect, the rows of `state` and `trie` among it, which the cache of the
    /// state takes over.
    pub(crate) fn write_state(
        self,
        state: &StateDiff,
        trie: &TrieDiff,
        kind: WriteKind,
        durability: Durability,
    ) -> Result<(), StoreError> {
        let database = self.database;
        let newest = || database.engine.latest_sequence_number();
        database.state_cache.write_through(state, trie, newest, || self.write(kind, durability))
    }

    /// Makes all of it take effect. For rows of the state there is [`Self::write_state`].
    pub(crate) fn write(self, kind: WriteKind, durability: Durability) -> Result<(), StoreError> {
        let size = BatchSize::of(&self.writes);
        self.database
            .engine
            .write_opt(self.writes, &options::write_options(durability))
            .map_err(|error| self.database.failed(kind.operation(), error))?;
        self.database.activity.written();
        self.database.metrics.written(kind, size, durability);
        Ok(())
    }
}

/// The error for a row that cannot be used.
pub(crate) fn damaged(table: Table, key: &[u8], reason: impl Into<String>) -> StoreError {
    StoreError::Damaged { table, key: hex::encode(key), reason: reason.into() }
}

/// What the caller learns of a failure of RocksDB on the database in `path`.
pub(crate) fn engine_error(
    path: &Path,
    operation: &'static str,
    source: rocksdb::Error,
) -> StoreError {
    let text = source.to_string();
    match Cause::of(&source.kind(), operation, &text) {
        Cause::DiskFull => StoreError::DiskFull { path: path.to_owned(), operation },
        Cause::Locked => StoreError::Locked { path: path.to_owned() },
        Cause::Inaccessible => StoreError::Inaccessible { path: path.to_owned(), reason: text },
        Cause::DamagedLog => StoreError::DamagedLog { path: path.to_owned(), reason: text },
        Cause::Other => StoreError::Engine { operation, source },
    }
}

/// What lies behind an error of RocksDB, which names causes outside itself only in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    DiskFull,
    Locked,
    Inaccessible,
    DamagedLog,
    Other,
}

impl Cause {
    fn of(kind: &ErrorKind, operation: &str, text: &str) -> Self {
        let says = |words: &str| text.contains(words);
        // Of a table file or the manifest RocksDB says which one; of the log, only what.
        let names_file = says(".sst") || says("MANIFEST") || says("CURRENT") || says("IDENTITY");
        if *kind == ErrorKind::Corruption && operation == OPENING && !names_file {
            return Self::DamagedLog;
        }
        if *kind != ErrorKind::IOError {
            return Self::Other;
        }
        if says("No space left on device") || says("Disk quota exceeded") {
            Self::DiskFull
        } else if says("Permission denied") || says("Read-only file system") {
            Self::Inaccessible
        } else if says("lock hold by current process") || says("While lock file") {
            Self::Locked
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_outside_the_database_are_told_apart() {
        let cause = |text| Cause::of(&ErrorKind::IOError, OPENING, text);
        assert_eq!(
            cause("IO error: No space left on device: While appending to file: /d/000012.log"),
            Cause::DiskFull
        );
        assert_eq!(
            cause("IO error: While lock file: /d/LOCK: Resource temporarily unavailable"),
            Cause::Locked
        );
        assert_eq!(
            cause("IO error: While open a file for lock: /d/LOCK: Permission denied"),
            Cause::Inaccessible
        );
        assert_eq!(cause("IO error: While fsync: /d/000012.log: Input/output error"), Cause::Other);
        let corruption = |operation, text| Cause::of(&ErrorKind::Corruption, operation, text);
        assert_eq!(corruption("reading", "No space left on device"), Cause::Other);
        assert_eq!(corruption("reading", "Corruption: checksum mismatch"), Cause::Other);
        assert_eq!(corruption(OPENING, "Corruption: checksum mismatch"), Cause::DamagedLog);
        let table = "Corruption: block checksum mismatch in /d/000012.sst";
        assert_eq!(corruption(OPENING, table), Cause::Other);
    }
}
