//! Blocks whose parent has not come yet.

use crate::{CheckedBlock, Origin};
use alloy_primitives::{B256, map::B256Map};
use std::collections::VecDeque;

/// Most orphans kept. Blocks of a few minutes that arrive out of order fit; a longer gap is for
/// the sync to close.
pub const MAX_ORPHANS: usize = 256;

/// Most bytes of orphans kept, by their RLP.
pub const MAX_ORPHAN_BYTES: usize = 64 << 20;

/// A block that waits for its parent.
#[derive(Debug)]
struct Orphan {
    block: CheckedBlock,
    origin: Origin,
    bytes: usize,
}

/// Blocks whose parent is not known, first in first out when full. A block that was pushed out can
/// come again.
#[derive(Debug, Default)]
pub(super) struct Orphans {
    by_hash: B256Map<Orphan>,
    /// In the order of arrival; hashes that have left the buffer are skipped.
    arrivals: VecDeque<B256>,
    bytes: usize,
}

impl Orphans {
    /// Keeps a block that is not kept yet.
    pub(super) fn insert(&mut self, block: CheckedBlock, origin: Origin) {
        let hash = block.block().hash();
        if self.by_hash.contains_key(&hash) {
            return;
        }
        let bytes = block.block().rlp_length();
        self.bytes = self.bytes.saturating_add(bytes);
        let _ = self.by_hash.insert(hash, Orphan { block, origin, bytes });
        self.arrivals.push_back(hash);
        while self.by_hash.len() > MAX_ORPHANS || self.bytes > MAX_ORPHAN_BYTES {
            let Some(oldest) = self.arrivals.pop_front() else { return };
            let _ = self.remove(oldest);
        }
    }

    /// Takes the children of `parent` out, in the order in which they came.
    pub(super) fn take_children(&mut self, parent: B256) -> Vec<(CheckedBlock, Origin)> {
        let is_child = |hash: &B256| {
            let orphan = self.by_hash.get(hash);
            orphan.is_some_and(|orphan| orphan.block.block().parent_hash == parent)
        };
        let children: Vec<B256> = self.arrivals.iter().copied().filter(is_child).collect();
        children.into_iter().filter_map(|hash| self.remove(hash)).collect()
    }

    /// The first ancestor of `hash` that is not here: the block to ask for.
    pub(super) fn missing_ancestor(&self, hash: B256) -> B256 {
        let mut missing = hash;
        // A cycle of hashes cannot exist, yet the walk is bounded by the buffer.
        for _ in 0..=MAX_ORPHANS {
            let Some(orphan) = self.by_hash.get(&missing) else { break };
            missing = orphan.block.block().parent_hash;
        }
        missing
    }

    /// Blocks that others here wait for.
    pub(super) fn parents(&self) -> impl Iterator<Item = B256> {
        self.by_hash.values().map(|orphan| orphan.block.block().parent_hash)
    }

    pub(super) fn len(&self) -> usize {
        self.by_hash.len()
    }

    fn remove(&mut self, hash: B256) -> Option<(CheckedBlock, Origin)> {
        let orphan = self.by_hash.remove(&hash)?;
        self.bytes = self.bytes.saturating_sub(orphan.bytes);
        self.arrivals.retain(|arrived| *arrived != hash);
        Some((orphan.block, orphan.origin))
    }
}
