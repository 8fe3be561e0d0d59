//! A trie node as it is encoded. Source: Yellow Paper appendix D.

use crate::NodePath;
use alloy_primitives::Bytes;
use alloy_rlp::{EMPTY_STRING_CODE, Header};
use alloy_trie::nodes::RlpNode;

/// Number of nibbles in a key: tries are keyed by 32-byte hashes.
pub(super) const KEY_NIBBLES: usize = 64;

/// A node at least this long is stored on its own and referred to by hash; a shorter one is
/// embedded in its parent. Source: Yellow Paper appendix D, equation 198.
pub(super) const MIN_STORED_BYTES: usize = 32;

/// Children of a branch.
pub(super) const CHILDREN: usize = 16;

/// RLP of a child reference by hash: one length byte and the hash.
const HASH_REFERENCE_BYTES: usize = 33;

/// Bytes of a hash.
pub(super) const HASH_BYTES: usize = 32;

/// First byte of the RLP of a 32-byte string.
const HASH_CODE: u8 = EMPTY_STRING_CODE + 32;

/// Reason given for bytes that are no node at all.
type Reason = &'static str;

/// A decoded node. Decoding copies nothing: parts of it share the encoded bytes.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Two or more children.
    Branch(Branch),
    /// A path that all keys below share, ending in a branch.
    Extension {
        /// The shared nibbles, at least one.
        suffix: NodePath,
        /// The branch below.
        child: Child,
    },
    /// One key and its value.
    Leaf {
        /// The rest of the key.
        suffix: NodePath,
        /// The value.
        value: Bytes,
    },
}

/// A branch node; its children are decoded when they are asked for.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    rlp: Bytes,
    /// Where each child starts in `rlp`, and where the last one ends.
    bounds: [usize; CHILDREN + 1],
}

/// What a parent says about a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Child {
    /// There is none.
    Empty,
    /// A node stored at its own path, with this reference.
    Stored(RlpNode),
    /// A node whose encoding is part of the parent's.
    Embedded(Bytes),
}

impl Node {
    /// Decodes a node.
    pub(super) fn decode(rlp: &Bytes) -> Result<Self, Reason> {
        let mut rest: &[u8] = rlp;
        let header = Header::decode(&mut rest).map_err(|_| "the list header is malformed")?;
        if !header.list || rest.len() != header.payload_length {
            return Err("the node is not one list");
        }
        let first = item(rest)?;
        let second = item(rest.get(first.len()..).unwrap_or_default())?;
        if first.len().saturating_add(second.len()) == rest.len() {
            return Self::decode_short(rlp, first, second);
        }
        Branch::decode(rlp, rlp.len().saturating_sub(rest.len())).map(Self::Branch)
    }

    /// Decodes a node of two items: an extension or a leaf.
    fn decode_short(rlp: &Bytes, key: &[u8], value: &[u8]) -> Result<Self, Reason> {
        let (suffix, terminator) = decode_suffix(string(key)?)?;
        match terminator {
            Terminator::Leaf => Ok(Self::Leaf { suffix, value: rlp.slice_ref(string(value)?) }),
            Terminator::Extension if suffix.is_empty() => Err("the extension has no nibbles"),
            Terminator::Extension => match Child::decode(rlp, value)? {
                Child::Empty => Err("the extension has no child"),
                child @ (Child::Stored(_) | Child::Embedded(_)) => {
                    Ok(Self::Extension { suffix, child })
                }
            },
        }
    }
}

impl Branch {
    /// Decodes a branch whose items start at `payload_start`.
    fn decode(rlp: &Bytes, payload_start: usize) -> Result<Self, Reason> {
        let mut bounds = [payload_start; CHILDREN + 1];
        let mut at = payload_start;
        for bound in bounds.iter_mut().skip(1) {
            let child = item(rlp.get(at..).unwrap_or_default())?;
            at = at.saturating_add(child.len());
            *bound = at;
        }
        // Keys have one length, so a branch never holds a value.
        if rlp.get(at..) == Some(&[EMPTY_STRING_CODE]) {
            Ok(Self { rlp: rlp.clone(), bounds })
        } else {
            Err("the list has neither 2 nor 17 items, or the branch has a value")
        }
    }

    /// RLP of the reference to the child at `nibble`.
    pub(super) fn reference(&self, nibble: u8) -> &[u8] {
        let nibble = usize::from(nibble);
        match (self.bounds.get(nibble), self.bounds.get(nibble.saturating_add(1))) {
            (Some(&start), Some(&end)) => self.rlp.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The child at `nibble`.
    pub(super) fn child(&self, nibble: u8) -> Result<Child, Reason> {
        Child::decode(&self.rlp, self.reference(nibble))
    }

    /// The node itself.
    pub(super) fn rlp(&self) -> &[u8] {
        &self.rlp
    }

    /// Where the reference to the child at `nibble` ends in [`Self::rlp`].
    pub(super) fn end(&self, nibble: u8) -> usize {
        self.bounds.get(usize::from(nibble).saturating_add(1)).copied().unwrap_or_default()
    }

    /// Whether the child at `nibble` is referred to by hash.
    pub(super) fn has_hash(&self, nibble: u8) -> bool {
        self.reference(nibble).first() == Some(&HASH_CODE)
    }

    /// Whether there is a child at `nibble`.
    pub(super) fn has_child(&self, nibble: u8) -> bool {
        self.reference(nibble) != [EMPTY_STRING_CODE]
    }
}

impl Child {
    /// Decodes a reference, which lies inside `parent`.
    fn decode(parent: &Bytes, reference: &[u8]) -> Result<Self, Reason> {
        match (reference.first(), reference.len()) {
            (Some(&EMPTY_STRING_CODE), 1) => Ok(Self::Empty),
            (Some(&HASH_CODE), HASH_REFERENCE_BYTES) => RlpNode::from_raw(reference)
                .map(Self::Stored)
                .ok_or("a child reference is too long"),
            (Some(0xc0..), 1..MIN_STORED_BYTES) => Ok(Self::Embedded(parent.slice_ref(reference))),
            _ => Err("a child is neither empty, nor a hash, nor a short node"),
        }
    }

    /// The reference a parent holds.
    pub(super) fn reference(&self) -> RlpNode {
        match self {
            Self::Empty => RlpNode::from_rlp(&[EMPTY_STRING_CODE]),
            Self::Stored(reference) => reference.clone(),
            Self::Embedded(rlp) => RlpNode::from_rlp(rlp),
        }
    }
}

/// Appends the RLP of a branch with these child references; an absent child is an empty slice.
pub(super) fn encode_branch(references: &[&[u8]; CHILDREN], rlp: &mut Vec<u8>) {
    let payload_length = references
        .iter()
        .fold(1_usize, |bytes, reference| bytes.saturating_add(reference.len().max(1)));
    let header = Header { list: true, payload_length };
    rlp.reserve(header.length_with_payload());
    header.encode(rlp);
    for reference in references {
        if reference.is_empty() {
            rlp.push(EMPTY_STRING_CODE);
        } else {
            rlp.extend_from_slice(reference);
        }
    }
    rlp.push(EMPTY_STRING_CODE);
}

/// What the hex-prefix flag says.
enum Terminator {
    Leaf,
    Extension,
}

/// Decodes a hex-prefixed partial path. Source: Yellow Paper appendix C.
fn decode_suffix(encoded: &[u8]) -> Result<(NodePath, Terminator), Reason> {
    let (&flag, packed) = encoded.split_first().ok_or("the path is empty")?;
    let terminator = match flag >> 4 {
        0 | 1 => Terminator::Extension,
        2 | 3 => Terminator::Leaf,
        _ => return Err("the path has an unknown flag"),
    };
    let odd = flag & 0x10 != 0;
    if packed.len().saturating_mul(2).saturating_add(usize::from(odd)) > KEY_NIBBLES {
        return Err("the path is longer than a key");
    }
    let rest = NodePath::unpack(packed);
    if !odd {
        let padded_with_zero = flag & 0x0f == 0;
        return if padded_with_zero { Ok((rest, terminator)) } else { Err("the path is padded") };
    }
    let mut path = NodePath::default();
    path.push(flag & 0x0f);
    Ok((path.join(&rest), terminator))
}

/// The first RLP item of `rest`, with its header.
fn item(rest: &[u8]) -> Result<&[u8], Reason> {
    const TRUNCATED: Reason = "an item is malformed";
    // Nearly all items of a branch are one of these two, and decoding is a tenth of a root.
    let item_bytes = match rest.first() {
        Some(&EMPTY_STRING_CODE) => 1,
        Some(&HASH_CODE) => HASH_REFERENCE_BYTES,
        _ => {
            let mut payload = rest;
            let header = Header::decode(&mut payload).map_err(|_| TRUNCATED)?;
            let header_bytes = rest.len().saturating_sub(payload.len());
            header_bytes.saturating_add(header.payload_length)
        }
    };
    rest.get(..item_bytes).ok_or(TRUNCATED)
}

/// The contents of an RLP string.
fn string(item: &[u8]) -> Result<&[u8], Reason> {
    let mut rest = item;
    Header::decode_bytes(&mut rest, false).map_err(|_| "a path or value is not a string")
}
