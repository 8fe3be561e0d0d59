//! Blocks that were refused for their own fault.

use hanzo_types::RecoveredBlock;
use std::sync::Arc;

/// Most bad blocks that are kept with their body, for whoever has to find out what is wrong with
/// them. Source: geth.
pub const MAX_BAD_BLOCKS: usize = 10;

/// Most bytes of bad blocks kept, by their RLP: two blocks of the largest size there is. One that is
/// larger by itself is not kept.
pub const MAX_BAD_BLOCK_BYTES: usize = 2 * hanzo_types::MAX_BLOCK_RLP_BYTES;

/// Blocks that were refused for their own fault, newest first. Cheap to clone.
///
/// Only blocks that passed every check in isolation get here: a seal costs work, so nobody can push
/// the others out for nothing. What is refused because of its parent has no fault of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct BadBlocks(Arc<Vec<Arc<RecoveredBlock>>>);

impl BadBlocks {
    /// Keeps `block`, and of the others as many as the bounds allow. A block that comes again is not
    /// kept twice.
    pub(crate) fn remember(&mut self, block: Arc<RecoveredBlock>) {
        if block.rlp_length() > MAX_BAD_BLOCK_BYTES {
            return;
        }
        let hash = block.hash();
        let older = self.0.iter().filter(|known| known.hash() != hash).cloned();
        let mut bytes = 0_usize;
        let kept = std::iter::once(block).chain(older).take(MAX_BAD_BLOCKS).take_while(|block| {
            bytes = bytes.saturating_add(block.rlp_length());
            bytes <= MAX_BAD_BLOCK_BYTES
        });
        let kept = kept.collect();
        self.0 = Arc::new(kept);
    }

    pub(crate) fn blocks(&self) -> &[Arc<RecoveredBlock>] {
        &self.0
    }

    /// Whether both are the same list, not only an equal one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanzo_types::{Block, Header};
    use reth_primitives_traits::Block as _;

    fn block(number: u64, extra_bytes: usize) -> Arc<RecoveredBlock> {
        let extra_data = vec![7; extra_bytes].into();
        let header = Header { number, extra_data, ..Default::default() };
        let block = Block { header, body: Default::default() };
        Arc::new(RecoveredBlock::new_sealed(block.seal_slow(), Vec::new()))
    }

    fn numbers(bad: &BadBlocks) -> Vec<u64> {
        bad.blocks().iter().map(|block| block.number).collect()
    }

    #[test]
    fn the_newest_bad_blocks_are_kept() {
        let mut bad = BadBlocks::default();
        (0..12).for_each(|number| bad.remember(block(number, 0)));
        assert_eq!(numbers(&bad), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
        bad.remember(block(5, 0));
        assert_eq!(numbers(&bad), [5, 11, 10, 9, 8, 7, 6, 4, 3, 2]);
    }

    #[test]
    fn bad_blocks_are_bounded_in_bytes() {
        let mut bad = BadBlocks::default();
        let third = MAX_BAD_BLOCK_BYTES / 3;
        (0..4).for_each(|number| bad.remember(block(number, third)));
        assert_eq!(numbers(&bad), [3, 2]);
        bad.remember(block(9, MAX_BAD_BLOCK_BYTES));
        assert_eq!(numbers(&bad), [3, 2]);
    }
}
