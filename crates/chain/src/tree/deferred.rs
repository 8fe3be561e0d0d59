//! Branches that leave the canonical chain below the persisted base.

use alloy_primitives::{B256, map::B256Map};
use hanzo_consensus::ChainWeight;
use hanzo_types::{RecoveredBlock, SealedHeader};
use std::sync::Arc;

/// Most blocks kept on branches from below the base. A branch that the reorganisation guard refuses is
/// at least two hours old, which is 3 600 blocks at the shortest target block time; as many again are
/// time to decide about it. ADR-0022.
pub const MAX_DEFERRED_BLOCKS: usize = 8_192;

/// Most bytes of such blocks kept, by their RLP.
pub const MAX_DEFERRED_BYTES: usize = 256 << 20;

/// A block whose parent's state is not in memory: its header and seal are checked, it is not
/// executed.
#[derive(Debug, Clone)]
pub(super) struct DeferredBlock {
    pub(super) block: Arc<RecoveredBlock>,
    pub(super) weight: ChainWeight,
    bytes: usize,
}

/// Blocks of branches that leave the canonical chain below the base. They wait, unexecuted, until
/// their branch is heavier than the head. ADR-0013.
#[derive(Debug, Default)]
pub(super) struct Deferred {
    by_hash: B256Map<DeferredBlock>,
    bytes: usize,
}

impl Deferred {
    pub(super) fn insert(&mut self, block: RecoveredBlock, weight: ChainWeight) {
        let bytes = block.rlp_length();
        self.bytes = self.bytes.saturating_add(bytes);
        let deferred = DeferredBlock { block: Arc::new(block), weight, bytes };
        let _ = self.by_hash.insert(deferred.block.hash(), deferred);
        while self.by_hash.len() > MAX_DEFERRED_BLOCKS || self.bytes > MAX_DEFERRED_BYTES {
            let Some(lightest) = self.lightest_end() else { return };
            self.remove(lightest);
        }
    }

    pub(super) fn get(&self, hash: B256) -> Option<&DeferredBlock> {
        self.by_hash.get(&hash)
    }

    pub(super) fn header(&self, hash: B256) -> Option<SealedHeader> {
        self.get(hash).map(|deferred| deferred.block.sealed_header().clone())
    }

    pub(super) fn remove(&mut self, hash: B256) {
        if let Some(removed) = self.by_hash.remove(&hash) {
            self.bytes = self.bytes.saturating_sub(removed.bytes);
        }
    }

    /// Removes every child of `hash` and returns their hashes.
    pub(super) fn remove_children(&mut self, hash: B256) -> Vec<B256> {
        let is_child = |deferred: &&DeferredBlock| deferred.block.parent_hash == hash;
        let children = self.by_hash.values().filter(is_child);
        let children: Vec<B256> = children.map(|deferred| deferred.block.hash()).collect();
        children.iter().for_each(|child| self.remove(*child));
        children
    }

    pub(super) fn hashes(&self) -> impl Iterator<Item = B256> {
        self.by_hash.keys().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.by_hash.len()
    }

    /// The lightest block that has no child here.
    fn lightest_end(&self) -> Option<B256> {
        let parents: alloy_primitives::map::B256Set =
            self.by_hash.values().map(|deferred| deferred.block.parent_hash).collect();
        let ends = self.by_hash.iter().filter(|(hash, _)| !parents.contains(*hash));
        let weight = |(hash, deferred): &(&B256, &DeferredBlock)| {
            (deferred.weight.total_difficulty, deferred.weight.number, **hash)
        };
        ends.min_by_key(weight).map(|(hash, _)| *hash)
    }
}
