//! Blocks that were found to be invalid.

use alloy_primitives::{B256, map::B256Map};
use std::collections::VecDeque;

/// Most invalid blocks remembered; beyond it the oldest is forgotten and would be checked again.
pub const MAX_INVALID_BLOCKS: usize = 512;

/// How often the memory is believed. After that the block is checked once more, so that a mistake
/// of this node, such as a defect that an update mends while peers keep sending, heals by itself.
const MAX_HITS: u32 = 128;

/// Hashes of invalid blocks, so that their descendants are refused without work.
///
/// Only blocks whose body is the one the header commits to get here ([`crate::CheckedBlock`]): a
/// valid header with somebody else's body must not condemn the hash.
#[derive(Debug, Default)]
pub(super) struct InvalidBlocks {
    hits: B256Map<u32>,
    arrivals: VecDeque<B256>,
}

impl InvalidBlocks {
    pub(super) fn insert(&mut self, hash: B256) {
        if self.hits.insert(hash, 0).is_some() {
            return;
        }
        self.arrivals.push_back(hash);
        if self.arrivals.len() > MAX_INVALID_BLOCKS
            && let Some(oldest) = self.arrivals.pop_front()
        {
            let _ = self.hits.remove(&oldest);
        }
    }

    /// Whether the block with this hash is known to be invalid. Counts as a hit.
    pub(super) fn contains(&mut self, hash: B256) -> bool {
        let Some(hits) = self.hits.get_mut(&hash) else { return false };
        *hits = hits.saturating_add(1);
        if *hits <= MAX_HITS {
            return true;
        }
        let _ = self.hits.remove(&hash);
        self.arrivals.retain(|arrived| *arrived != hash);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_invalid_block_is_forgotten_when_the_memory_is_full() {
        let mut memory = InvalidBlocks::default();
        let hash = |index: usize| B256::left_padding_from(&index.to_be_bytes());
        (0..=MAX_INVALID_BLOCKS).for_each(|index| memory.insert(hash(index)));
        assert!(!memory.contains(hash(0)));
        assert!(memory.contains(hash(1)));
        assert!(memory.contains(hash(MAX_INVALID_BLOCKS)));
    }

    #[test]
    fn a_block_that_is_asked_for_often_enough_is_checked_once_more() {
        let mut memory = InvalidBlocks::default();
        memory.insert(B256::ZERO);
        assert!((0..MAX_HITS).all(|_| memory.contains(B256::ZERO)));
        assert!(!memory.contains(B256::ZERO));
        memory.insert(B256::ZERO);
        assert!(memory.contains(B256::ZERO));
    }
}
