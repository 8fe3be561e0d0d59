//! Executed blocks beside the canonical chain.

use super::{ChainTree, HIGH_WATER_BLOCKS};
use crate::ExecutedBlock;
use alloy_primitives::map::{B256Map, B256Set};
use hanzo_store::StoreError;
use std::sync::Arc;

/// Most executed blocks beside the canonical chain. Four siblings at each height up to the high
/// water are more than an honest network ever has; beyond it the lightest branch end goes. ADR-0002.
pub const MAX_SIDE_BLOCKS: usize = 4 * HIGH_WATER_BLOCKS;

impl ChainTree {
    /// Executed blocks beside the canonical chain.
    #[must_use]
    pub fn side_blocks(&self) -> usize {
        self.blocks.len().saturating_sub(self.chain.blocks.len())
    }

    /// The executed blocks beside the canonical chain, for a view. Work only if there are any.
    pub(super) fn list_side_blocks(&self) -> Arc<Vec<Arc<ExecutedBlock>>> {
        if self.side_blocks() == 0 {
            return Arc::default();
        }
        let side = self.blocks.values().filter(|block| !self.is_canonical(block));
        Arc::new(side.cloned().collect())
    }

    /// Drops the lightest ends of side branches until at most [`MAX_SIDE_BLOCKS`] are left. A
    /// dropped block can come again.
    pub(super) fn bound_side_blocks(&mut self) {
        while self.side_blocks() > MAX_SIDE_BLOCKS {
            let parents: B256Set =
                self.blocks.values().map(|block| block.block().parent_hash).collect();
            let ends = self
                .blocks
                .values()
                .filter(|block| !self.is_canonical(block) && !parents.contains(&block.hash()));
            let lightest =
                ends.min_by_key(|block| (block.total_difficulty(), block.number(), block.hash()));
            let Some(hash) = lightest.map(|block| block.hash()) else { return };
            self.blocks.remove(&hash);
        }
    }

    /// Drops every block that does not descend from the base: those whose states the base holds now, and
    /// those that have lost against them.
    pub(super) fn drop_unreachable(&mut self) -> Result<(), StoreError> {
        let base = self.base_header.hash();
        let mut ordered: Vec<Arc<ExecutedBlock>> = self.blocks.values().cloned().collect();
        ordered.sort_unstable_by_key(|block| block.number());
        let (mut reachable, mut stale) = (B256Map::default(), 0);
        for block in ordered {
            let parent = block.block().parent_hash;
            if parent == base || reachable.contains_key(&parent) {
                reachable.insert(block.hash(), block);
            } else if self.chain.base.canonical_hash(block.number())? != Some(block.hash()) {
                stale += 1;
            }
        }
        self.blocks = reachable;
        self.metrics.stale_blocks.increment(stale);
        Ok(())
    }
}
