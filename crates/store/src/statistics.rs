//! How large the database is.

use crate::{StateCacheStatistics, Store, StoreError, Table};
use rocksdb::{
    BottommostLevelCompaction, CompactOptions,
    properties::{self, PropName},
};
use std::sync::atomic::{AtomicU64, Ordering};

/// How large one table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableStatistics {
    /// The table.
    pub table: Table,
    /// Rows, estimated: rows that were overwritten and not compacted away yet count again.
    pub rows: u64,
    /// Bytes in files.
    pub disk_bytes: u64,
    /// Bytes in write buffers.
    pub memory_bytes: u64,
}

/// What the database was asked for since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreActivity {
    /// Rows looked up and scans begun, each of which may have read the disk.
    pub reads: u64,
    /// Atomic batches written.
    pub batches: u64,
}

/// Counts [`StoreActivity`].
#[derive(Debug, Default)]
pub(crate) struct Activity {
    reads: AtomicU64,
    batches: AtomicU64,
}

impl Activity {
    pub(crate) fn read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn written(&self) {
        self.batches.fetch_add(1, Ordering::Relaxed);
    }
}

impl Store {
    /// What the database was asked for since it was opened.
    #[must_use]
    pub fn activity(&self) -> StoreActivity {
        let Activity { reads, batches } = &self.database().activity;
        StoreActivity {
            reads: reads.load(Ordering::Relaxed),
            batches: batches.load(Ordering::Relaxed),
        }
    }

    /// The size of every table.
    ///
    /// # Errors
    /// [`StoreError::Engine`].
    pub fn statistics(&self) -> Result<Vec<TableStatistics>, StoreError> {
        Table::ALL.into_iter().map(|table| self.table_statistics(table)).collect()
    }

    /// How much of the cache of the newest state is used, and how well it works.
    #[must_use]
    pub fn state_cache_statistics(&self) -> StateCacheStatistics {
        self.database().state_cache.statistics()
    }

    /// The size of one table.
    pub(crate) fn table_statistics(&self, table: Table) -> Result<TableStatistics, StoreError> {
        Ok(TableStatistics {
            table,
            // Estimated from the files' own counts.
            rows: self.table_property(table, properties::ESTIMATE_NUM_KEYS)?,
            disk_bytes: self.table_property(table, properties::LIVE_SST_FILES_SIZE)?,
            memory_bytes: self.table_property(table, properties::CUR_SIZE_ALL_MEM_TABLES)?,
        })
    }

    /// A number that RocksDB keeps about a table.
    pub(crate) fn table_property(&self, table: Table, name: &PropName) -> Result<u64, StoreError> {
        let database = self.database();
        let value = database
            .engine
            .property_int_value_cf(database.table(table)?, name)
            .map_err(|error| database.failed("measuring", error))?;
        Ok(value.unwrap_or_default())
    }

    /// Rewrites every table without what was overwritten or removed.
    ///
    /// # Errors
    /// [`StoreError::Engine`] for an unknown table; a failed rewrite shows in the next operation.
    pub fn compact(&self) -> Result<(), StoreError> {
        let database = self.database();
        let mut options = CompactOptions::default();
        // By default the lowest level stays as it is, with what a view protected when it was written.
        options.set_bottommost_level_compaction(BottommostLevelCompaction::ForceOptimized);
        for table in Table::ALL {
            let family = database.table(table)?;
            database.engine.compact_range_cf_opt(family, None::<&[u8]>, None::<&[u8]>, &options);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{open, put};
    use tempfile::TempDir;

    #[test]
    fn compacting_drops_what_was_overwritten_while_a_view_was_there() {
        let directory = TempDir::new().unwrap();
        let store = open(&directory);
        let mut views = Vec::new();
        for value in 1..=3_u8 {
            put(&store, Table::Peers, 200, value);
            views.push(store.view());
        }
        store.flush_tables().unwrap();
        let rows = || -> u64 {
            let files = store.database().engine.live_files().unwrap();
            let of_peers = files.iter().filter(|file| file.column_family_name == "peers");
            of_peers.map(|file| file.num_entries).sum()
        };
        assert_eq!(rows(), 3);
        store.compact().unwrap();
        assert_eq!(rows(), 3, "each is what a view sees");
        drop(views);
        store.compact().unwrap();
        assert_eq!(rows(), 1);
    }
}
