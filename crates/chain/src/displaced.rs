//! Blocks that were canonical and are not any more.

use crate::ExecutedBlock;
use alloy_primitives::B256;
use hanzo_types::{Receipt, RecoveredBlock};
use std::sync::Arc;

/// Most displaced blocks that are remembered with their receipts, so that whoever polls a filter
/// learns which logs are void. Twice the depth at which a block counts as final (decision D-10).
pub const MAX_DISPLACED_BLOCKS: usize = 256;

/// A block that a reorganisation took out of the canonical chain.
#[derive(Debug, Clone)]
pub(crate) struct DisplacedBlock {
    pub(crate) block: Arc<RecoveredBlock>,
    pub(crate) receipts: Arc<Vec<Receipt>>,
}

/// The blocks that reorganisations displaced lately, newest last. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Displaced(Arc<Vec<DisplacedBlock>>);

impl Displaced {
    /// Remembers `reverted`, which is sorted newest first.
    pub(crate) fn remember(&mut self, reverted: &[Arc<ExecutedBlock>]) {
        if reverted.is_empty() {
            return;
        }
        let new = reverted.iter().rev().map(|block| DisplacedBlock {
            block: Arc::clone(block.block()),
            receipts: Arc::clone(block.receipts()),
        });
        let mut all: Vec<_> = self.0.iter().cloned().chain(new).collect();
        let surplus = all.len().saturating_sub(MAX_DISPLACED_BLOCKS);
        all.drain(..surplus);
        self.0 = Arc::new(all);
    }

    pub(crate) fn get(&self, hash: B256) -> Option<&DisplacedBlock> {
        self.0.iter().rev().find(|displaced| displaced.block.hash() == hash)
    }
}
