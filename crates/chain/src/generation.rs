//! A persisted base with the canonical blocks above it.

use crate::ExecutedBlock;
use hanzo_store::StoreView;
use std::sync::Arc;

/// How many superseded generations keep their snapshot, so that the states of at least
/// `RETAINED_GENERATIONS · SEGMENT_BLOCKS` = 48 blocks below the base can still be read. A
/// snapshot costs nothing but the garbage it keeps from being compacted away.
pub const RETAINED_GENERATIONS: usize = 3;

/// One snapshot of the store and the canonical blocks whose states lie above it.
#[derive(Debug, Clone)]
pub(crate) struct Generation {
    pub(crate) base: Arc<StoreView>,
    /// Number of the block whose state `base` holds.
    pub(crate) base_number: u64,
    /// Ascending, without gaps, the first is the child of the base.
    pub(crate) blocks: Vec<Arc<ExecutedBlock>>,
}

impl Generation {
    /// The canonical block with this number, if it lies above the base.
    pub(crate) fn block(&self, number: u64) -> Option<&Arc<ExecutedBlock>> {
        let offset = number.checked_sub(self.base_number)?.checked_sub(1)?;
        self.blocks.get(usize::try_from(offset).ok()?)
    }

    /// Whether the state after block `number` can be read through this generation.
    pub(crate) fn covers(&self, number: u64) -> bool {
        number == self.base_number || self.block(number).is_some()
    }
}
