//! Commits are atomic, checked, and invisible to older views.

use crate::chain::{
    TestStore, block, chain, change, hashes, open, put_all, receipts, segment, weight,
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use hanzo_state::{NodePath, StateError, StateRead, TrieDiff, TrieRead};
use hanzo_store::{BlockRef, Durability, StoreError, StoreView, TransactionLocation};
use hanzo_types::RecoveredBlock;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A trie diff with one recognisable node in each trie; `None` removes them.
fn nodes(content: Option<&'static [u8]>) -> TrieDiff {
    let node = content.map(Bytes::from_static);
    let path = NodePath::from_nibbles([1, 2, 3]);
    TrieDiff {
        account_nodes: std::iter::once((path, node.clone())).collect(),
        storage_nodes: std::iter::once((
            B256::repeat_byte(5),
            std::iter::once((path, node)).collect(),
        ))
        .collect(),
    }
}

fn reference(block: &RecoveredBlock) -> BlockRef {
    BlockRef { number: block.number, hash: block.hash() }
}

/// Everything a commit of `blocks` with `change(1, 0, 5)` and `nodes(b"node")` shows.
fn assert_committed(view: &StoreView, blocks: &[RecoveredBlock]) {
    let head = blocks.last().unwrap();
    assert_eq!(view.state_tip().unwrap(), reference(head));
    for block in blocks {
        assert_eq!(view.canonical_hash(block.number).unwrap(), Some(block.hash()));
        assert_eq!(view.block_hash(block.number).unwrap(), block.hash());
        assert_eq!(view.receipts(block.hash()).unwrap(), Some(receipts(block)));
        for (index, hash) in (0..).zip(hashes(block)) {
            let location =
                TransactionLocation { block_hash: block.hash(), block_number: block.number, index };
            assert_eq!(view.transaction(hash).unwrap(), Some(location));
        }
    }
    let address = Address::repeat_byte(1);
    assert_eq!(view.account(address).unwrap().unwrap().balance, U256::from(5));
    assert_eq!(view.storage(address, U256::from(1)).unwrap(), U256::from(5));
    let code = Bytes::from_static(&[0xfe, 1]);
    assert_eq!(view.code(keccak256(&code)).unwrap(), code);
    let path = NodePath::from_nibbles([1, 2, 3]);
    let node = Some(Bytes::from_static(b"node"));
    assert_eq!(view.account_node(&path).unwrap(), node);
    assert_eq!(view.storage_node(B256::repeat_byte(5), &path).unwrap(), node);
}

/// Nothing of such a commit is visible.
fn assert_not_committed(view: &StoreView, genesis: &RecoveredBlock, blocks: &[RecoveredBlock]) {
    assert_eq!(view.state_tip().unwrap(), reference(genesis));
    for block in blocks {
        assert_eq!(view.canonical_hash(block.number).unwrap(), None);
        assert_eq!(view.block_hash(block.number).unwrap(), B256::ZERO);
        assert_eq!(view.receipts(block.hash()).unwrap(), None);
        for hash in hashes(block) {
            assert_eq!(view.transaction(hash).unwrap(), None);
        }
    }
    let address = Address::repeat_byte(1);
    assert_eq!(view.account(address).unwrap(), None);
    assert_eq!(view.storage(address, U256::from(1)).unwrap(), U256::ZERO);
    assert!(matches!(view.code(keccak256([0xfe, 1])), Err(StateError::MissingCode(_))));
    let path = NodePath::from_nibbles([1, 2, 3]);
    assert_eq!(view.account_node(&path).unwrap(), None);
    assert_eq!(view.storage_node(B256::repeat_byte(5), &path).unwrap(), None);
}

#[test]
fn a_commit_shows_in_all_tables_of_new_views_and_in_none_of_old_ones() {
    let test = TestStore::initialized();
    let blocks = chain(&test.genesis, 5, 0);
    put_all(&test.store, &blocks);
    let before = test.store.view();
    test.store
        .commit(&segment(&blocks, change(1, 0, 5), nodes(Some(b"node"))), Durability::Unsynced)
        .unwrap();
    assert_not_committed(&before, &test.genesis, &blocks);
    assert_committed(&test.store.view(), &blocks);
    assert_not_committed(&before, &test.genesis, &blocks);
}

#[test]
fn a_refused_commit_changes_nothing() {
    let test = TestStore::initialized();
    let blocks = chain(&test.genesis, 5, 0);
    put_all(&test.store, &blocks[..4]);
    let commit = segment(&blocks, change(1, 0, 5), nodes(Some(b"node")));
    let error = test.store.commit(&commit, Durability::Unsynced).unwrap_err();
    assert!(
        matches!(error, StoreError::UnknownBlock(unknown) if unknown == reference(&blocks[4])),
        "{error}"
    );
    assert_not_committed(&test.store.view(), &test.genesis, &blocks);
}

/// The files of an open database, as a crash at this instant would leave them; the log is cut to
/// `log_bytes`.
fn crashed(path: &Path, log: &Path, log_bytes: u64) -> TempDir {
    let copy = TempDir::new().unwrap();
    for entry in fs::read_dir(path).unwrap() {
        let name = entry.unwrap().file_name();
        fs::copy(path.join(&name), copy.path().join(&name)).unwrap();
    }
    let log = copy.path().join(log.file_name().unwrap());
    fs::OpenOptions::new().write(true).open(log).unwrap().set_len(log_bytes).unwrap();
    copy
}

#[test]
fn a_log_that_ends_inside_a_commit_shows_none_of_it() {
    let test = TestStore::initialized();
    let blocks = chain(&test.genesis, 5, 0);
    put_all(&test.store, &blocks);
    let log = fs::read_dir(test.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "log"))
        .unwrap();
    let without = fs::metadata(&log).unwrap().len();
    test.store
        .commit(&segment(&blocks, change(1, 0, 5), nodes(Some(b"node"))), Durability::Unsynced)
        .unwrap();
    let with = fs::metadata(&log).unwrap().len();
    assert!(with > without);

    let positions = (without..with).step_by(usize::try_from((with - without) / 16).unwrap());
    for log_bytes in positions.chain([with - 1]) {
        let copy = crashed(test.path(), &log, log_bytes);
        let store = open(copy.path(), test.genesis.hash()).unwrap();
        assert_not_committed(&store.view(), &test.genesis, &blocks);
        assert_eq!(store.blocks_above_tip().unwrap().len(), 5, "{log_bytes} of {with} bytes");
    }
    let copy = crashed(test.path(), &log, with);
    let store = open(copy.path(), test.genesis.hash()).unwrap();
    assert_committed(&store.view(), &blocks);
}

#[test]
fn removed_values_are_gone() {
    let test = TestStore::initialized();
    let blocks = chain(&test.genesis, 2, 0);
    put_all(&test.store, &blocks);
    let first = segment(&blocks[..1], change(1, 0, 5), nodes(Some(b"node")));
    test.store.commit(&first, Durability::Unsynced).unwrap();
    let second = segment(&blocks[1..], change(1, 5, 0), nodes(None));
    test.store.commit(&second, Durability::Unsynced).unwrap();
    let view = test.store.view();
    assert_eq!(view.account(Address::repeat_byte(1)).unwrap(), None);
    assert_eq!(view.storage(Address::repeat_byte(1), U256::from(1)).unwrap(), U256::ZERO);
    assert_eq!(view.account_node(&NodePath::from_nibbles([1, 2, 3])).unwrap(), None);
    assert_eq!(view.accounts().count(), 0);
    assert_eq!(view.storage_of(Address::repeat_byte(1)).count(), 0);
}

#[test]
fn a_segment_must_start_at_the_child_of_the_tip() {
    let test = TestStore::initialized();
    let blocks = chain(&test.genesis, 3, 0);
    put_all(&test.store, &blocks);
    let gap = segment(&blocks[1..], change(1, 0, 5), TrieDiff::default());
    let error = test.store.commit(&gap, Durability::Unsynced).unwrap_err();
    assert!(matches!(error, StoreError::BrokenSegment { block, expected_parent }
        if block == reference(&blocks[1]) && expected_parent == reference(&test.genesis)));
}

#[test]
fn blocks_of_a_segment_must_follow_each_other() {
    let test = TestStore::initialized();
    let blocks = chain(&test.genesis, 3, 0);
    let sibling = block(2, blocks[0].hash(), 7);
    put_all(&test.store, &blocks);
    put_all(&test.store, std::slice::from_ref(&sibling));
    let mixed = [blocks[0].clone(), sibling.clone(), blocks[2].clone()];
    let error = test
        .store
        .commit(&segment(&mixed, change(1, 0, 5), TrieDiff::default()), Durability::Unsynced)
        .unwrap_err();
    assert!(matches!(error, StoreError::BrokenSegment { block, expected_parent }
        if block == reference(&blocks[2]) && expected_parent == reference(&sibling)));
}

#[test]
fn an_empty_segment_is_refused() {
    let test = TestStore::initialized();
    let empty = segment(&[], change(1, 0, 5), TrieDiff::default());
    let error = test.store.commit(&empty, Durability::Synced).unwrap_err();
    assert!(matches!(error, StoreError::EmptySegment));
}

#[test]
fn a_commit_before_genesis_is_refused() {
    let test = TestStore::blank();
    let blocks = chain(&test.genesis, 1, 0);
    put_all(&test.store, &blocks);
    let commit = segment(&blocks, change(1, 0, 5), TrieDiff::default());
    let error = test.store.commit(&commit, Durability::Synced).unwrap_err();
    assert!(matches!(error, StoreError::NotInitialized { .. }));
}

#[test]
fn genesis_is_written_once_and_only_the_right_one() {
    let test = TestStore::blank();
    let other = block(0, B256::repeat_byte(1), 0);
    let (state, trie) = (change(1, 0, 5), nodes(Some(b"node")));
    let init = |block: &RecoveredBlock| {
        test.store.init_genesis(block.sealed_block(), weight(1), &state, &trie)
    };
    let error = init(&other).unwrap_err();
    assert!(matches!(error, StoreError::GenesisHash { found, .. } if found == other.hash()));
    assert!(!test.store.is_initialized().unwrap());
    init(&test.genesis).unwrap();
    assert!(test.store.is_initialized().unwrap());
    let view = test.store.view();
    assert_eq!(view.state_tip().unwrap(), reference(&test.genesis));
    assert_eq!(view.canonical_hash(0).unwrap(), Some(test.genesis.hash()));
    assert_eq!(view.total_difficulty(test.genesis.hash()).unwrap(), Some(weight(1)));
    assert_eq!(view.account(Address::repeat_byte(1)).unwrap().unwrap().balance, U256::from(5));
    let error = init(&test.genesis).unwrap_err();
    assert!(matches!(error, StoreError::AlreadyInitialized { tip, .. }
        if tip == reference(&test.genesis)));
}

#[test]
fn unknown_hashes_are_absent_and_not_errors() {
    let test = TestStore::initialized();
    let view = test.store.view();
    let unknown = B256::repeat_byte(0x77);
    assert_eq!(view.number_of(unknown).unwrap(), None);
    assert_eq!(view.header_by_hash(unknown).unwrap(), None);
    assert_eq!(view.block_by_hash(unknown).unwrap(), None);
    assert_eq!(view.total_difficulty(unknown).unwrap(), None);
    assert_eq!(view.receipts(unknown).unwrap(), None);
    assert_eq!(view.transaction(unknown).unwrap(), None);
    assert_eq!(view.canonical_hash(u64::MAX).unwrap(), None);
}

#[test]
fn scans_are_in_key_order_and_stay_within_one_account() {
    let test = TestStore::blank();
    let mut state = change(3, 0, 30);
    for index in [1, 2, 0xff] {
        state.extend(&change(index, 0, u64::from(index)));
    }
    test.init(&state, &TrieDiff::default());
    let view = test.store.view();
    let addresses: Vec<_> = view.accounts().map(|row| row.unwrap().0).collect();
    assert_eq!(addresses, [1, 2, 3, 0xff].map(Address::repeat_byte));
    for (index, value) in [(2, 2), (3, 30), (0xff, 0xff)] {
        let slots: Vec<_> =
            view.storage_of(Address::repeat_byte(index)).collect::<Result<_, _>>().unwrap();
        assert_eq!(slots, [(U256::from(1), U256::from(value))]);
    }
}
