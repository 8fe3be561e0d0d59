//! How large the database is.

use crate::{Store, StoreError, Table};

/// Property of RocksDB: rows of a table, estimated from the files' own counts.
const ROWS: &str = "rocksdb.estimate-num-keys";

/// Property of RocksDB: bytes of the table's files that are in use.
const DISK_BYTES: &str = "rocksdb.live-sst-files-size";

/// Property of RocksDB: bytes that wait in memory to be written to files.
const MEMORY_BYTES: &str = "rocksdb.cur-size-all-mem-tables";

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

impl Store {
    /// The size of every table.
    ///
    /// # Errors
    /// [`StoreError::Engine`].
    pub fn statistics(&self) -> Result<Vec<TableStatistics>, StoreError> {
        let measure = |table: Table| {
            let property = |name: &str| -> Result<u64, StoreError> {
                let database = self.database();
                let value = database
                    .engine
                    .property_int_value_cf(database.table(table)?, name)
                    .map_err(|error| database.failed("measuring", error))?;
                Ok(value.unwrap_or_default())
            };
            Ok(TableStatistics {
                table,
                rows: property(ROWS)?,
                disk_bytes: property(DISK_BYTES)?,
                memory_bytes: property(MEMORY_BYTES)?,
            })
        };
        Table::ALL.into_iter().map(measure).collect()
    }

    /// Rewrites every table without what was overwritten or removed.
    ///
    /// # Errors
    /// [`StoreError::Engine`] for an unknown table; a failed rewrite shows in the next operation.
    pub fn compact(&self) -> Result<(), StoreError> {
        let database = self.database();
        for table in Table::ALL {
            database.engine.compact_range_cf(database.table(table)?, None::<&[u8]>, None::<&[u8]>);
        }
        Ok(())
    }
}
