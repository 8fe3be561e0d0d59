//! Hashing nodes after all of them are encoded.

use super::node::{self, Branch, CHILDREN, HASH_BYTES};
use crate::NodePath;
use alloy_primitives::{B256, Bytes};
use alloy_rlp::Encodable as _;
use alloy_trie::nodes::{ExtensionNodeRef, LeafNodeRef, RlpNode};
use hanzo_keccak::keccak256_each;
use std::ops::Range;

/// What a parent says about a child: the reference itself, or which node it will be the hash of.
#[derive(Debug, Clone)]
pub(super) enum Reference {
    Known(RlpNode),
    /// Number of a node in [`Hashing`].
    Later(usize),
}

/// References to the changed children of a branch, by nibble.
pub(super) type Links = [Option<Reference>; CHILDREN];

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
///
/// All of them lie in one allocation. A block changes thousands of nodes, which come and go together: one
/// allocation for each took longer than hashing it.
#[derive(Debug, Default)]
pub(super) struct Hashing {
    /// The nodes, children before their parents, and the one that was encoded last.
    rlp: Vec<u8>,
    nodes: Vec<Unhashed>,
    /// Places for hashes, in the order of the nodes that they are in.
    gaps: Vec<Gap>,
    /// Where the nodes end that were taken in.
    taken: End,
}

/// The end of a node.
#[derive(Debug, Clone, Copy, Default)]
struct End {
    /// In the bytes of all nodes.
    byte: usize,
    /// In the gaps of all nodes.
    gap: usize,
}

/// A node in which the hashes of children are missing.
#[derive(Debug)]
struct Unhashed {
    bytes: Range<usize>,
    gaps: Range<usize>,
    /// How many generations below it are not hashed.
    height: usize,
    /// Which write it is.
    write: usize,
}

/// Where the hash of a child belongs.
#[derive(Debug, Clone, Copy)]
struct Gap {
    /// First byte of the hash, in the bytes of all nodes.
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
    /// Appends the RLP of a leaf.
    pub(super) fn encode_leaf(&mut self, suffix: &NodePath, value: &[u8]) {
        LeafNodeRef::new(suffix, value).encode(&mut self.rlp);
    }

    /// Appends the RLP of an extension, with a gap if its child has no hash yet.
    pub(super) fn encode_extension(&mut self, suffix: &NodePath, child: &Reference) {
        match child {
            Reference::Known(reference) => {
                ExtensionNodeRef::new(suffix, reference).encode(&mut self.rlp);
            }
            Reference::Later(child) => {
                let absent = RlpNode::word_rlp(&B256::ZERO);
                ExtensionNodeRef::new(suffix, &absent).encode(&mut self.rlp);
                let at = self.rlp.len().saturating_sub(HASH_BYTES);
                self.gaps.push(Gap { at, child: *child });
            }
        }
    }

    /// Appends the RLP of a branch, with a gap for each child that has no hash yet.
    pub(super) fn encode_branch(&mut self, children: &[Link<'_>; CHILDREN]) {
        let absent = RlpNode::word_rlp(&B256::ZERO);
        let references = children.map(|child| match child {
            Link::Empty => &[],
            Link::Known(reference) => reference,
            Link::Later(_) => &*absent,
        });
        node::encode_branch(&references, &mut self.rlp);
        // The value, which is empty, comes last.
        let mut end = self.rlp.len().saturating_sub(1);
        for (child, reference) in children.iter().zip(references).rev() {
            if let Link::Later(child) = *child {
                self.gaps.push(Gap { at: end.saturating_sub(HASH_BYTES), child });
            }
            end = end.saturating_sub(reference.len().max(1));
        }
    }

    /// Appends the RLP of `branch` with other hashes of some children, which it refers to by hash.
    pub(super) fn encode_rehashed(&mut self, branch: &Branch, children: &Links) {
        let start = self.rlp.len();
        self.rlp.extend_from_slice(branch.rlp());
        for (nibble, child) in (0_u8..).zip(children) {
            let at = start.saturating_add(branch.end(nibble)).saturating_sub(HASH_BYTES);
            match child {
                None => {}
                Some(Reference::Later(child)) => self.gaps.push(Gap { at, child: *child }),
                Some(Reference::Known(reference)) => {
                    if let Some(hash) = reference.as_hash() {
                        self.put(at, &hash);
                    }
                }
            }
        }
    }

    /// Length of the node that was encoded last, in bytes.
    pub(super) const fn encoded_bytes(&self) -> usize {
        self.rlp.len().saturating_sub(self.taken.byte)
    }

    /// Takes the node that was encoded last out again. Returns the reference that embeds it. For nodes that
    /// are too short to be hashed, which have no gaps: a hash alone is as long as the shortest of the others.
    pub(super) fn embed(&mut self) -> Reference {
        let reference = RlpNode::from_rlp(self.rlp.get(self.taken.byte..).unwrap_or_default());
        self.rlp.truncate(self.taken.byte);
        reference.into()
    }

    /// Takes in the node that was encoded last, which is stored by the write with this number.
    pub(super) fn push(&mut self, write: usize) -> Reference {
        let end = End { byte: self.rlp.len(), gap: self.gaps.len() };
        let start = std::mem::replace(&mut self.taken, end);
        let children = self.gaps.get(start.gap..).unwrap_or_default().iter();
        let heights = children.filter_map(|gap| self.nodes.get(gap.child));
        let height = heights.map(|node| node.height.saturating_add(1)).max().unwrap_or_default();
        let number = self.nodes.len();
        let (bytes, gaps) = (start.byte..end.byte, start.gap..end.gap);
        self.nodes.push(Unhashed { bytes, gaps, height, write });
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
                .filter_map(|node| self.rlp.get(node.bytes.clone()))
                .collect();
            debug_assert_eq!(encoded.len(), generation.len(), "a hash would go to another node");
            for ((_, number), computed) in generation.iter().zip(keccak256_each(&encoded)) {
                if let Some(hash) = hashes.get_mut(*number) {
                    *hash = computed;
                }
            }
        }
        self.rlp.shrink_to_fit();
        let rlp = Bytes::from(self.rlp);
        for node in self.nodes {
            if let Some((_, written)) = writes.get_mut(node.write) {
                *written = Some(rlp.slice(node.bytes));
            }
        }
        Hashes(hashes)
    }

    /// Puts the hashes of its children into a node.
    fn fill(&mut self, number: usize, hashes: &[B256]) {
        let Some(Unhashed { bytes, gaps, .. }) = self.nodes.get(number) else { return };
        let bytes = bytes.clone();
        for gap in gaps.clone() {
            if let Some(Gap { at, child }) = self.gaps.get(gap).copied()
                && let Some(hash) = hashes.get(child)
            {
                let end = at.saturating_add(HASH_BYTES);
                debug_assert!(bytes.start <= at && end <= bytes.end, "gaps lie in their nodes");
                self.put(at, hash);
            }
        }
    }

    /// Puts a hash at its place.
    fn put(&mut self, at: usize, hash: &B256) {
        let place = self.rlp.get_mut(at..).and_then(|rest| rest.first_chunk_mut());
        debug_assert!(place.is_some(), "hashes lie in nodes");
        if let Some(place) = place {
            *place = hash.0;
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
                debug_assert!(node < self.0.len(), "a reference into another computation");
                RlpNode::word_rlp(&self.0.get(node).copied().unwrap_or_default())
            }
        }
    }
}
