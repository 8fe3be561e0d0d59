//! Opening a database, and refusing one that is not ours.

use crate::chain::{CHAIN_ID, TestStore, open};
use alloy_primitives::B256;
use hanzo_store::{ChainIdentity, Store, StoreConfig, StoreError, Table};
use hanzo_types::Fault;
use rocksdb::{ColumnFamilyDescriptor, DB, Options};
use std::collections::BTreeSet;
use std::fs;
use tempfile::TempDir;

#[test]
fn another_chain_id_is_refused_with_both_ids() {
    let (directory, genesis) = TestStore::initialized().closed();
    let identity = ChainIdentity { chain_id: 7, genesis_hash: genesis.hash() };
    let error = Store::open(&StoreConfig::at(directory.path()), identity).unwrap_err();
    assert!(matches!(error, StoreError::ChainId { expected: 7, found: CHAIN_ID, .. }), "{error}");
    assert_eq!(error.fault(), Fault::Local);
}

#[test]
fn another_genesis_block_is_refused_with_both_hashes() {
    let (directory, genesis) = TestStore::initialized().closed();
    let other = B256::repeat_byte(9);
    let error = open(directory.path(), other).unwrap_err();
    assert!(matches!(&error, StoreError::GenesisHash { expected, found, .. }
        if *expected == other && *found == genesis.hash()));
    assert!(error.to_string().contains(&other.to_string()));
}

#[test]
fn another_schema_version_is_refused_even_with_tables_this_program_does_not_know() {
    let (directory, genesis) = TestStore::initialized().closed();
    let options = Options::default();
    let families = DB::list_cf(&options, directory.path()).unwrap();
    let mut engine = DB::open_cf(&options, directory.path(), families).unwrap();
    engine.create_cf("from_the_future", &options).unwrap();
    let meta = engine.cf_handle(Table::Meta.name()).unwrap();
    engine.put_cf(meta, b"schema_version", 9_u32.to_be_bytes()).unwrap();
    drop(engine);
    let error = open(directory.path(), genesis.hash()).unwrap_err();
    assert!(matches!(error, StoreError::SchemaVersion { expected: 3, found: 9, .. }), "{error}");
}

#[test]
fn a_database_without_one_of_its_tables_is_refused_and_not_completed() {
    let (directory, genesis) = TestStore::initialized().closed();
    let options = Options::default();
    let families = DB::list_cf(&options, directory.path()).unwrap();
    let mut engine = DB::open_cf(&options, directory.path(), families).unwrap();
    engine.drop_cf(Table::Storage.name()).unwrap();
    drop(engine);
    for _ in 0..2 {
        let error = open(directory.path(), genesis.hash()).unwrap_err();
        assert!(matches!(error, StoreError::MissingTable { table: Table::Storage, .. }), "{error}");
    }
}

#[test]
fn a_database_that_is_open_is_locked() {
    let test = TestStore::initialized();
    let error = open(test.path(), test.genesis.hash()).unwrap_err();
    assert!(matches!(&error, StoreError::Locked { path } if path == test.path()), "{error}");
}

#[test]
fn a_directory_with_other_files_is_not_a_database() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("holiday.jpg"), b"sun").unwrap();
    let error = open(directory.path(), B256::ZERO).unwrap_err();
    assert!(
        matches!(&error, StoreError::NotADatabase { reason, .. }
        if reason.contains("holiday.jpg")),
        "{error}"
    );
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing was added");
}

#[test]
fn a_database_of_another_program_is_refused_and_not_changed() {
    for family in [None, Some("albums")] {
        let directory = TempDir::new().unwrap();
        let mut options = Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        let families = family.map(|name| ColumnFamilyDescriptor::new(name, Options::default()));
        let engine = DB::open_cf_descriptors(&options, directory.path(), families).unwrap();
        engine.put(b"song", b"la").unwrap();
        drop(engine);
        let before: BTreeSet<_> =
            DB::list_cf(&options, directory.path()).unwrap().into_iter().collect();
        let error = open(directory.path(), B256::ZERO).unwrap_err();
        assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
        let after: BTreeSet<_> =
            DB::list_cf(&options, directory.path()).unwrap().into_iter().collect();
        assert_eq!(after, before);
    }
}

#[test]
fn creation_that_was_interrupted_is_completed() {
    let directory = TempDir::new().unwrap();
    let mut options = Options::default();
    options.create_if_missing(true);
    drop(DB::open(&options, directory.path()).unwrap());
    let store = open(directory.path(), B256::ZERO).unwrap();
    assert!(!store.is_initialized().unwrap());
}

#[test]
fn garbage_in_place_of_the_table_of_contents_is_an_error() {
    let (directory, genesis) = TestStore::initialized().closed();
    fs::write(directory.path().join("CURRENT"), b"garbage").unwrap();
    let error = open(directory.path(), genesis.hash()).unwrap_err();
    assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
}

#[test]
fn a_path_below_a_file_is_inaccessible() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = open(&file.join("database"), B256::ZERO).unwrap_err();
    assert!(matches!(error, StoreError::Inaccessible { .. }), "{error}");
}

#[test]
fn every_table_exists_once_and_nothing_else_does() {
    let (directory, _) = TestStore::initialized().closed();
    let mut found = DB::list_cf(&Options::default(), directory.path()).unwrap();
    found.sort();
    let mut expected: Vec<_> =
        Table::ALL.iter().map(|table| table.name().to_owned()).chain(["default".into()]).collect();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn state_of_a_blank_database_is_an_error_and_not_empty() {
    let test = TestStore::blank();
    assert!(!test.store.is_initialized().unwrap());
    let error = test.store.view().state_tip().unwrap_err();
    assert!(matches!(error, StoreError::NotInitialized { .. }));
    assert!(matches!(
        test.store.blocks_above_tip().unwrap_err(),
        StoreError::NotInitialized { .. }
    ));
}

#[test]
fn stores_in_memory_are_empty_and_apart() {
    let identity = |byte| ChainIdentity { chain_id: 1, genesis_hash: B256::repeat_byte(byte) };
    let one = Store::open(&StoreConfig::in_memory(), identity(1)).unwrap();
    // Another identity would be refused if the two shared anything.
    let other = Store::open(&StoreConfig::in_memory(), identity(2)).unwrap();
    assert!(!one.is_initialized().unwrap() && !other.is_initialized().unwrap());
    one.flush_wal().unwrap();
}
