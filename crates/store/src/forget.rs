//! Removing blocks that are not wanted any more.

use crate::database::WriteKind;
use crate::{BlockRef, Durability, Store, StoreError, Table, key};

/// Blocks removed in one batch: four small keys each.
const FORGOTTEN_BLOCKS: usize = 4_096;

impl Store {
    /// Removes every block above the state on disk, canonical or not, so that no start finds them.
    /// Returns how many there were. The highest go first: whatever interrupts it, a block that is left
    /// has its parent.
    ///
    /// # Errors
    /// [`StoreError::NotInitialized`], [`StoreError::Damaged`], [`StoreError::DiskFull`],
    /// [`StoreError::Engine`].
    pub fn forget_blocks_above_tip(&self) -> Result<u64, StoreError> {
        let view = self.view();
        let first = view.state_tip()?.number.saturating_add(1);
        let mut blocks = view.blocks_from(first).collect::<Result<Vec<BlockRef>, StoreError>>()?;
        // By number and hash, as their keys are.
        blocks.reverse();
        for part in blocks.chunks(FORGOTTEN_BLOCKS) {
            let mut batch = self.database().batch();
            for block in part {
                let row = key::block(*block);
                batch.delete(Table::Headers, row)?;
                batch.delete(Table::Bodies, row)?;
                batch.delete(Table::Weights, row)?;
                batch.delete(Table::BlockNumbers, block.hash)?;
            }
            batch.write(WriteKind::Unwind, Durability::Synced)?;
        }
        Ok(u64::try_from(blocks.len()).unwrap_or(u64::MAX))
    }
}
