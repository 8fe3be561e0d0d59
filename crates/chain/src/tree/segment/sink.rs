//! Who hears of the blocks that are imported in a row.

use super::StreamedBlock;
use crate::{ExecutedBlock, tree::CanonChange};
use std::sync::Arc;

/// Hears of the blocks that are imported in a row, in their order.
pub(super) trait ImportSink: Send {
    /// A block was taken, or known already.
    fn passed(&mut self, block: StreamedBlock);

    /// The block that was passed last extended the head, in the pipeline.
    fn extended(&mut self, block: &Arc<ExecutedBlock>);

    /// The canonical chain changed otherwise.
    fn changed(&mut self, change: CanonChange);
}

/// Counts the blocks and joins what they changed.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) imported: usize,
    pub(super) change: CanonChange,
}

impl ImportSink for Collected {
    fn passed(&mut self, _: StreamedBlock) {
        self.imported = self.imported.saturating_add(1);
    }

    fn extended(&mut self, block: &Arc<ExecutedBlock>) {
        self.changed(CanonChange { reverted: Vec::new(), adopted: vec![Arc::clone(block)] });
    }

    fn changed(&mut self, change: CanonChange) {
        self.change.then(change);
    }
}
