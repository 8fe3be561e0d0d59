//! How much work a root costs, counted.

use crate::memory_trie::MemoryTrie;
use alloy_primitives::{Address, U256};
use hanzo_state::{Account, Change, StateDiff, root};

const ACCOUNTS: u32 = 200_000;
const DIRTY: u32 = 100;

/// One root, at most 16 nodes below it, and for each change at most five more: 200 000 accounts
/// fill log16(200 000) = 4.4 levels, so branches at depths 2, 3 and 4, a leaf at depth 5, and one
/// more branch where two keys happen to share a fifth nibble.
const MOST_NODES: u64 = 1 + 16 + 5 * 100;

fn address(index: u32) -> Address {
    let mut address = Address::ZERO;
    address[16..].copy_from_slice(&index.to_be_bytes());
    address
}

fn account(nonce: u64) -> Option<Account> {
    Some(Account { nonce, balance: U256::from(1), ..Account::default() })
}

fn diff(indices: impl Iterator<Item = u32>, before: Option<Account>, nonce: u64) -> StateDiff {
    let accounts = indices.map(|i| (address(i), Change { before, after: account(nonce) }));
    StateDiff { accounts: accounts.collect(), ..StateDiff::default() }
}

#[test]
fn work_follows_the_change_and_not_the_state() {
    let mut trie = MemoryTrie::default();
    trie.apply(&root(&trie, &diff(0..ACCOUNTS, None, 1)).unwrap().trie);
    let step = (ACCOUNTS / DIRTY) as usize;
    let dirty = diff((0..ACCOUNTS).step_by(step), account(1), 2);
    let work = root(&trie, &dirty).unwrap().work;
    assert!(work.nodes_read <= MOST_NODES, "{} nodes read", work.nodes_read);
    assert!(work.nodes_hashed <= MOST_NODES, "{} nodes hashed", work.nodes_hashed);
}
