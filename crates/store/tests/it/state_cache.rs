//! The cache of the newest state never shows: every view reads what a view without a cache reads.

use crate::chain::{TestStore, block, put_all, segment};
use alloy_primitives::{Address, B256, Bytes, U256};
use hanzo_state::{Account, Change, NodePath, StateDiff, StateRead, TrieDiff, TrieRead};
use hanzo_store::{Durability, StoreView};
use hanzo_types::RecoveredBlock;
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

const KEYS: u8 = 6;

/// Room for a few entries, for some, for all.
const CAPACITIES: [u64; 3] = [0, 1 << 14, 1 << 22];

/// A chain that changes a value for each of a few keys: as an account, a slot, and two trie nodes.
struct Writer {
    test: TestStore,
    tip: RecoveredBlock,
    values: BTreeMap<u8, u64>,
}

impl Writer {
    fn new(state_cache_bytes: u64) -> Self {
        let test = TestStore::caching(state_cache_bytes);
        let tip = test.genesis.clone();
        Self { test, tip, values: BTreeMap::new() }
    }

    /// Commits a block after which `keys` have `value`; zero removes them.
    fn commit(&mut self, keys: impl IntoIterator<Item = u8>, value: u64) {
        let next = block(self.tip.number + 1, self.tip.hash(), 0);
        put_all(&self.test.store, std::slice::from_ref(&next));
        let (mut state, mut trie) = (StateDiff::default(), TrieDiff::default());
        for key in keys {
            let before = self.values.insert(key, value).unwrap_or_default();
            state
                .accounts
                .insert(address(key), Change { before: account(before), after: account(value) });
            let slot = Change { before: U256::from(before), after: U256::from(value) };
            state.storage.entry(address(key)).or_default().insert(U256::from(key), slot);
            trie.account_nodes.insert(path(key), node(value));
            trie.storage_nodes
                .entry(B256::repeat_byte(key))
                .or_default()
                .insert(path(key), node(value));
        }
        let blocks = std::slice::from_ref(&next);
        self.test.store.commit(&segment(blocks, state, trie), Durability::Unsynced).unwrap();
        self.tip = next;
    }
}

fn address(key: u8) -> Address {
    Address::repeat_byte(key)
}

fn path(key: u8) -> NodePath {
    NodePath::from_nibbles([key >> 4, key & 15])
}

fn account(value: u64) -> Option<Account> {
    (value > 0).then(|| Account { nonce: value, ..Account::default() })
}

fn node(value: u64) -> Option<Bytes> {
    (value > 0).then(|| value.to_be_bytes().to_vec().into())
}

/// What a view says about a key, in every way it can be asked.
fn read(view: &StoreView, key: u8) -> [u64; 4] {
    let number = |node: Option<Bytes>| {
        node.map_or(0, |node| u64::from_be_bytes(node.as_ref().try_into().unwrap()))
    };
    [
        view.account(address(key)).unwrap().map_or(0, |account| account.nonce),
        view.storage(address(key), U256::from(key)).unwrap().to(),
        number(view.account_node(&path(key)).unwrap()),
        number(view.storage_node(B256::repeat_byte(key), &path(key)).unwrap()),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Commit(BTreeSet<u8>, u64),
    TakeView,
    Read { view: prop::sample::Index, key: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (prop::collection::btree_set(0..KEYS, 0..4), 0_u64..5)
            .prop_map(|(keys, value)| Step::Commit(keys, value)),
        1 => Just(Step::TakeView),
        4 => (any::<prop::sample::Index>(), 0..KEYS).prop_map(|(view, key)| Step::Read { view, key }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_view_reads_the_state_of_its_own_moment(
        capacity in prop::sample::select(CAPACITIES.to_vec()),
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut writer = Writer::new(capacity);
        let mut views = vec![(writer.test.store.view(), writer.values.clone())];
        for step in steps {
            match step {
                Step::Commit(keys, value) => writer.commit(keys, value),
                Step::TakeView => views.push((writer.test.store.view(), writer.values.clone())),
                Step::Read { view, key } => {
                    let (view, values) = &views[view.index(views.len())];
                    let expected = values.get(&key).copied().unwrap_or_default();
                    prop_assert_eq!(read(view, key), [expected; 4]);
                }
            }
        }
    }
}

#[test]
fn readers_beside_a_writer_never_see_two_states_at_once() {
    let mut writer = Writer::new(1 << 22);
    let store = writer.test.store.clone();
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (store, done) = (store.clone(), Arc::clone(&done));
            thread::spawn(move || {
                let mut rounds = 0_u64;
                let mut old = store.view();
                while !done.load(Ordering::Acquire) {
                    let view = store.view();
                    // The value of every key is the number of the newest block.
                    for view in [&view, &old] {
                        let number = view.state_tip().unwrap().number;
                        for key in 0..KEYS {
                            assert_eq!(read(view, key), [number; 4]);
                        }
                    }
                    rounds += 1;
                    if rounds.is_multiple_of(7) {
                        old = view;
                    }
                }
                rounds
            })
        })
        .collect();
    for value in 1..=400 {
        writer.commit(0..KEYS, value);
    }
    done.store(true, Ordering::Release);
    for reader in readers {
        assert!(reader.join().unwrap() > 0);
    }
}

#[test]
fn a_value_is_read_from_disk_once_and_follows_commits() {
    let mut writer = Writer::new(1 << 22);
    writer.commit([1], 7);
    let store = writer.test.store.clone();
    assert_eq!(read(&store.view(), 1), [7; 4]);
    let first = store.state_cache_statistics();
    assert_eq!((first.hits, first.misses), (0, 4));
    assert_eq!(read(&store.view(), 1), [7; 4]);
    writer.commit([1], 8);
    assert_eq!(read(&store.view(), 1), [8; 4]);
    let last = store.state_cache_statistics();
    assert_eq!((last.hits, last.misses), (8, 4));
}

#[test]
fn code_is_read_from_disk_once() {
    let mut writer = Writer::new(1 << 22);
    let next = block(1, writer.tip.hash(), 0);
    put_all(&writer.test.store, std::slice::from_ref(&next));
    let state = crate::chain::change(3, 0, 1);
    let hash = *state.code.keys().next().unwrap();
    let blocks = std::slice::from_ref(&next);
    let committed = segment(blocks, state, TrieDiff::default());
    writer.test.store.commit(&committed, Durability::Unsynced).unwrap();
    writer.tip = next;
    for _ in 0..3 {
        assert_eq!(writer.test.store.view().code(hash).unwrap().as_ref(), [0xfe, 3]);
    }
    let statistics = writer.test.store.state_cache_statistics();
    assert_eq!((statistics.hits, statistics.misses), (2, 1));
}

#[test]
fn the_cache_stays_within_its_bytes() {
    let capacity = 1 << 16;
    let mut writer = Writer::new(capacity);
    for round in 0..8 {
        writer.commit(0..=255, round + 1);
        let view = writer.test.store.view();
        for key in 0..=255 {
            assert_eq!(read(&view, key), [round + 1; 4]);
        }
        let statistics = writer.test.store.state_cache_statistics();
        assert!(statistics.bytes <= statistics.capacity_bytes, "{statistics:?}");
        assert!(statistics.capacity_bytes <= capacity, "{statistics:?}");
    }
}
