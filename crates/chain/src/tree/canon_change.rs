//! How the canonical chain moved.

use crate::ExecutedBlock;
use std::sync::Arc;

/// What left the canonical chain and what joined it.
#[derive(Debug, Clone, Default)]
pub(crate) struct CanonChange {
    /// Newest first.
    pub(crate) reverted: Vec<Arc<ExecutedBlock>>,
    /// Oldest first.
    pub(crate) adopted: Vec<Arc<ExecutedBlock>>,
}

impl CanonChange {
    pub(crate) fn is_empty(&self) -> bool {
        self.reverted.is_empty() && self.adopted.is_empty()
    }

    /// This change and then `next` as one: what came and went again does not show.
    pub(crate) fn then(&mut self, next: Self) {
        for block in next.reverted {
            match self.adopted.last() {
                Some(last) if last.hash() == block.hash() => drop(self.adopted.pop()),
                Some(_) | None => self.reverted.push(block),
            }
        }
        for block in next.adopted {
            // Only directly after the point that was gone back to can a reverted block come back.
            let came_back = self.adopted.is_empty()
                && self.reverted.last().is_some_and(|last| last.hash() == block.hash());
            if came_back {
                drop(self.reverted.pop());
            } else {
                self.adopted.push(block);
            }
        }
    }
}
