//! How RocksDB is set up: what every table shares, and how tables differ.

use crate::{Durability, LogRecovery, Medium, StoreConfig, Table};
use rocksdb::{
    BlockBasedOptions, Cache, DBCompressionType, DBRecoveryMode, DataBlockIndexType, Env, LogLevel,
    Options, WriteOptions,
};

/// All memtables together; RocksDB flushes the largest when they exceed it. A commit of 16 full
/// blocks writes some 10 MiB, so a flush happens about once in ten commits.
const ALL_WRITE_BUFFERS_BYTES: usize = 128 << 20;

/// One memtable. Half of the total, so that one busy table cannot crowd out the rest before its
/// own limit is reached.
const WRITE_BUFFER_BYTES: usize = 64 << 20;

/// One memtable is filled while the other is flushed; more would only hide a disk that is too slow.
const WRITE_BUFFERS_PER_TABLE: i32 = 2;

/// The log is replayed at start after a crash; an orderly stop empties it. Some 90 MB are replayed a
/// second, so that a start waits for it 1.5 s at most. As much as all memtables: a smaller log would
/// force flushes before they are full.
const WAL_BYTES: u64 = 128 << 20;

/// RocksDB's own text log: 4 files of 4 MiB bound it at 16 MiB and still hold weeks of warnings.
const INFO_LOG_FILES: usize = 4;
const INFO_LOG_BYTES: usize = 4 << 20;

/// Table of contents of the database; rewritten when it reaches this size.
const MANIFEST_BYTES: usize = 16 << 20;

/// One flush and one compaction at a time: the machines this runs on may have two cores, and
/// execution needs the other.
const BACKGROUND_JOBS: i32 = 2;

/// RocksDB rewrites a file of the lowest level once nobody holds a snapshot from before it was
/// written, to drop what was kept for the snapshot and the numbers of its writes. Views hold
/// snapshots all the time, so that every flushed file would be written twice, whether anything in it
/// can be dropped or not. Most files of tables whose rows change have been merged with others before
/// they are as old as this, which drops the same. Of the others the work is put off, not saved, until
/// nobody waits for an import.
const REWRITE_FILES_AFTER_SECONDS: u32 = 24 * 60 * 60;

/// Hands written bytes to the disk evenly instead of in one stall at the end of a file.
const BYTES_PER_SYNC: u64 = 1 << 20;

/// Larger than RocksDB's 4 KiB: a quarter of the index blocks, at 2.5 µs per warm point read.
const BLOCK_BYTES: usize = 16 << 10;

/// One read in a hundred looks into a file that does not have the key.
const BLOOM_BITS_PER_KEY: f64 = 10.0;

/// Newest table format that the bundled RocksDB writes by default and checks block by block.
const FORMAT_VERSION: i32 = 6;

/// Options of the database as a whole.
pub(crate) fn database_options(config: &StoreConfig) -> Result<Options, rocksdb::Error> {
    let mut options = Options::default();
    match config.medium {
        Medium::Disk => {}
        Medium::Memory => options.set_env(&Env::mem_env()?),
    }
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_db_write_buffer_size(ALL_WRITE_BUFFERS_BYTES);
    options.set_max_total_wal_size(WAL_BYTES);
    // By default RocksDB drops what follows the first damaged record of the log and opens: blocks
    // that were acknowledged would be gone without a word. A log that merely ends inside a record
    // is that of a crash and is fine either way.
    options.set_wal_recovery_mode(match config.log_recovery {
        LogRecovery::Complete => DBRecoveryMode::TolerateCorruptedTailRecords,
        LogRecovery::UpToDamage => DBRecoveryMode::PointInTime,
    });
    options.set_max_open_files(config.max_open_files);
    options.set_max_background_jobs(BACKGROUND_JOBS);
    options.set_bytes_per_sync(BYTES_PER_SYNC);
    options.set_keep_log_file_num(INFO_LOG_FILES);
    options.set_max_log_file_size(INFO_LOG_BYTES);
    options.set_log_level(LogLevel::Warn);
    options.set_max_manifest_file_size(MANIFEST_BYTES);
    // Its statistics go nowhere but into the text log.
    options.set_stats_dump_period_sec(0);
    Ok(options)
}

/// Options of one table.
///
/// There is no prefix extractor: tables are read by whole keys, and the few scans go over whole
/// tables or one contract's storage, for which a seek is enough.
///
/// # Errors
/// If RocksDB does not know an option.
pub(crate) fn table_options(table: Table, cache: &Cache) -> Result<Options, rocksdb::Error> {
    let traits = TableTraits::of(table);
    let mut blocks = BlockBasedOptions::default();
    blocks.set_block_cache(cache);
    blocks.set_block_size(BLOCK_BYTES);
    blocks.set_format_version(FORMAT_VERSION);
    // Index and filter blocks count against the cache, so that memory does not grow with the
    // database; those of the newest files, which every read passes, stay in it.
    blocks.set_cache_index_and_filter_blocks(true);
    blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
    blocks.set_data_block_index_type(DataBlockIndexType::BinaryAndHash);
    if matches!(traits.lookups, Lookups::MayMiss | Lookups::Hit) {
        blocks.set_bloom_filter(BLOOM_BITS_PER_KEY, false);
    }

    // The bindings have no function for this one.
    let rewrite = format!("bottommost_file_compaction_delay={REWRITE_FILES_AFTER_SECONDS}");
    let mut options = Options::default().get_options_from_string(rewrite)?;
    options.set_block_based_table_factory(&blocks);
    options.set_write_buffer_size(WRITE_BUFFER_BYTES);
    options.set_max_write_buffer_number(WRITE_BUFFERS_PER_TABLE);
    options.set_level_compaction_dynamic_level_bytes(true);
    // No filter on the last level: a key that is always there is found there anyway, and the last
    // level holds nine tenths of the keys.
    options.set_optimize_filters_for_hits(traits.lookups == Lookups::Hit);
    let (upper, bottom) = match traits.contents {
        Contents::Random => (DBCompressionType::None, DBCompressionType::None),
        Contents::Structured => (DBCompressionType::Lz4, DBCompressionType::Lz4),
        Contents::Bulky => (DBCompressionType::Lz4, DBCompressionType::Zstd),
    };
    options.set_compression_type(upper);
    options.set_bottommost_compression_type(bottom);
    Ok(options)
}

/// Options of a write. The log is always on: replaying it is what keeps several tables atomic
/// after a crash, although each is flushed on its own.
pub(crate) fn write_options(durability: Durability) -> WriteOptions {
    let mut options = WriteOptions::default();
    options.disable_wal(false);
    options.set_sync(durability == Durability::Synced);
    options
}

/// What the options of a table follow from.
struct TableTraits {
    lookups: Lookups,
    contents: Contents,
}

/// How a table is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lookups {
    /// For keys that may be absent: the filter answers most of those without a read.
    MayMiss,
    /// For random keys that are nearly always there: the filter skips the upper levels.
    Hit,
    /// In key order, or only at start: no filter.
    Ordered,
}

/// What the values look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contents {
    /// Mostly hashes: compressing them costs time and gains nothing.
    Random,
    /// Some hashes and many small numbers, read all the time.
    Structured,
    /// Large, repetitive, seldom read: worth the slower and denser method at rest.
    Bulky,
}

impl TableTraits {
    const fn of(table: Table) -> Self {
        let (lookups, contents) = match table {
            // History is read by seeking to the next change; addresses repeat from row to row.
            Table::Meta
            | Table::Peers
            | Table::Weights
            | Table::Headers
            | Table::Canonical
            | Table::AccountHistory
            | Table::StorageHistory => (Lookups::Ordered, Contents::Structured),
            // Peers and wallets ask for hashes that this node never saw.
            Table::BlockNumbers | Table::Transactions => (Lookups::MayMiss, Contents::Random),
            // A receipt is mostly zeros of its bloom filter; a body is mostly call data; keys that
            // a block changed are read again only to unwind and to prune.
            Table::Bodies | Table::Receipts | Table::Touched => (Lookups::Ordered, Contents::Bulky),
            // Execution asks for fresh addresses and for slots that were never written.
            Table::Accounts | Table::Storage => (Lookups::MayMiss, Contents::Structured),
            Table::Code => (Lookups::Hit, Contents::Bulky),
            // A parent names its child, so the child is there; a node is a list of hashes.
            Table::AccountTrie | Table::StorageTrie => (Lookups::Hit, Contents::Random),
        };
        Self { lookups, contents }
    }
}
