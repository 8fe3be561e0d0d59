//! The incremental root against a full rebuild.

use crate::memory_trie::MemoryTrie;
use crate::world::{Operation, World, address, rounds};
use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_trie::EMPTY_ROOT_HASH;
use hanzo_state::{
    Account, Change, Layer, Layered, NodePath, StateDiff, StateError, StateRead, TrieDiff, root,
};
use proptest::prelude::*;
use std::sync::Arc;

/// A base without accounts, for layers that hold everything.
#[derive(Debug, Clone)]
struct Nothing;

impl StateRead for Nothing {
    fn account(&self, _: alloy_primitives::Address) -> Result<Option<Account>, StateError> {
        Ok(None)
    }
    fn storage(&self, _: alloy_primitives::Address, _: U256) -> Result<U256, StateError> {
        Ok(U256::ZERO)
    }
    fn storage_slots_within(
        &self,
        _: alloy_primitives::Address,
        _: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StateError> {
        Ok(Some(Vec::new()))
    }
    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        Err(StateError::MissingCode(code_hash))
    }
    fn block_hash(&self, _: u64) -> Result<B256, StateError> {
        Ok(B256::ZERO)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn incremental_root_equals_rebuild_and_leaks_no_node(rounds in rounds()) {
        let (mut world, mut trie) = (World::default(), MemoryTrie::default());
        for operations in &rounds {
            let diff = world.apply(operations);
            let result = root(&trie, &diff).unwrap();
            prop_assert_eq!(result.root, world.rebuilt_root());
            trie.apply(&result.trie);
        }
        let mut scratch = MemoryTrie::default();
        scratch.apply(&root(&MemoryTrie::default(), &world.as_diff()).unwrap().trie);
        prop_assert_eq!(&scratch, &trie);
        let mut owners: Vec<_> = trie.storage.keys().map(|(owner, _)| *owner).collect();
        owners.dedup();
        prop_assert_eq!(owners, world.storage_owners());
    }

    #[test]
    fn layered_reads_equal_flattened_reads(rounds in rounds()) {
        let (mut world, mut flat) = (World::default(), MemoryTrie::default());
        let mut layered = Layered::new(Vec::new(), MemoryTrie::default());
        let mut state = Layered::new(Vec::new(), Nothing);
        let mut merged = (StateDiff::default(), TrieDiff::default());
        for (number, operations) in (1_u64..).zip(&rounds) {
            let diff = world.apply(operations);
            let on_layers = root(&layered, &diff).unwrap();
            let on_flat = root(&flat, &diff).unwrap();
            prop_assert_eq!(&on_layers, &on_flat);
            flat.apply(&on_flat.trie);
            merged.0.extend(&diff);
            merged.1.extend(&on_flat.trie);
            let layer = Layer { number, hash: B256::ZERO, state: diff, trie: on_layers.trie };
            layered = layered.with_layer(Arc::new(layer.clone()));
            state = state.with_layer(Arc::new(layer));
        }
        for index in 0..24 {
            let account = world.accounts.get(&address(index)).copied();
            prop_assert_eq!(state.account(address(index)).unwrap(), account);
            for slot in (0..20).map(U256::from) {
                let value = world.storage.get(&address(index)).and_then(|slots| slots.get(&slot));
                let read = state.storage(address(index), slot).unwrap();
                prop_assert_eq!(read, value.copied().unwrap_or_default());
            }
        }
        // One commit of the merged diffs gives what the single steps gave.
        let at_once = root(&MemoryTrie::default(), &merged.0).unwrap();
        prop_assert_eq!(at_once.root, world.rebuilt_root());
        let mut committed = MemoryTrie::default();
        for (path, node) in merged.1.account_nodes_sorted() {
            if let Some(node) = node { committed.accounts.insert(path, node.clone()); }
        }
        for (owner, path, node) in merged.1.storage_nodes_sorted() {
            if let Some(node) = node { committed.storage.insert((owner, path), node.clone()); }
        }
        prop_assert_eq!(committed, flat);
    }

    #[test]
    fn reversed_diff_brings_back_the_old_trie(rounds in rounds()) {
        let (mut world, mut trie) = (World::default(), MemoryTrie::default());
        for operations in &rounds {
            let (old_world, old_trie) = (world.clone(), trie.clone());
            let diff = world.apply(operations);
            trie.apply(&root(&trie, &diff).unwrap().trie);
            let undone = root(&trie, &diff.reversed()).unwrap();
            prop_assert_eq!(undone.root, old_world.rebuilt_root());
            let mut reverted = trie.clone();
            reverted.apply(&undone.trie);
            prop_assert_eq!(reverted, old_trie);
        }
    }

    #[test]
    fn damaged_nodes_never_panic(
        rounds in rounds(),
        victim in any::<prop::sample::Index>(),
        position in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let (mut world, mut trie) = (World::default(), MemoryTrie::default());
        for operations in rounds.iter().skip(1) {
            let diff = world.apply(operations);
            trie.apply(&root(&trie, &diff).unwrap().trie);
        }
        prop_assume!(!trie.accounts.is_empty());
        let path = *victim.get(&trie.accounts.keys().copied().collect::<Vec<_>>());
        let mut bytes = trie.accounts[&path].to_vec();
        let at = position.index(bytes.len());
        bytes[at] = byte;
        trie.accounts.insert(path, bytes.into());
        let diff = world.apply(&rounds[0]);
        let _ = root(&trie, &diff);
        for index in 0..24 {
            let _ = hanzo_state::prove(&trie, address(index), &[U256::ZERO]);
        }
    }
}

fn account(nonce: u64) -> Account {
    Account { nonce, ..Account::default() }
}

fn account_diff(changes: &[(u8, Option<Account>, Option<Account>)]) -> StateDiff {
    let accounts = changes
        .iter()
        .map(|(index, before, after)| (address(*index), Change { before: *before, after: *after }));
    StateDiff { accounts: accounts.collect(), ..StateDiff::default() }
}

fn slot_diff(index: u8, slot: u64, before: u64, after: u64) -> StateDiff {
    let change = Change { before: U256::from(before), after: U256::from(after) };
    let slots = std::iter::once((U256::from(slot), change)).collect();
    StateDiff {
        storage: std::iter::once((address(index), slots)).collect(),
        ..StateDiff::default()
    }
}

/// A trie with accounts 0 to 39, of which account 7 has one slot.
fn populated() -> (MemoryTrie, B256) {
    let mut trie = MemoryTrie::default();
    let accounts: Vec<_> = (0..40).map(|index| (index, None, Some(account(1)))).collect();
    let mut diff = account_diff(&accounts);
    diff.extend(&slot_diff(7, 1, 0, 5));
    let result = root(&trie, &diff).unwrap();
    trie.apply(&result.trie);
    (trie, result.root)
}

#[test]
fn update_large_enough_to_run_in_parallel_equals_rebuild() {
    let (mut world, mut trie) = (World::default(), MemoryTrie::default());
    for round in 0_u64..6 {
        let mut operations = Vec::new();
        for index in 0_u8..=255 {
            let step = u64::from(index).wrapping_mul(round + 3) % 7;
            operations.push(match step {
                0 => Operation::Destroy(address(index)),
                1 => Operation::Wipe(address(index)),
                _ => Operation::Touch { address: address(index), nonce: round, balance: U256::MAX },
            });
            for slot in 0..step {
                operations.push(Operation::Store {
                    address: address(index),
                    slot: U256::from(slot),
                    value: U256::from(round % 3),
                });
            }
        }
        for slot in 0_u64..500 {
            let (slot, value) = (U256::from(slot), U256::from((slot + round) % 4));
            operations.push(Operation::Store { address: address(9), slot, value });
        }
        let diff = world.apply(&operations);
        let result = root(&trie, &diff).unwrap();
        assert_eq!(result.root, world.rebuilt_root(), "round {round}");
        trie.apply(&result.trie);
        let mut scratch = MemoryTrie::default();
        scratch.apply(&root(&scratch, &world.as_diff()).unwrap().trie);
        assert_eq!(scratch, trie, "round {round}");
    }
}

#[test]
fn empty_diff_on_empty_state_is_the_empty_root() {
    let result = root(&MemoryTrie::default(), &StateDiff::default()).unwrap();
    assert_eq!(result.root, EMPTY_ROOT_HASH);
    assert_eq!(result.trie, TrieDiff::default());
}

#[test]
fn change_without_effect_costs_nothing() {
    let (trie, old_root) = populated();
    let mut diff = account_diff(&[(3, Some(account(1)), Some(account(1)))]);
    diff.extend(&slot_diff(7, 1, 5, 5));
    let result = root(&trie, &diff).unwrap();
    assert_eq!(result.root, old_root);
    assert_eq!(result.trie, TrieDiff::default());
    assert_eq!(result.work.nodes_hashed, 0);
}

#[test]
fn storage_change_alone_updates_the_account_leaf() {
    let (trie, _) = populated();
    let mut world = World::default();
    for index in 0..40 {
        world.accounts.insert(address(index), account(1));
    }
    world.storage.entry(address(7)).or_default().insert(U256::from(1), U256::from(6));
    let result = root(&trie, &slot_diff(7, 1, 5, 6)).unwrap();
    assert_eq!(result.root, world.rebuilt_root());
}

#[test]
fn account_change_alone_keeps_the_storage_root() {
    let (trie, _) = populated();
    let mut world = World::default();
    for index in 0..40 {
        world.accounts.insert(address(index), account(if index == 7 { 2 } else { 1 }));
    }
    world.storage.entry(address(7)).or_default().insert(U256::from(1), U256::from(5));
    let result = root(&trie, &account_diff(&[(7, Some(account(1)), Some(account(2)))])).unwrap();
    assert_eq!(result.root, world.rebuilt_root());
    assert!(result.trie.storage_nodes.is_empty());
}

#[test]
fn removing_an_account_but_not_its_storage_is_refused() {
    let (trie, _) = populated();
    let error = root(&trie, &account_diff(&[(7, Some(account(1)), None)])).unwrap_err();
    assert!(matches!(error, StateError::StorageWithoutAccount { hashed_address, .. }
        if hashed_address == keccak256(address(7))));
}

#[test]
fn storage_of_no_account_is_refused() {
    let (trie, _) = populated();
    let error = root(&trie, &slot_diff(99, 1, 0, 5)).unwrap_err();
    assert!(matches!(error, StateError::StorageWithoutAccount { .. }));
}

#[test]
fn missing_storage_root_node_is_an_error() {
    let (mut trie, _) = populated();
    trie.storage.clear();
    let error = root(&trie, &slot_diff(7, 2, 0, 5)).unwrap_err();
    assert!(matches!(error, StateError::MissingNode { path, .. } if path.is_empty()));
}

#[test]
fn missing_account_node_is_an_error_that_names_the_path() {
    let (mut trie, _) = populated();
    let path = *trie.accounts.keys().find(|path| path.len() == 1).unwrap();
    trie.accounts.remove(&path);
    let touched: Vec<_> = (0..40).map(|i| (i, Some(account(1)), Some(account(2)))).collect();
    let error = root(&trie, &account_diff(&touched)).unwrap_err();
    assert!(matches!(error, StateError::MissingNode { owner, path: named }
        if owner == "accounts" && named == format!("{:x}", path.first().unwrap())));
}

#[test]
fn damaged_account_node_is_an_error_that_names_the_path() {
    let (mut trie, _) = populated();
    trie.accounts.insert(NodePath::default(), Bytes::from_static(&[0xc2, 0x80, 0x80]));
    let error = root(&trie, &account_diff(&[(3, Some(account(1)), None)])).unwrap_err();
    assert!(matches!(error, StateError::DamagedNode { owner, path, .. }
        if owner == "accounts" && path.is_empty()));
}
