//! State root after a change, on a million accounts in memory.
//!
//! Prints the counted work of each case, and measures a full rebuild with alloy-trie beside it.
#![expect(clippy::unwrap_used, reason = "bench code")]

use alloy_primitives::{
    Address, B256, Bytes, U256, keccak256,
    map::{B256Map, HashMap},
};
use alloy_trie::{HashBuilder, Nibbles, TrieAccount};
use criterion::{Criterion, criterion_group, criterion_main};
use hanzo_state::{
    Account, Change, NodePath, StateDiff, StateError, StateRoot, TrieDiff, TrieRead, root,
};
use std::hint::black_box;

const ACCOUNTS: u32 = 1_000_000;

/// Nodes that 100 changes on a million accounts may read. Source: decision D-21.
const MOST_NODES_FOR_100_CHANGES: u64 = 1_000;

/// Warm nodes, without any storage engine.
#[derive(Default)]
struct MemoryTrie {
    accounts: HashMap<NodePath, Bytes>,
    storage: B256Map<HashMap<NodePath, Bytes>>,
}

impl TrieRead for MemoryTrie {
    fn account_node(&self, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        Ok(self.accounts.get(path).cloned())
    }
    fn storage_node(&self, account: B256, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        Ok(self.storage.get(&account).and_then(|nodes| nodes.get(path)).cloned())
    }
}

impl MemoryTrie {
    fn apply(&mut self, diff: TrieDiff) {
        write(&mut self.accounts, diff.account_nodes);
        for (account, nodes) in diff.storage_nodes {
            write(self.storage.entry(account).or_default(), nodes);
        }
    }
}

fn write(nodes: &mut HashMap<NodePath, Bytes>, diff: HashMap<NodePath, Option<Bytes>>) {
    for (path, node) in diff {
        match node {
            Some(node) => nodes.insert(path, node),
            None => nodes.remove(&path),
        };
    }
}

fn address(index: u32) -> Address {
    Address::from_word(keccak256(index.to_be_bytes()))
}

fn account(nonce: u64) -> Account {
    Account { nonce, balance: U256::from(10).pow(U256::from(18)), ..Account::default() }
}

/// Accounts 0 to `ACCOUNTS` with nonce 1.
fn populated() -> MemoryTrie {
    let accounts = (0..ACCOUNTS)
        .map(|index| (address(index), Change { before: None, after: Some(account(1)) }));
    let diff = StateDiff { accounts: accounts.collect(), ..StateDiff::default() };
    let mut trie = MemoryTrie::default();
    trie.apply(root(&trie, &diff).unwrap().trie);
    trie
}

/// `dirty` changes spread over all accounts: 2 % removed, 2 % new, the rest updated.
fn block(dirty: u32) -> StateDiff {
    let step = ACCOUNTS / dirty;
    let accounts = (0..dirty).map(|index| match index % 50 {
        0 => (address(index.strict_mul(step)), Change { before: Some(account(1)), after: None }),
        1 => {
            (address(ACCOUNTS.strict_add(index)), Change { before: None, after: Some(account(1)) })
        }
        _ => (
            address(index.strict_mul(step)),
            Change { before: Some(account(1)), after: Some(account(2)) },
        ),
    });
    StateDiff { accounts: accounts.collect(), ..StateDiff::default() }
}

/// One contract that changes `slots` of its `slots * 10` slots.
fn contract(trie: &mut MemoryTrie, slots: u64) -> StateDiff {
    let owner = Address::repeat_byte(0xcc);
    let write = |range: std::ops::Range<u64>, before: u64, after: u64| {
        let change = Change { before: U256::from(before), after: U256::from(after) };
        let slots = range.map(|slot| (U256::from(slot), change)).collect();
        StateDiff { storage: std::iter::once((owner, slots)).collect(), ..StateDiff::default() }
    };
    let mut create = write(0..slots.strict_mul(10), 0, 1);
    create.accounts.insert(owner, Change { before: None, after: Some(account(1)) });
    let created = root(trie, &create).unwrap();
    trie.apply(created.trie);
    write(0..slots, 1, 2)
}

fn measure(
    criterion: &mut Criterion,
    name: &str,
    trie: &MemoryTrie,
    diff: &StateDiff,
) -> StateRoot {
    let result = root(trie, diff).unwrap();
    println!(
        "{name}: {} nodes read, {} nodes hashed",
        result.work.nodes_read, result.work.nodes_hashed
    );
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| black_box(root(trie, black_box(diff)).unwrap()));
    });
    result
}

/// What a full rebuild costs, given hashed and sorted leaves.
fn measure_rebuild(criterion: &mut Criterion) {
    let mut leaves: Vec<_> = (0..ACCOUNTS)
        .map(|index| {
            let account = account(1);
            let leaf = TrieAccount { nonce: 1, balance: account.balance, ..Default::default() };
            (keccak256(address(index)), alloy_rlp::encode(leaf))
        })
        .collect();
    leaves.sort_unstable_by_key(|(key, _)| *key);
    criterion.bench_function("alloy_trie::rebuild/accounts=1000000", |bencher| {
        bencher.iter(|| {
            let mut builder = HashBuilder::default();
            for (key, leaf) in &leaves {
                builder.add_leaf(Nibbles::unpack(key), leaf);
            }
            black_box(builder.root())
        });
    });
}

fn benches(criterion: &mut Criterion) {
    let mut trie = populated();
    for dirty in [100, 1_000, 10_000] {
        let name = format!("state::root/accounts={ACCOUNTS} dirty={dirty}");
        let result = measure(criterion, &name, &trie, &block(dirty));
        assert!(
            dirty != 100 || result.work.nodes_read <= MOST_NODES_FOR_100_CHANGES,
            "{} nodes read for 100 changes",
            result.work.nodes_read
        );
    }
    let diff = contract(&mut trie, 1_000);
    measure(criterion, "state::root/slots=10000 dirty=1000", &trie, &diff);
    measure_rebuild(criterion);
}

criterion_group! {
    name = root_benches;
    config = Criterion::default().sample_size(10);
    targets = benches
}
criterion_main!(root_benches);
