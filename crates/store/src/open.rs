//! Opening a database, and refusing one that is not ours.

use crate::database::{Database, OPENING, WriteKind, damaged, engine_error};
use crate::metrics::StoreMetrics;
use crate::state_cache::StateCache;
use crate::statistics::Activity;
use crate::{
    ChainIdentity, Durability, Medium, StoreConfig, StoreError, Table, key, options, value,
};
use rocksdb::{Cache, ColumnFamilyDescriptor, DB, IteratorMode, Options};
use std::path::Path;
use std::{fs, io};

/// Version of keys and values. Raised whenever the bytes of any table change meaning.
pub(crate) const SCHEMA_VERSION: u32 = 3;

/// The column family every RocksDB database has; this software keeps nothing in it.
const DEFAULT_FAMILY: &str = "default";

/// File that every RocksDB database has.
const CURRENT_FILE: &str = "CURRENT";

/// Opens the database, or creates it, and checks that it belongs to this chain.
pub(crate) fn open(config: &StoreConfig, identity: &ChainIdentity) -> Result<Database, StoreError> {
    let path = &config.path;
    let mut names: Vec<String> = Table::ALL.iter().map(|table| table.name().to_owned()).collect();
    let existing = match config.medium {
        Medium::Disk => existing_families(path)?,
        Medium::Memory => Existing::Nothing,
    };
    match existing {
        Existing::Nothing => {}
        Existing::Database(families) => {
            check_complete(path, &families)?;
            // RocksDB insists on opening every family that exists, also those of a newer schema,
            // whose version is then reported.
            let known = |family: &String| names.contains(family) || family == DEFAULT_FAMILY;
            let newer: Vec<_> = families.into_iter().filter(|family| !known(family)).collect();
            names.extend(newer);
        }
    }

    let cache = Cache::new_lru_cache(config.block_cache_bytes);
    let families = names.into_iter().map(|name| {
        let table = Table::ALL.into_iter().find(|table| table.name() == name);
        let options = match table {
            Some(table) => options::table_options(table, &cache)?,
            None => Options::default(),
        };
        Ok(ColumnFamilyDescriptor::new(name, options))
    });
    let engine = families
        .collect::<Result<Vec<_>, _>>()
        .and_then(|families| Ok((options::database_options(config)?, families)))
        .and_then(|(options, families)| DB::open_cf_descriptors(&options, path, families))
        .map_err(|error| engine_error(path, OPENING, error))?;
    let metrics = StoreMetrics::register();
    let database = Database {
        engine,
        path: path.clone(),
        medium: config.medium,
        metrics,
        state_cache: StateCache::new(config.state_cache_bytes),
        activity: Activity::default(),
    };
    check_identity(&database, identity)?;
    tracing::info!(
        target: "store",
        path = %path.display(),
        chain_id = identity.chain_id,
        genesis_hash = %identity.genesis_hash,
        "database opened"
    );
    Ok(database)
}

/// What a directory holds.
enum Existing {
    /// It is empty, or was made just now.
    Nothing,
    /// A database with these column families.
    Database(Vec<String>),
}

/// Looks at the directory without changing what another program may have stored there.
fn existing_families(path: &Path) -> Result<Existing, StoreError> {
    let inaccessible = |error: io::Error| StoreError::Inaccessible {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let foreign = |reason: String| StoreError::NotADatabase { path: path.to_owned(), reason };
    fs::create_dir_all(path).map_err(inaccessible)?;
    if !path.join(CURRENT_FILE).exists() {
        let entry = fs::read_dir(path).map_err(inaccessible)?.find(|entry| {
            // RocksDB makes these before anything else: a start that was interrupted left them.
            !entry.as_ref().is_ok_and(|entry| is_made_first(&entry.file_name().to_string_lossy()))
        });
        return match entry {
            None => Ok(Existing::Nothing),
            Some(entry) => {
                let name = entry.map_err(inaccessible)?.file_name();
                Err(foreign(format!("it holds {}", name.display())))
            }
        };
    }
    let families =
        DB::list_cf(&Options::default(), path).map_err(|error| foreign(error.to_string()))?;
    if !families.iter().any(|family| family == Table::Meta.name()) && !is_blank(path, &families)? {
        return Err(foreign(format!("it has the tables {}", families.join(", "))));
    }
    Ok(Existing::Database(families))
}

/// Whether RocksDB makes a file with this name before its first `CURRENT`.
fn is_made_first(name: &str) -> bool {
    ["LOCK", "LOG", "IDENTITY", "MANIFEST-"].iter().any(|prefix| name.starts_with(prefix))
        || name.ends_with(".dbtmp")
}

/// Whether a database without our tables is one whose creation was interrupted, not somebody
/// else's.
fn is_blank(path: &Path, families: &[String]) -> Result<bool, StoreError> {
    if families != [DEFAULT_FAMILY] {
        return Ok(false);
    }
    let engine = DB::open_for_read_only(&Options::default(), path, false)
        .map_err(|error| engine_error(path, "inspecting", error))?;
    Ok(engine.iterator(IteratorMode::Start).next().is_none())
}

/// Refuses a database that has its schema version but not all tables: opening it would make the
/// missing ones, empty. Before the version is recorded, creation may have been interrupted.
fn check_complete(path: &Path, families: &[String]) -> Result<(), StoreError> {
    let absent = |table: &Table| !families.iter().any(|family| family == table.name());
    let Some(table) = Table::ALL.into_iter().find(absent) else { return Ok(()) };
    if !families.iter().any(|family| family == Table::Meta.name()) {
        return Ok(());
    }
    let failed = |error| engine_error(path, "inspecting", error);
    let meta = Table::Meta.name();
    let engine = DB::open_cf_for_read_only(&Options::default(), path, [meta], false);
    let engine = engine.map_err(failed)?;
    let Some(family) = engine.cf_handle(meta) else { return Ok(()) };
    match engine.get_cf(family, key::SCHEMA_VERSION).map_err(failed)? {
        // Another version may have other tables; it is refused for its version.
        Some(version) if version == SCHEMA_VERSION.to_be_bytes() => {
            Err(StoreError::MissingTable { path: path.to_owned(), table })
        }
        Some(_) | None => Ok(()),
    }
}

/// Checks schema and chain, or records them in a new database.
fn check_identity(database: &Database, expected: &ChainIdentity) -> Result<(), StoreError> {
    let path = || database.path.clone();
    let Some(version) = meta(database, key::SCHEMA_VERSION)? else {
        let mut batch = database.batch();
        batch.put(Table::Meta, key::SCHEMA_VERSION, SCHEMA_VERSION.to_be_bytes())?;
        batch.put(Table::Meta, key::IDENTITY, value::encode_identity(expected))?;
        return batch.write(WriteKind::Identity, Durability::Synced);
    };
    let version = value::decode_u32(&version)
        .map_err(|reason| damaged(Table::Meta, key::SCHEMA_VERSION, reason))?;
    if version != SCHEMA_VERSION {
        return Err(StoreError::SchemaVersion {
            path: path(),
            expected: SCHEMA_VERSION,
            found: version,
        });
    }
    let found = meta(database, key::IDENTITY)?
        .ok_or_else(|| damaged(Table::Meta, key::IDENTITY, "the row is absent"))?;
    let found = value::decode_identity(&found)
        .map_err(|reason| damaged(Table::Meta, key::IDENTITY, reason))?;
    if found.chain_id != expected.chain_id {
        return Err(StoreError::ChainId {
            path: path(),
            expected: expected.chain_id,
            found: found.chain_id,
        });
    }
    if found.genesis_hash != expected.genesis_hash {
        return Err(StoreError::GenesisHash {
            path: path(),
            expected: expected.genesis_hash,
            found: found.genesis_hash,
        });
    }
    Ok(())
}

fn meta(database: &Database, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    database
        .engine
        .get_cf(database.table(Table::Meta)?, name)
        .map_err(|error| database.failed("reading", error))
}
