//! Hashing nodes after all of them are encoded.

use super::node::{self, HASH_BYTES};
use crate::{NodePath, keccak::keccak256_each};
use alloy_primitives::{B256, Bytes};
use alloy_trie::nodes::RlpNode;

/// What a parent says about a child: the reference itself, or which node it will be the hash of.
#[derive(Debug, Clone)]
pub(super) enum Reference {
    Known(RlpNode),
    /// Number of a node in [`Hashing`].
    Later(usize),
}

/// A child of a branch.
#[derive(Debug, Clone, Copy)]
pub(super) enum Link<'a> {
    Empty,
    /// RLP of the reference.
    Known(&'a [u8]),
    /// Number of a node in [`Hashing`].
    Later(usize),
}

/// Encoded nodes that are to be hashed.
///
/// A node waits for its children, whose hashes are part of it. Nodes that wait for equally many
/// generations of others are hashed together.
#[derive(Debug, Default)]
pub(super) struct Hashing {
    /// Children before their parents.
    nodes: Vec<Unhashed>,
    /// Places for hashes, in the order of the nodes that they are in.
    gaps: Vec<Gap>,
    /// How many of the gaps belong to the nodes so far; the others are those of the next.
    assigned_gaps: usize,
}

/// A node in which the hashes of children are missing.
#[derive(Debug)]
struct Unhashed {
    rlp: Vec<u8>,
    /// How many generations below it are not hashed.
    height: usize,
    /// Its first gap, and the first of the next node.
    gaps: (usize, usize),
    /// Which write it is.
    write: usize,
}

/// Where the hash of a child belongs.
#[derive(Debug, Clone, Copy)]
struct Gap {
    /// First byte of the hash in the parent.
    at: usize,
    /// Number of the child.
    child: usize,
}

/// Hashes of all nodes, by number.
#[derive(Debug)]
pub(super) struct Hashes(Vec<B256>);

impl Reference {
    /// Whether it is a hash, and not an embedded node.
    pub(super) fn is_hash(&self) -> bool {
        match self {
            Self::Known(reference) => reference.is_hash(),
            Self::Later(_) => true,
        }
    }

    pub(super) fn link(&self) -> Link<'_> {
        match self {
            Self::Known(reference) => Link::Known(reference),
            Self::Later(node) => Link::Later(*node),
        }
    }
}

impl From<RlpNode> for Reference {
    fn from(reference: RlpNode) -> Self {
        Self::Known(reference)
    }
}

impl Hashing {
    /// RLP of a branch; the hashes of children that have none yet are zero. It is the next node to be pushed.
    pub(super) fn encode_branch(&mut self, children: &[Link<'_>; 16]) -> Vec<u8> {
        let absent = RlpNode::word_rlp(&B256::ZERO);
        let references = children.map(|child| match child {
            Link::Empty => &[],
            Link::Known(reference) => reference,
            Link::Later(_) => &*absent,
        });
        let rlp = node::encode_branch(&references);
        // The value, which is empty, comes last.
        let payload = references
            .iter()
            .fold(1_usize, |bytes, reference| bytes.saturating_add(reference.len().max(1)));
        let mut at = rlp.len().saturating_sub(payload);
        for (child, reference) in children.iter().zip(references) {
            let end = at.saturating_add(reference.len().max(1));
            if let Link::Later(child) = *child {
                self.gaps.push(Gap { at: end.saturating_sub(HASH_BYTES), child });
            }
            at = end;
        }
        rlp
    }

    /// RLP of an extension, as with [`Self::encode_branch`].
    pub(super) fn encode_extension(&mut self, suffix: &NodePath, child: &Reference) -> Vec<u8> {
        match child {
            Reference::Known(reference) => node::encode_extension(suffix, reference),
            Reference::Later(child) => {
                let rlp = node::encode_extension(suffix, &RlpNode::word_rlp(&B256::ZERO));
                self.gaps.push(Gap { at: rlp.len().saturating_sub(HASH_BYTES), child: *child });
                rlp
            }
        }
    }

    /// Takes in the node that was encoded last, which is stored by the write with this number.
    pub(super) fn push(&mut self, write: usize, rlp: Vec<u8>) -> Reference {
        let gaps = (self.assigned_gaps, self.gaps.len());
        self.assigned_gaps = gaps.1;
        let children = self.gaps.get(gaps.0..).unwrap_or_default().iter();
        let heights = children.filter_map(|gap| self.nodes.get(gap.child));
        let height = heights.map(|node| node.height.saturating_add(1)).max().unwrap_or_default();
        let number = self.nodes.len();
        self.nodes.push(Unhashed { rlp, height, gaps, write });
        Reference::Later(number)
    }

    /// Hashes all nodes and puts them into their writes.
    pub(super) fn finish(mut self, writes: &mut [(NodePath, Option<Bytes>)]) -> Hashes {
        let mut hashes = vec![B256::ZERO; self.nodes.len()];
        let mut order: Vec<(usize, usize)> =
            self.nodes.iter().map(|node| node.height).zip(0..).collect();
        order.sort_unstable();
        for generation in order.chunk_by(|(a, _), (b, _)| a == b) {
            for (_, number) in generation {
                self.fill(*number, &hashes);
            }
            let encoded: Vec<&[u8]> = generation
                .iter()
                .filter_map(|(_, number)| self.nodes.get(*number))
                .map(|node| node.rlp.as_slice())
                .collect();
            for ((_, number), computed) in generation.iter().zip(keccak256_each(&encoded)) {
                if let Some(hash) = hashes.get_mut(*number) {
                    *hash = computed;
                }
            }
        }
        for node in self.nodes {
            if let Some((_, rlp)) = writes.get_mut(node.write) {
                *rlp = Some(node.rlp.into());
            }
        }
        Hashes(hashes)
    }

    /// Puts the hashes of its children into a node.
    fn fill(&mut self, number: usize, hashes: &[B256]) {
        let Some(node) = self.nodes.get_mut(number) else { return };
        let gaps = self.gaps.get(node.gaps.0..node.gaps.1).unwrap_or_default();
        for gap in gaps {
            let place = node.rlp.get_mut(gap.at..).and_then(|rest| rest.first_chunk_mut());
            if let (Some(place), Some(hash)) = (place, hashes.get(gap.child)) {
                *place = hash.0;
            }
        }
    }
}

impl Hashes {
    /// The reference, now that it is known.
    pub(super) fn resolve(&self, reference: Reference) -> RlpNode {
        match reference {
            Reference::Known(reference) => reference,
            // Numbers are those of nodes.
            Reference::Later(node) => {
                RlpNode::word_rlp(&self.0.get(node).copied().unwrap_or_default())
            }
        }
    }
}
