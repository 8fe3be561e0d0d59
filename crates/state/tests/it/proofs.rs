//! Proofs against alloy-trie's verifier.

use crate::memory_trie::MemoryTrie;
use crate::world::{World, address, rounds};
use alloy_primitives::{B256, U256, keccak256};
use alloy_trie::{Nibbles, proof::verify_proof};
use hanzo_state::{StateError, prove, root};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn presence_and_absence_verify(rounds in rounds()) {
        let (mut world, mut trie) = (World::default(), MemoryTrie::default());
        for operations in &rounds {
            let diff = world.apply(operations);
            trie.apply(&root(&trie, &diff).unwrap().trie);
        }
        let state_root = world.rebuilt_root();
        let slots: Vec<_> = (0..24).map(U256::from).collect();
        for address in (0..30).map(address) {
            let proof = prove(&trie, address, &slots).unwrap();
            let leaf = world.leaf(address);
            prop_assert_eq!(proof.account, leaf);
            let key = Nibbles::unpack(keccak256(address));
            verify_proof(state_root, key, leaf.map(alloy_rlp::encode), &proof.nodes).unwrap();
            let storage_root = leaf.map_or(alloy_trie::EMPTY_ROOT_HASH, |leaf| leaf.storage_root);
            for (slot, proven) in slots.iter().zip(&proof.storage) {
                let value = world.storage.get(&address).and_then(|slots| slots.get(slot));
                prop_assert_eq!(proven.slot, *slot);
                prop_assert_eq!(proven.value, value.copied().unwrap_or_default());
                let key = Nibbles::unpack(keccak256(B256::from(*slot)));
                verify_proof(storage_root, key, value.map(alloy_rlp::encode), &proven.nodes)
                    .unwrap();
            }
        }
    }
}

#[test]
fn proof_in_an_empty_state_has_no_nodes() {
    let proof = prove(&MemoryTrie::default(), address(1), &[U256::ZERO]).unwrap();
    assert_eq!(proof.account, None);
    assert!(proof.nodes.is_empty());
    assert!(proof.storage[0].nodes.is_empty());
}

#[test]
fn proof_over_a_missing_storage_trie_is_an_error() {
    let mut world = World::default();
    let mut trie = MemoryTrie::default();
    world.accounts.insert(address(1), hanzo_state::Account::default());
    world.storage.entry(address(1)).or_default().insert(U256::from(1), U256::from(2));
    trie.apply(&root(&trie, &world.as_diff()).unwrap().trie);
    trie.storage.clear();
    let error = prove(&trie, address(1), &[U256::from(1)]).unwrap_err();
    assert!(matches!(error, StateError::MissingNode { .. }));
}
