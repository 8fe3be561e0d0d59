//! Blocks in memory that are not on the canonical chain.

use crate::{ExecutedBlock, RefusedReorg, bad_blocks::BadBlocks, displaced::Displaced};
use alloy_primitives::B256;
use hanzo_types::{RecoveredBlock, TotalDifficulty};
use std::sync::Arc;

/// Blocks in memory that are not on the canonical chain: valid blocks beside it, and those that
/// reorganisations displaced lately. Readers find them by hash, and in no other way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Noncanonical {
    /// In no order; at most [`crate::MAX_SIDE_BLOCKS`], nearly always none.
    pub(crate) side: Arc<Vec<Arc<ExecutedBlock>>>,
    pub(crate) displaced: Displaced,
    /// Not found by hash: they are not valid.
    pub(crate) bad: BadBlocks,
    /// Heavier branches that wait for a decision; nearly always none.
    pub(crate) refused: Vec<RefusedReorg>,
}

impl Noncanonical {
    /// The block with this hash.
    pub(crate) fn block(&self, hash: B256) -> Option<&Arc<RecoveredBlock>> {
        let displaced = || self.displaced.get(hash).map(|displaced| &displaced.block);
        self.side_block(hash).map(|side| side.block()).or_else(displaced)
    }

    /// Weight of the chain that ends in the side block with this hash.
    pub(crate) fn total_difficulty(&self, hash: B256) -> Option<TotalDifficulty> {
        self.side_block(hash).map(|side| side.total_difficulty())
    }

    fn side_block(&self, hash: B256) -> Option<&Arc<ExecutedBlock>> {
        self.side.iter().find(|block| block.hash() == hash)
    }
}
