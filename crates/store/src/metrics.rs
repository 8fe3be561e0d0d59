//! What the store measures. docs/metrics.md lists it.

use crate::{
    Durability, StateCacheStatistics, Store, StoreError, Table, TableStatistics,
    database::WriteKind,
};
use metrics::{Counter, Gauge, counter, describe_counter, describe_gauge, gauge};
use rocksdb::{WriteBatch, properties};

/// What the store measures. Made once when the database is opened: recording a write is three
/// atomic operations.
pub(crate) struct StoreMetrics {
    identity: Writes,
    genesis: Writes,
    block: Writes,
    commit: Writes,
    unwind: Writes,
    prune: Writes,
    peers: Writes,
    pub(crate) syncs: Counter,
    tables: Vec<TableSize>,
    cache_bytes: Gauge,
    cache_capacity_bytes: Gauge,
    pending_compaction_bytes: Gauge,
    state_cache: StateCacheMetrics,
    reads: Counter,
}

/// How the cache of the state does.
struct StateCacheMetrics {
    hits: Counter,
    misses: Counter,
    bytes: Gauge,
    capacity_bytes: Gauge,
}

/// Batches written for one purpose.
struct Writes {
    batches: Counter,
    rows: Counter,
    bytes: Counter,
}

/// Rows and bytes of a batch that is about to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchSize {
    rows: usize,
    bytes: usize,
}

/// How large one table is.
struct TableSize {
    table: Table,
    rows: Gauge,
    disk_bytes: Gauge,
    memory_bytes: Gauge,
}

impl StoreMetrics {
    pub(crate) fn register() -> Self {
        let reads = "hanzo_store_reads_total";
        describe_counter!(reads, "Rows looked up in RocksDB and scans begun.");
        let syncs = "hanzo_store_syncs_total";
        describe_counter!(syncs, "Writes and flushes of the log that waited for the disk.");
        Self {
            identity: Writes::register("identity"),
            genesis: Writes::register("genesis"),
            block: Writes::register("block"),
            commit: Writes::register("commit"),
            unwind: Writes::register("unwind"),
            prune: Writes::register("prune"),
            peers: Writes::register("peers"),
            syncs: counter!(syncs),
            tables: Table::ALL.into_iter().map(TableSize::register).collect(),
            cache_bytes: level(
                "hanzo_store_block_cache_bytes",
                "Bytes of blocks, indices and filters in the cache that all tables share.",
            ),
            cache_capacity_bytes: level(
                "hanzo_store_block_cache_capacity_bytes",
                "Most bytes that the block cache keeps.",
            ),
            pending_compaction_bytes: level(
                "hanzo_store_pending_compaction_bytes",
                "Bytes that compaction has to rewrite, estimated; growth means a slow disk.",
            ),
            state_cache: StateCacheMetrics::register(),
            reads: counter!(reads),
        }
    }

    /// Counts a batch that was written.
    pub(crate) fn written(&self, kind: WriteKind, size: BatchSize, durability: Durability) {
        let writes = match kind {
            WriteKind::Identity => &self.identity,
            WriteKind::Genesis => &self.genesis,
            WriteKind::Block => &self.block,
            WriteKind::Commit => &self.commit,
            WriteKind::Unwind => &self.unwind,
            WriteKind::Prune => &self.prune,
            WriteKind::Peers => &self.peers,
        };
        writes.batches.increment(1);
        writes.rows.increment(u64::try_from(size.rows).unwrap_or(u64::MAX));
        writes.bytes.increment(u64::try_from(size.bytes).unwrap_or(u64::MAX));
        if durability == Durability::Synced {
            self.syncs.increment(1);
        }
    }
}

impl BatchSize {
    pub(crate) fn of(writes: &WriteBatch) -> Self {
        Self { rows: writes.len(), bytes: writes.size_in_bytes() }
    }
}

impl Writes {
    fn register(operation: &'static str) -> Self {
        let batches = "hanzo_store_writes_total";
        let rows = "hanzo_store_written_rows_total";
        let bytes = "hanzo_store_written_bytes_total";
        describe_counter!(batches, "Atomic batches written, by purpose.");
        describe_counter!(rows, "Rows put and removed by batches.");
        describe_counter!(bytes, "Bytes of batches: keys, values and their lengths.");
        Self {
            batches: counter!(batches, "operation" => operation),
            rows: counter!(rows, "operation" => operation),
            bytes: counter!(bytes, "operation" => operation),
        }
    }
}

impl StateCacheMetrics {
    fn register() -> Self {
        let hits = "hanzo_store_state_cache_hits_total";
        let misses = "hanzo_store_state_cache_misses_total";
        describe_counter!(hits, "Reads of the newest state that its cache answered.");
        describe_counter!(misses, "Reads of the newest state that went to RocksDB.");
        Self {
            hits: counter!(hits),
            misses: counter!(misses),
            bytes: level(
                "hanzo_store_state_cache_bytes",
                "Bytes of accounts, slots, code and trie nodes in the cache of the state.",
            ),
            capacity_bytes: level(
                "hanzo_store_state_cache_capacity_bytes",
                "Most bytes that the cache of the state keeps.",
            ),
        }
    }

    fn set(&self, statistics: StateCacheStatistics) {
        self.hits.absolute(statistics.hits);
        self.misses.absolute(statistics.misses);
        self.bytes.set(statistics.bytes as f64);
        self.capacity_bytes.set(statistics.capacity_bytes as f64);
    }
}

impl TableSize {
    fn register(table: Table) -> Self {
        let rows = "hanzo_store_table_rows";
        let disk = "hanzo_store_table_disk_bytes";
        let memory = "hanzo_store_table_memory_bytes";
        describe_gauge!(rows, "Rows of a table, estimated.");
        describe_gauge!(disk, "Bytes of a table in files.");
        describe_gauge!(memory, "Bytes of a table in write buffers.");
        Self {
            table,
            rows: gauge!(rows, "table" => table.name()),
            disk_bytes: gauge!(disk, "table" => table.name()),
            memory_bytes: gauge!(memory, "table" => table.name()),
        }
    }

    fn set(&self, size: TableStatistics) {
        self.rows.set(size.rows as f64);
        self.disk_bytes.set(size.disk_bytes as f64);
        self.memory_bytes.set(size.memory_bytes as f64);
    }
}

impl Store {
    /// Measures tables and cache for whoever collects metrics. Asks RocksDB for numbers that it
    /// keeps in memory; nothing is read from disk.
    ///
    /// # Errors
    /// [`StoreError::Engine`].
    pub fn record_sizes(&self) -> Result<(), StoreError> {
        let metrics = &self.database().metrics;
        let mut pending_compaction: u64 = 0;
        for gauges in &metrics.tables {
            gauges.set(self.table_statistics(gauges.table)?);
            let property = properties::ESTIMATE_PENDING_COMPACTION_BYTES;
            let pending = self.table_property(gauges.table, property)?;
            pending_compaction = pending_compaction.saturating_add(pending);
        }
        metrics.reads.absolute(self.activity().reads);
        metrics.state_cache.set(self.state_cache_statistics());
        metrics.pending_compaction_bytes.set(pending_compaction as f64);
        // Every table has the same cache: any of them knows it.
        let cached = self.table_property(Table::Meta, properties::BLOCK_CACHE_USAGE)?;
        let capacity = self.table_property(Table::Meta, properties::BLOCK_CACHE_CAPACITY)?;
        metrics.cache_bytes.set(cached as f64);
        metrics.cache_capacity_bytes.set(capacity as f64);
        Ok(())
    }
}

fn level(name: &'static str, description: &'static str) -> Gauge {
    describe_gauge!(name, description);
    gauge!(name)
}
