//! The roots by which a header commits to its lists.
//!
//! A list is a Merkle Patricia trie whose keys are the indices in RLP. Its shape follows from the number of
//! items alone, so that it is known before anything is encoded, and nodes of one depth are hashed side by side.
//! Source: Yellow Paper §4.3.2 and appendix D.

use crate::{Receipt, Transaction};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::B256;
use alloy_rlp::Encodable as _;
use alloy_trie::{
    EMPTY_ROOT_HASH, Nibbles, TrieMask,
    nodes::{BranchNodeRef, ExtensionNodeRef, LeafNodeRef, RlpNode},
};
use hanzo_keccak::keccak256_each;

/// Nodes that are encoded before they are hashed: enough to fill the lanes of a processor with inputs of alike
/// length, few enough for its nearest cache.
const NODES_AT_ONCE: usize = 64;

/// The first index that takes two bytes in RLP.
const TWO_BYTES: usize = 128;

/// The root of a block's transactions.
#[must_use]
pub fn transactions_root(transactions: &[Transaction]) -> B256 {
    list_root(transactions)
}

/// The root of a block's receipts.
#[must_use]
pub fn receipts_root(receipts: &[Receipt]) -> B256 {
    list_root(receipts)
}

fn list_root<T: Encodable2718>(items: &[T]) -> B256 {
    let (small, large) = items.split_at(items.len().min(TWO_BYTES));
    let Some((first, small)) = small.split_first() else {
        return EMPTY_ROOT_HASH;
    };
    // In the order of their keys: below 128 an index is its own RLP, but for zero, which is 0x80.
    let indexed = (1_usize..).zip(small).chain([(0, first)]).chain((TWO_BYTES..).zip(large));
    let keyed: Vec<_> = indexed
        .map(|(index, item)| (Nibbles::unpack(alloy_rlp::encode_fixed_size(&index)), item))
        .collect();
    let mut trie = ListTrie { nodes: Vec::with_capacity(items.len()), depths: Vec::new() };
    trie.build(&keyed, 0, 0);
    trie.root()
}

/// A node that names those below by their places.
#[derive(Debug)]
enum Node<'a, T> {
    /// What is left of the key, and the item.
    Leaf(Nibbles, &'a T),
    /// What the keys below have in common, and the node below.
    Extension(Nibbles, usize),
    /// The nodes below, by nibble.
    Branch(TrieMask, Vec<usize>),
}

/// The nodes of a list before they are encoded.
#[derive(Debug)]
struct ListTrie<'a, T> {
    nodes: Vec<Node<'a, T>>,
    /// The places of the nodes at each distance from the root.
    depths: Vec<Vec<usize>>,
}

impl<'a, T: Encodable2718> ListTrie<'a, T> {
    /// Builds what holds `items`, which are in the order of their keys, and these alike in the first `shared`
    /// nibbles. Gives the place of the uppermost node.
    fn build(&mut self, items: &[(Nibbles, &'a T)], shared: usize, depth: usize) -> usize {
        let node = match items {
            [(key, item)] => Node::Leaf(key.slice(shared..), *item),
            [(first, _), .., (last, _)] if first.common_prefix_length(last) > shared => {
                let common = first.common_prefix_length(last);
                let below = self.build(items, common, depth.saturating_add(1));
                Node::Extension(first.slice(shared..common), below)
            }
            _ => self.build_branch(items, shared, depth),
        };
        let place = self.nodes.len();
        self.nodes.push(node);
        if self.depths.len() <= depth {
            self.depths.resize_with(depth.saturating_add(1), Vec::new);
        }
        if let Some(places) = self.depths.get_mut(depth) {
            places.push(place);
        }
        place
    }

    fn build_branch(
        &mut self,
        items: &[(Nibbles, &'a T)],
        shared: usize,
        depth: usize,
    ) -> Node<'a, T> {
        let nibble = |key: &Nibbles| key.get_unchecked(shared);
        let (mut mask, mut below) = (TrieMask::default(), Vec::new());
        for group in items.chunk_by(|(a, _), (b, _)| nibble(a) == nibble(b)) {
            if let [(key, _), ..] = group {
                mask.set_bit(nibble(key));
            }
            below.push(self.build(group, shared.saturating_add(1), depth.saturating_add(1)));
        }
        Node::Branch(mask, below)
    }

    /// Encodes and hashes all nodes, the deepest first.
    fn root(&self) -> B256 {
        let mut references = vec![RlpNode::default(); self.nodes.len()];
        let (mut bytes, mut value, mut root) = (Vec::new(), Vec::new(), EMPTY_ROOT_HASH);
        for places in self.depths.iter().rev().flat_map(|places| places.chunks(NODES_AT_ONCE)) {
            bytes.clear();
            let mut lengths = Vec::with_capacity(places.len());
            for node in places.iter().filter_map(|place| self.nodes.get(*place)) {
                let before = bytes.len();
                node.encode(&references, &mut value, &mut bytes);
                lengths.push(bytes.len().saturating_sub(before));
            }
            let mut rest = bytes.as_slice();
            let encodings: Vec<&[u8]> =
                lengths.iter().filter_map(|length| rest.split_off(..*length)).collect();
            let hashes = keccak256_each(&encodings);
            for ((place, encoding), hash) in places.iter().zip(&encodings).zip(&hashes) {
                if let Some(reference) = references.get_mut(*place) {
                    *reference = refer(encoding, hash);
                }
            }
            // The root is alone at its depth, the last, and is hashed however short it is.
            root = hashes.last().copied().unwrap_or(root);
        }
        root
    }
}

impl<T: Encodable2718> Node<'_, T> {
    /// Appends the encoding to `bytes`; `value` is room for that of an item.
    fn encode(&self, references: &[RlpNode], value: &mut Vec<u8>, bytes: &mut Vec<u8>) {
        let reference = |place: &usize| references.get(*place).cloned().unwrap_or_default();
        match self {
            Self::Leaf(path, item) => {
                value.clear();
                item.encode_2718(value);
                LeafNodeRef { key: path, value }.encode(bytes);
            }
            Self::Extension(path, below) => {
                ExtensionNodeRef { key: path, child: &reference(below) }.encode(bytes);
            }
            Self::Branch(mask, below) => {
                let stack: Vec<RlpNode> = below.iter().map(reference).collect();
                BranchNodeRef { stack: &stack, state_mask: *mask }.encode(bytes);
            }
        }
    }
}

/// What a parent says about a node: its hash, or the node itself if that is shorter.
fn refer(encoding: &[u8], hash: &B256) -> RlpNode {
    if encoding.len() < hash.len() {
        RlpNode::from_raw(encoding).unwrap_or_else(|| RlpNode::word_rlp(hash))
    } else {
        RlpNode::word_rlp(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_consensus::{Signed, TxEip1559, TxLegacy, proofs};
    use alloy_eips::eip2718::Typed2718;
    use alloy_primitives::{Bloom, Log, Signature, U256};
    use alloy_rlp::BufMut;
    use proptest::prelude::*;

    /// An item of any bytes: short ones stand in their parents, which those of transactions never do.
    #[derive(Debug, Clone)]
    struct Raw(Vec<u8>);

    impl Typed2718 for Raw {
        fn ty(&self) -> u8 {
            0
        }
    }

    impl Encodable2718 for Raw {
        fn encode_2718_len(&self) -> usize {
            self.0.len()
        }

        fn encode_2718(&self, out: &mut dyn BufMut) {
            out.put_slice(&self.0);
        }
    }

    fn oracle(items: &[Raw]) -> B256 {
        proofs::ordered_trie_root_with_encoder(items, |item, out| item.encode_2718(out))
    }

    proptest! {
        #[test]
        fn the_root_of_a_list_is_that_of_a_trie_of_its_indices(
            items in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 1..60).prop_map(Raw), 0..700,
            ),
        ) {
            prop_assert_eq!(list_root(&items), oracle(&items));
        }
    }

    #[test]
    fn every_length_around_those_where_the_trie_grows_has_the_root_of_a_trie_of_its_indices() {
        let lengths = (0..=300).chain(4_090..=4_100).chain([65_535, 65_536, 65_537, 70_000]);
        let items: Vec<Raw> =
            (0..70_000_u32).map(|number| Raw(number.to_be_bytes().repeat(12))).collect();
        for length in lengths {
            assert_eq!(list_root(&items[..length]), oracle(&items[..length]), "{length} items");
        }
    }

    #[test]
    fn a_list_of_items_shorter_than_a_hash_is_hashed_at_its_root_alone() {
        for length in 1..20 {
            let items = vec![Raw(vec![7]); length];
            assert_eq!(list_root(&items), oracle(&items), "{length} items");
        }
    }

    #[test]
    fn transactions_and_receipts_have_the_roots_that_alloy_computes() {
        let signature = Signature::new(U256::from(7), U256::from(9), true);
        let transactions: Vec<Transaction> = (0..400)
            .map(|nonce| match nonce % 3 {
                0 => {
                    Signed::new_unhashed(TxLegacy { nonce, ..Default::default() }, signature).into()
                }
                _ => {
                    let input = vec![1; usize::try_from(nonce).unwrap()].into();
                    let transaction = TxEip1559 { nonce, input, ..Default::default() };
                    Signed::new_unhashed(transaction, signature).into()
                }
            })
            .collect();
        let root = proofs::calculate_transaction_root(&transactions);
        assert_eq!(transactions_root(&transactions), root);
        let receipts: Vec<Receipt> = (0..400_u64)
            .map(|gas| {
                let logs = vec![Log::default(); usize::try_from(gas % 4).unwrap()];
                let receipt = alloy_consensus::Receipt {
                    status: true.into(),
                    cumulative_gas_used: gas,
                    logs,
                };
                let with_bloom = receipt.with_bloom();
                if gas % 2 == 0 {
                    Receipt::Legacy(with_bloom)
                } else {
                    Receipt::Eip1559(with_bloom)
                }
            })
            .collect();
        let root = proofs::calculate_receipt_root(&receipts);
        assert_eq!(receipts_root(&receipts), root);
        assert_ne!(Bloom::ZERO, *receipts[3].logs_bloom());
    }
}
