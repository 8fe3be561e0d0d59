//! What a restart finds.

use crate::chain::{CHAIN_ID, TestStore, block, chain, change, open, put_all, segment, weight};
use alloy_primitives::{Address, U256};
use hanzo_state::{StateRead, TrieDiff};
use hanzo_store::{ChainIdentity, Durability, LogRecovery, Store, StoreConfig, StoreError};
use hanzo_types::RecoveredBlock;

fn above_tip(test: &TestStore) -> Vec<RecoveredBlock> {
    let blocks = test.store.blocks_above_tip().unwrap();
    blocks.into_iter().map(|durable| durable.block).collect()
}

#[test]
fn everything_is_found_after_reopening() {
    let test = TestStore::initialized();
    let blocks = chain(&test.genesis, 6, 0);
    put_all(&test.store, &blocks);
    let commit = segment(&blocks[..4], change(1, 0, 5), TrieDiff::default());
    test.store.commit(&commit, Durability::Synced).unwrap();

    let test = test.reopened();
    assert!(test.store.is_initialized().unwrap());
    let view = test.store.view();
    assert_eq!(view.state_tip().unwrap().hash, blocks[3].hash());
    for block in &blocks {
        assert_eq!(view.block_by_hash(block.hash()).unwrap().as_ref(), Some(block));
        let header = view.header_by_hash(block.hash()).unwrap().unwrap();
        assert_eq!(&header, block.sealed_header());
        assert_eq!(view.number_of(block.hash()).unwrap(), Some(block.number));
        let total = view.total_difficulty(block.hash()).unwrap();
        assert_eq!(total, Some(weight(block.number + 1)));
    }
    let account = view.account(Address::repeat_byte(1)).unwrap().unwrap();
    assert_eq!(account.balance, U256::from(5));
    assert_eq!(above_tip(&test), blocks[4..]);
}

#[test]
fn blocks_above_the_tip_come_in_the_order_of_arrival() {
    let test = TestStore::initialized();
    let ours = chain(&test.genesis, 3, 0);
    let theirs = chain(&test.genesis, 3, 1);
    let arrivals = [&ours[0], &theirs[0], &theirs[1], &ours[1], &ours[2], &theirs[2]];
    for block in arrivals {
        test.store.put_block(block, weight(9), Durability::Unsynced).unwrap();
    }
    let found = test.store.blocks_above_tip().unwrap();
    let blocks: Vec<_> = found.iter().map(|durable| &durable.block).collect();
    assert_eq!(blocks, arrivals);
    assert!(found.is_sorted_by(|a, b| a.arrival < b.arrival));
    assert!(found.iter().all(|durable| durable.total_difficulty == weight(9)));
}

#[test]
fn arrival_goes_on_after_a_restart_and_a_block_stored_twice_keeps_its_own() {
    let test = TestStore::initialized();
    let first = block(1, test.genesis.hash(), 1);
    put_all(&test.store, std::slice::from_ref(&first));
    let test = test.reopened();
    let second = block(1, test.genesis.hash(), 0);
    put_all(&test.store, std::slice::from_ref(&second));
    test.store.put_block(&first, weight(2), Durability::Synced).unwrap();
    assert_eq!(above_tip(&test), [first, second]);
}

#[test]
fn blocks_at_or_below_the_tip_are_not_listed() {
    let test = TestStore::initialized();
    let blocks = chain(&test.genesis, 3, 0);
    let sibling = block(2, blocks[0].hash(), 1);
    put_all(&test.store, &blocks);
    put_all(&test.store, &[sibling]);
    let commit = segment(&blocks[..2], change(1, 0, 5), TrieDiff::default());
    test.store.commit(&commit, Durability::Unsynced).unwrap();
    assert_eq!(above_tip(&test), blocks[2..]);
}

#[test]
fn a_view_outlives_the_store_that_made_it() {
    let test = TestStore::initialized();
    let view = test.store.view();
    let hash = test.genesis.hash();
    let (_directory, _) = test.closed();
    assert_eq!(view.canonical_hash(0).unwrap(), Some(hash));
}

#[test]
fn flushing_the_log_of_an_idle_store_succeeds() {
    TestStore::initialized().store.flush_wal().unwrap();
}

/// A closed database whose write-ahead log holds twenty commits.
fn logged() -> (tempfile::TempDir, RecoveredBlock) {
    let test = TestStore::initialized();
    let blocks = chain(&test.genesis, 20, 0);
    put_all(&test.store, &blocks);
    for (index, block) in (0_u8..).zip(&blocks) {
        let state = change(index, 0, 7);
        let committed = segment(std::slice::from_ref(block), state, TrieDiff::default());
        test.store.commit(&committed, Durability::Unsynced).unwrap();
    }
    test.closed()
}

/// The one write-ahead log with anything in it.
fn log_file(directory: &std::path::Path) -> std::path::PathBuf {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let logs = files.filter(|path| path.extension().is_some_and(|end| end == "log"));
    logs.max_by_key(|path| path.metadata().unwrap().len()).unwrap()
}

#[test]
fn a_log_that_is_damaged_before_its_end_is_refused_and_can_be_cut_there() {
    for percent in [1, 30, 60, 90] {
        let (directory, genesis) = logged();
        let log = log_file(directory.path());
        let mut bytes = std::fs::read(&log).unwrap();
        let at = bytes.len() * percent / 100;
        bytes[at] ^= 1;
        std::fs::write(&log, &bytes).unwrap();
        for _ in 0..2 {
            let error = open(directory.path(), genesis.hash()).unwrap_err();
            assert!(matches!(error, StoreError::DamagedLog { .. }), "{percent} %: {error}");
        }
        assert_eq!(std::fs::read(&log).unwrap(), bytes, "the database stays as it was");
        let log_recovery = LogRecovery::UpToDamage;
        let config = StoreConfig { log_recovery, ..StoreConfig::at(directory.path()) };
        let identity = ChainIdentity { chain_id: CHAIN_ID, genesis_hash: genesis.hash() };
        let cut = Store::open(&config, identity).unwrap();
        let initialized = cut.is_initialized().unwrap();
        assert_eq!(initialized, percent > 1);
        if initialized {
            assert!(cut.view().state_tip().unwrap().number < 20);
        }
        drop(cut);
        let _ = open(directory.path(), genesis.hash()).unwrap();
    }
}

#[test]
fn a_log_that_ends_inside_a_record_is_that_of_a_crash() {
    let (directory, genesis) = logged();
    let log = log_file(directory.path());
    let length = log.metadata().unwrap().len();
    std::fs::File::options().write(true).open(&log).unwrap().set_len(length - 5).unwrap();
    let store = open(directory.path(), genesis.hash()).unwrap();
    assert_eq!(store.view().state_tip().unwrap().number, 19);
}
