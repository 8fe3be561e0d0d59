//! Leaving nothing for the next start to replay.

use crate::{Store, StoreError, Table};
use rocksdb::FlushOptions;

impl Store {
    /// Moves what is only in the log and in memory to the files of the tables, so that the next
    /// opening has no log to replay. For an orderly stop: it makes nothing more durable.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] or [`StoreError::Engine`]. Nothing is lost then: the log stays.
    pub fn flush_tables(&self) -> Result<(), StoreError> {
        self.flush(&FlushOptions::default())
    }

    /// Begins what [`Self::flush_tables`] does, for the time in which the last writes before an
    /// orderly stop are still under way, so that less is left for then. It may wait for a flush of
    /// the same table that is already under way, so not on a thread that others wait for.
    ///
    /// # Errors
    /// Those of [`Self::flush_tables`], and [`StoreError::Engine`] if writes are stopped just now.
    pub fn begin_flush(&self) -> Result<(), StoreError> {
        let mut options = FlushOptions::default();
        options.set_wait(false);
        self.flush(&options)
    }

    fn flush(&self, options: &FlushOptions) -> Result<(), StoreError> {
        let database = self.database();
        let tables = Table::ALL.map(|table| database.table(table));
        let tables = tables.into_iter().collect::<Result<Vec<_>, _>>()?;
        database
            .engine
            .flush_cfs_opt(&tables, options)
            .map_err(|error| database.failed("flushing tables", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{open, put};
    use rocksdb::{WaitForCompactOptions, properties};
    use tempfile::TempDir;

    fn files(store: &Store) -> Vec<String> {
        let files = store.database().engine.live_files().unwrap();
        files.into_iter().map(|file| file.name).collect()
    }

    #[test]
    fn after_a_flush_no_table_has_rows_in_memory_whether_or_not_one_began_before() {
        let directory = TempDir::new().unwrap();
        let store = open(&directory);
        for table in Table::ALL {
            put(&store, table, 200, 1);
        }
        store.begin_flush().unwrap();
        for table in [Table::Peers, Table::Code] {
            put(&store, table, 201, 1);
        }
        store.flush_tables().unwrap();
        let database = store.database();
        for table in Table::ALL {
            let family = database.table(table).unwrap();
            for property in
                [properties::NUM_ENTRIES_ACTIVE_MEM_TABLE, properties::NUM_IMMUTABLE_MEM_TABLE]
            {
                let left = database.engine.property_int_value_cf(family, property).unwrap();
                assert_eq!(left, Some(0), "{table:?}");
            }
        }
    }

    #[test]
    fn a_file_is_not_written_again_because_the_views_from_before_it_are_gone() {
        let directory = TempDir::new().unwrap();
        let store = open(&directory);
        let view = store.view();
        put(&store, Table::Peers, 200, 1);
        store.flush_tables().unwrap();
        let flushed = files(&store);
        drop(view);
        let idle = WaitForCompactOptions::default();
        store.database().engine.wait_for_compact(&idle).unwrap();
        assert_eq!(files(&store), flushed);
    }
}
