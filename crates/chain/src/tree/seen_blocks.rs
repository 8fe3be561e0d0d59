//! When blocks were seen first.

use alloy_primitives::{B256, map::B256Map};
use std::collections::VecDeque;

/// Most blocks whose arrival is remembered; beyond it the oldest is forgotten, and its timestamp
/// stands for it, which is hardly ever later. Two hours are 3 600 blocks at the shortest target
/// block time; half a megabyte.
const MAX_SEEN_BLOCKS: usize = 8_192;

/// When this process took blocks of peers in first, as Unix time in seconds. Blocks from elsewhere
/// are not here: one built here has the time in its header, and of one read from the disk or a file
/// nothing but its timestamp is known.
#[derive(Debug, Default)]
pub(super) struct SeenBlocks {
    by_hash: B256Map<u64>,
    arrivals: VecDeque<B256>,
}

impl SeenBlocks {
    /// Remembers that a block was taken in, unless it was before.
    pub(super) fn note(&mut self, hash: B256, now: u64) {
        if self.by_hash.contains_key(&hash) {
            return;
        }
        let _ = self.by_hash.insert(hash, now);
        self.arrivals.push_back(hash);
        if self.arrivals.len() > MAX_SEEN_BLOCKS
            && let Some(oldest) = self.arrivals.pop_front()
        {
            let _ = self.by_hash.remove(&oldest);
        }
    }

    pub(super) fn at(&self, hash: B256) -> Option<u64> {
        self.by_hash.get(&hash).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(index: usize) -> B256 {
        B256::left_padding_from(&index.to_be_bytes())
    }

    #[test]
    fn the_first_time_counts() {
        let mut seen = SeenBlocks::default();
        seen.note(hash(1), 10);
        seen.note(hash(1), 20);
        assert_eq!((seen.at(hash(1)), seen.at(hash(2))), (Some(10), None));
    }

    #[test]
    fn the_oldest_block_is_forgotten_when_the_memory_is_full() {
        let mut seen = SeenBlocks::default();
        (0..=MAX_SEEN_BLOCKS).for_each(|index| seen.note(hash(index), 7));
        assert_eq!((seen.at(hash(0)), seen.at(hash(1))), (None, Some(7)));
        assert_eq!(seen.at(hash(MAX_SEEN_BLOCKS)), Some(7));
    }
}
