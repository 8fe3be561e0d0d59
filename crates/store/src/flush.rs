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
        let database = self.database();
        let tables = Table::ALL.map(|table| database.table(table));
        let tables = tables.into_iter().collect::<Result<Vec<_>, _>>()?;
        database
            .engine
            .flush_cfs_opt(&tables, &FlushOptions::default())
            .map_err(|error| database.failed("flushing tables", error))
    }
}
