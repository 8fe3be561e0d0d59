//! Damaged rows are errors that name the table and the key.

use crate::chain::{TestStore, chain, change, hashes, open, put_all, segment};
use alloy_primitives::{Address, B256, U256, hex};
use hanzo_state::{NodePath, StateError, StateRead, TrieDiff, prove};
use hanzo_store::{Durability, Store, StoreError, Table};
use hanzo_types::RecoveredBlock;
use rocksdb::{DB, Options};
use tempfile::TempDir;

/// A database with three blocks, two of them committed; `rows` are overwritten or, without a
/// value, removed while it is closed.
fn damaged(
    rows: impl FnOnce(&[RecoveredBlock]) -> Vec<(Table, Vec<u8>, Option<Vec<u8>>)>,
) -> (Result<Store, StoreError>, Vec<RecoveredBlock>, TempDir) {
    let test = TestStore::initialized();
    let blocks = chain(&test.genesis, 3, 0);
    put_all(&test.store, &blocks);
    let commit = segment(&blocks[..2], change(1, 0, 5), TrieDiff::default());
    test.store.commit(&commit, Durability::Unsynced).unwrap();
    let (directory, genesis) = test.closed();

    let families = DB::list_cf(&Options::default(), directory.path()).unwrap();
    let engine = DB::open_cf(&Options::default(), directory.path(), families).unwrap();
    for (table, key, value) in rows(&blocks) {
        let family = engine.cf_handle(table.name()).unwrap();
        match value {
            Some(value) => engine.put_cf(family, key, value).unwrap(),
            None => engine.delete_cf(family, key).unwrap(),
        }
    }
    drop(engine);
    (open(directory.path(), genesis.hash()), blocks, directory)
}

fn block_key(block: &RecoveredBlock) -> Vec<u8> {
    [block.number.to_be_bytes().as_slice(), block.hash().as_slice()].concat()
}

fn assert_names<T: std::fmt::Debug>(result: Result<T, StoreError>, table: Table, key: &[u8]) {
    let error = result.unwrap_err();
    assert!(
        matches!(&error, StoreError::Damaged { table: named, key: at, .. }
            if *named == table && *at == hex::encode(key)),
        "{error}"
    );
}

#[test]
fn damaged_rows_of_a_block_are_named() {
    for table in [Table::Headers, Table::Bodies, Table::Weights] {
        for value in [Some(vec![]), Some(vec![0xff; 7]), Some(vec![0xc0]), None] {
            let (store, blocks, _directory) =
                damaged(|blocks| vec![(table, block_key(&blocks[0]), value)]);
            let view = store.unwrap().view();
            let (hash, key) = (blocks[0].hash(), block_key(&blocks[0]));
            if table == Table::Weights {
                assert_names(view.total_difficulty(hash), table, &key);
            } else {
                assert_names(view.block_by_hash(hash), table, &key);
            }
        }
    }
}

#[test]
fn a_header_of_another_block_is_damage() {
    let (store, blocks, _directory) = damaged(|blocks| {
        let other = alloy_rlp::encode(blocks[1].header());
        vec![(Table::Headers, block_key(&blocks[0]), Some(other))]
    });
    let result = store.unwrap().view().header_by_hash(blocks[0].hash());
    assert_names(result, Table::Headers, &block_key(&blocks[0]));
}

#[test]
fn damaged_receipts_are_named() {
    let (store, blocks, _directory) =
        damaged(|blocks| vec![(Table::Receipts, block_key(&blocks[0]), Some(vec![0xc3, 1]))]);
    let result = store.unwrap().view().receipts(blocks[0].hash());
    assert_names(result, Table::Receipts, &block_key(&blocks[0]));
}

#[test]
fn a_transaction_of_no_canonical_block_is_damage() {
    let position = [u64::MAX.to_be_bytes(), 0_u64.to_be_bytes()].concat();
    let (store, blocks, _directory) = damaged(|blocks| {
        vec![(Table::Transactions, hashes(&blocks[0])[0].to_vec(), Some(position))]
    });
    let hash = hashes(&blocks[0])[0];
    assert_names(store.unwrap().view().transaction(hash), Table::Transactions, hash.as_slice());
}

#[test]
fn damaged_maps_are_named() {
    let (store, blocks, _directory) = damaged(|blocks| {
        vec![
            (Table::BlockNumbers, blocks[0].hash().to_vec(), Some(vec![1])),
            (Table::Canonical, 1_u64.to_be_bytes().to_vec(), Some(vec![2; 31])),
        ]
    });
    let view = store.unwrap().view();
    let hash = blocks[0].hash();
    assert_names(view.number_of(hash), Table::BlockNumbers, hash.as_slice());
    assert_names(view.canonical_hash(1), Table::Canonical, &1_u64.to_be_bytes());
    assert!(matches!(view.block_hash(1), Err(StateError::Storage(_))));
}

#[test]
fn damaged_state_is_named() {
    let address = Address::repeat_byte(1);
    let slot = [address.as_slice(), &U256::from(1).to_be_bytes::<32>()].concat();
    let (store, _, _directory) = damaged(|_| {
        vec![
            (Table::Accounts, address.to_vec(), Some(vec![9])),
            (Table::Storage, slot.clone(), Some(vec![0])),
        ]
    });
    let view = store.unwrap().view();
    let error = view.account(address).unwrap_err().to_string();
    assert!(error.contains("accounts") && error.contains(&hex::encode(address)), "{error}");
    let error = view.storage(address, U256::from(1)).unwrap_err().to_string();
    assert!(error.contains("storage") && error.contains(&hex::encode(&slot)), "{error}");
    assert_names(view.accounts().next().unwrap(), Table::Accounts, address.as_slice());
    assert_names(view.storage_of(address).next().unwrap(), Table::Storage, &slot);
}

#[test]
fn keys_of_a_wrong_length_end_scans_with_an_error() {
    let (store, _, _directory) = damaged(|_| {
        vec![
            (Table::Accounts, vec![0, 1], Some(vec![0, 0])),
            (Table::Storage, [1; 21].to_vec(), Some(vec![1])),
            (Table::Weights, vec![0xff; 9], Some(vec![1])),
        ]
    });
    let store = store.unwrap();
    let view = store.view();
    assert_names(view.accounts().next().unwrap(), Table::Accounts, &[0, 1]);
    let mut slots = view.storage_of(Address::repeat_byte(1)).collect::<Vec<_>>();
    slots.retain(Result::is_err);
    assert_names(slots.pop().unwrap(), Table::Storage, &[1; 21]);
    assert_names(store.blocks_above_tip(), Table::Weights, &[0xff; 9]);
}

#[test]
fn a_damaged_tip_or_identity_is_named() {
    let (store, _, _directory) =
        damaged(|_| vec![(Table::Meta, b"state_tip".to_vec(), Some(vec![1; 39]))]);
    let store = store.unwrap();
    assert_names(store.view().state_tip(), Table::Meta, b"state_tip");
    assert_names(store.is_initialized(), Table::Meta, b"state_tip");

    for (row, value) in [
        (b"identity".as_slice(), Some(vec![1; 39])),
        (b"identity", None),
        (b"schema_version", Some(vec![])),
        (b"next_arrival", Some(vec![1; 9])),
    ] {
        let (store, _, _directory) = damaged(|_| vec![(Table::Meta, row.to_vec(), value)]);
        assert_names(store, Table::Meta, row);
    }
}

#[test]
fn a_damaged_trie_node_is_an_error_of_the_trie() {
    let (store, _, _directory) =
        damaged(|_| vec![(Table::AccountTrie, Vec::new(), Some(vec![0xc1, 0x80]))]);
    let view = store.unwrap().view();
    let error = prove(&view, Address::repeat_byte(1), &[]).unwrap_err();
    assert!(matches!(error, StateError::DamagedNode { .. }), "{error}");
}

#[test]
fn a_missing_trie_node_is_absent_in_the_store() {
    let test = TestStore::initialized();
    let view = test.store.view();
    let node = hanzo_state::TrieRead::account_node(&*view, &NodePath::from_nibbles([1]));
    assert_eq!(node.unwrap(), None);
    assert!(matches!(view.code(B256::repeat_byte(1)), Err(StateError::MissingCode(_))));
}
