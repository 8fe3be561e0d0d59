//! A persisted base with the canonical blocks above it.

use crate::ExecutedBlock;
use hanzo_store::{StoreError, StoreView};
use std::sync::Arc;

/// One snapshot of the store and the canonical blocks whose states lie above it.
#[derive(Debug, Clone)]
pub(crate) struct Generation {
    pub(crate) base: Arc<StoreView>,
    /// Number of the block whose state `base` holds.
    pub(crate) base_number: u64,
    /// Number of the oldest block whose state `base` remembers.
    pub(crate) oldest_state: u64,
    /// Number of the oldest block whose receipts `base` has.
    pub(crate) oldest_receipts: u64,
    /// Ascending, without gaps, the first is the child of the base.
    pub(crate) blocks: Vec<Arc<ExecutedBlock>>,
}

impl Generation {
    /// The chain as `base` has it, with `blocks` on top of its state tip `base_number`.
    pub(crate) fn new(
        base: Arc<StoreView>,
        base_number: u64,
        blocks: Vec<Arc<ExecutedBlock>>,
    ) -> Result<Self, StoreError> {
        let (oldest_state, oldest_receipts) = (base.oldest_state()?, base.oldest_receipts()?);
        Ok(Self { base, base_number, oldest_state, oldest_receipts, blocks })
    }

    /// The canonical block with this number, if it lies above the base.
    pub(crate) fn block(&self, number: u64) -> Option<&Arc<ExecutedBlock>> {
        let offset = number.checked_sub(self.base_number)?.checked_sub(1)?;
        self.blocks.get(usize::try_from(offset).ok()?)
    }
}
