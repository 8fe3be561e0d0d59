//! One raw trie on crafted keys, against a rebuild with alloy-trie.

use super::leaf_change::SlotChange;
use super::node_reader::NodeReader;
use super::updater::Updater;
use crate::{NodePath, StateError, TrieRead};
use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{
    EMPTY_ROOT_HASH, HashBuilder,
    nodes::{RlpNode, TrieNode},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One storage trie in memory.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct RawTrie {
    nodes: BTreeMap<NodePath, Bytes>,
    root: B256,
}

impl TrieRead for RawTrie {
    fn account_node(&self, _: &NodePath) -> Result<Option<Bytes>, StateError> {
        Ok(None)
    }
    fn storage_node(&self, _: B256, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        Ok(self.nodes.get(path).cloned())
    }
}

impl RawTrie {
    fn empty() -> Self {
        Self { nodes: BTreeMap::new(), root: EMPTY_ROOT_HASH }
    }

    /// Applies changes; zero removes the key.
    fn update(&mut self, changes: &BTreeMap<B256, U256>) -> Result<(), StateError> {
        let changes: Vec<_> =
            changes.iter().map(|(key, value)| SlotChange::new(*key, *value)).collect();
        let before = self.clone();
        let reader = NodeReader::storage(&before, B256::ZERO);
        let mut updater = Updater::new(reader);
        if let Some(root) = updater.run(reader.root()?, &changes)? {
            self.root = root;
        }
        let writes: BTreeMap<_, _> = updater.writes.into_iter().collect();
        for (path, node) in writes {
            assert_ne!(before.nodes.get(&path), node.as_ref(), "useless write at {path:?}");
            match node {
                Some(node) => self.nodes.insert(path, node),
                None => self.nodes.remove(&path),
            };
        }
        Ok(())
    }

    /// Checks every link from the root down and that no stored node is unreachable.
    fn check_links(&self) {
        let mut reachable = BTreeMap::new();
        if let Some(root) = self.nodes.get(&NodePath::default()) {
            assert_eq!(keccak256(root), self.root);
            self.collect(NodePath::default(), &RlpNode::word_rlp(&self.root), &mut reachable);
        } else {
            assert_eq!(self.root, EMPTY_ROOT_HASH);
        }
        assert_eq!(reachable, self.nodes, "stored nodes differ from reachable nodes");
    }

    fn collect(
        &self,
        path: NodePath,
        reference: &RlpNode,
        reachable: &mut BTreeMap<NodePath, Bytes>,
    ) {
        let rlp = if let Some(hash) = reference.as_hash() {
            let node = &self.nodes[&path];
            assert_eq!(keccak256(node), hash, "node at {path:?} is not the one its parent names");
            reachable.insert(path, node.clone());
            node.clone()
        } else {
            Bytes::copy_from_slice(reference)
        };
        match TrieNode::decode(&mut rlp.as_ref()).unwrap() {
            TrieNode::Branch(branch) => {
                for (nibble, child) in branch.as_ref().children() {
                    if let Some(child) = child {
                        let mut below = path;
                        below.push(nibble);
                        self.collect(below, child, reachable);
                    }
                }
            }
            TrieNode::Extension(extension) => {
                self.collect(path.join(&extension.key), &extension.child, reachable);
            }
            TrieNode::Leaf(_) | TrieNode::EmptyRoot => {}
        }
    }
}

fn rebuilt_root(leaves: &BTreeMap<B256, U256>) -> B256 {
    let mut builder = HashBuilder::default();
    for (key, value) in leaves {
        builder.add_leaf(NodePath::unpack(key), &alloy_rlp::encode(value));
    }
    builder.root()
}

/// A key that is zero except for the given nibbles, counted from the end.
fn key(nibbles: &[(usize, u8)]) -> B256 {
    let mut key = B256::ZERO;
    for (from_end, nibble) in nibbles {
        let shift = if from_end % 2 == 0 { 0 } else { 4 };
        key[31 - from_end / 2] |= nibble << shift;
    }
    key
}

/// Keys that share almost everything: chains of extensions, leaves of one nibble and deep
/// branches, which are the nodes that get embedded.
fn crafted_key() -> impl Strategy<Value = B256> {
    let nibble = prop_oneof![Just(0_u8), Just(1), Just(15)];
    (nibble.clone(), nibble.clone(), nibble.clone(), nibble)
        .prop_map(|(a, b, c, d)| key(&[(0, a), (1, b), (20, c), (63, d)]))
}

/// Small values make short leaves, which are embedded; zero removes.
fn crafted_value() -> impl Strategy<Value = U256> {
    prop_oneof![
        3 => Just(U256::ZERO),
        3 => (1_u64..200).prop_map(U256::from),
        1 => Just(U256::MAX),
    ]
}

fn applied(leaves: &mut BTreeMap<B256, U256>, changes: &BTreeMap<B256, U256>) {
    for (key, value) in changes {
        leaves.insert(*key, *value);
    }
    leaves.retain(|_, value| !value.is_zero());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn crafted_trie_equals_rebuild_after_every_round(
        rounds in prop::collection::vec(
            prop::collection::btree_map(crafted_key(), crafted_value(), 1..12),
            1..8,
        )
    ) {
        let mut trie = RawTrie::empty();
        let mut leaves = BTreeMap::new();
        for changes in &rounds {
            trie.update(changes).unwrap();
            applied(&mut leaves, changes);
            prop_assert_eq!(trie.root, rebuilt_root(&leaves));
            trie.check_links();
        }
        let mut scratch = RawTrie::empty();
        scratch.update(&leaves).unwrap();
        prop_assert_eq!(scratch, trie);
    }

    #[test]
    fn random_damage_is_an_error_or_harmless_but_never_a_panic(
        leaves in prop::collection::btree_map(crafted_key(), crafted_value(), 1..20),
        changes in prop::collection::btree_map(crafted_key(), crafted_value(), 1..8),
        victim in any::<prop::sample::Index>(),
        position in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut trie = RawTrie::empty();
        trie.update(&leaves).unwrap();
        prop_assume!(!trie.nodes.is_empty());
        let path = *victim.get(&trie.nodes.keys().collect::<Vec<_>>());
        let path = *path;
        let mut bytes = trie.nodes[&path].to_vec();
        let at = position.index(bytes.len());
        if cut { bytes.truncate(at); } else { bytes[at] = byte; }
        trie.nodes.insert(path, bytes.into());
        let all: Vec<_> = changes.iter().map(|(k, v)| SlotChange::new(*k, *v)).collect();
        let reader = NodeReader::storage(&trie, B256::ZERO);
        let _ = Updater::new(reader).run(reader.root().unwrap(), &all);
    }
}

fn changes<const N: usize>(values: [(B256, u64); N]) -> BTreeMap<B256, U256> {
    values.into_iter().map(|(key, value)| (key, U256::from(value))).collect()
}

#[test]
fn two_short_leaves_are_embedded_in_their_branch() {
    let mut trie = RawTrie::empty();
    trie.update(&changes([(key(&[(0, 1)]), 1), (key(&[(0, 2)]), 2)])).unwrap();
    // The extension at the root holds 63 nibbles; the branch with two one-nibble leaves is
    // 24 bytes long and lies inside it.
    assert_eq!(trie.nodes.len(), 1);
    trie.check_links();
}

#[test]
fn removing_one_of_two_leaves_collapses_branch_and_extension_into_a_leaf() {
    let mut trie = RawTrie::empty();
    let one = changes([(key(&[(0, 1)]), 1)]);
    trie.update(&one).unwrap();
    let single = trie.clone();
    trie.update(&changes([(key(&[(0, 1), (20, 3)]), 7), (key(&[(63, 5)]), 9)])).unwrap();
    trie.update(&changes([(key(&[(0, 1), (20, 3)]), 0), (key(&[(63, 5)]), 0)])).unwrap();
    assert_eq!(trie, single);
}

#[test]
fn removing_the_last_leaf_removes_the_root_node() {
    let mut trie = RawTrie::empty();
    trie.update(&changes([(key(&[(0, 1)]), 1), (key(&[(63, 2)]), 2)])).unwrap();
    trie.update(&changes([(key(&[(0, 1)]), 0), (key(&[(63, 2)]), 0)])).unwrap();
    assert_eq!(trie, RawTrie::empty());
}

#[test]
fn writing_the_same_value_or_removing_an_absent_key_writes_nothing() {
    let mut trie = RawTrie::empty();
    trie.update(&changes([(key(&[(0, 1)]), 1), (key(&[(63, 2)]), 2)])).unwrap();
    let same: Vec<_> = [(key(&[(0, 1)]), 1_u64), (key(&[(1, 4)]), 0), (key(&[(63, 3)]), 0)]
        .map(|(key, value)| SlotChange::new(key, U256::from(value)))
        .into();
    let mut sorted = same;
    sorted.sort_by_key(|change| *super::leaf_change::LeafChange::key(change));
    let reader = NodeReader::storage(&trie, B256::ZERO);
    let mut updater = Updater::new(reader);
    assert_eq!(updater.run(reader.root().unwrap(), &sorted).unwrap(), None);
    assert!(updater.writes.is_empty());
    assert_eq!(updater.work.nodes_hashed, 0);
}

#[test]
fn a_change_beside_an_extension_does_not_read_below_it() {
    let mut trie = RawTrie::empty();
    let far = U256::MAX;
    let deep: BTreeMap<_, _> =
        (1..16).map(|nibble| (key(&[(20, nibble)]), far)).chain([(B256::ZERO, far)]).collect();
    trie.update(&deep).unwrap();
    let reader = NodeReader::storage(&trie, B256::ZERO);
    let mut updater = Updater::new(reader);
    let beside = [SlotChange::new(key(&[(63, 9)]), U256::from(1))];
    updater.run(reader.root().unwrap(), &beside).unwrap();
    assert_eq!(updater.work.nodes_read, 1, "only the root extension");
}

#[test]
fn a_missing_node_is_named() {
    let mut trie = RawTrie::empty();
    let leaves: BTreeMap<_, _> =
        (0..16).map(|nibble| (key(&[(63, nibble), (0, 1)]), U256::MAX)).collect();
    trie.update(&leaves).unwrap();
    trie.nodes.remove(&NodePath::from_nibbles([7])).unwrap();
    let error = trie.update(&changes([(key(&[(63, 7), (0, 1)]), 5)])).unwrap_err();
    assert!(matches!(&error, StateError::MissingNode { path, .. } if path == "7"), "{error}");
    let untouched = trie.update(&changes([(key(&[(63, 6), (0, 1)]), 5)]));
    assert!(untouched.is_ok());
}

#[test]
fn a_node_too_deep_for_its_path_is_damaged() {
    let mut trie = RawTrie::empty();
    let leaves: BTreeMap<_, _> =
        (0..16).map(|nibble| (key(&[(63, nibble), (0, 1)]), U256::MAX)).collect();
    trie.update(&leaves).unwrap();
    let root = trie.nodes[&NodePath::default()].clone();
    // A branch below a branch below … : the trie would never end.
    for depth in 1..=64 {
        trie.nodes.insert(NodePath::from_nibbles(vec![7; depth]), root.clone());
    }
    let error = trie.update(&changes([(B256::repeat_byte(0x77), 5)])).unwrap_err();
    assert!(matches!(&error, StateError::DamagedNode { .. }), "{error}");
}
