//! A database whose files tests look at.

use crate::{ChainIdentity, Durability, Store, StoreConfig, Table, database::WriteKind};
use alloy_primitives::B256;
use tempfile::TempDir;

/// The database in this directory.
pub(crate) fn open(directory: &TempDir) -> Store {
    let identity = ChainIdentity { chain_id: 1, genesis_hash: B256::ZERO };
    Store::open(&StoreConfig::at(directory.path()), identity).unwrap()
}

/// Writes one row, whatever the table is for.
pub(crate) fn put(store: &Store, table: Table, key: u8, value: u8) {
    let mut batch = store.database().batch();
    batch.put(table, [key], [value]).unwrap();
    batch.write(WriteKind::Peers, Durability::Unsynced).unwrap();
}
