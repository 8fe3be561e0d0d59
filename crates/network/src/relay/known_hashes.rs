//! What was seen lately.

use alloy_primitives::{B256, map::B256Set};
use std::collections::VecDeque;

/// The newest hashes of something; beyond the limit the oldest is forgotten.
#[derive(Debug)]
pub struct KnownHashes {
    hashes: B256Set,
    order: VecDeque<B256>,
    limit: usize,
}

impl KnownHashes {
    /// Nothing is known; at most `limit` hashes will be.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { hashes: B256Set::default(), order: VecDeque::new(), limit }
    }

    /// Remembers a hash. Whether it was new.
    pub fn insert(&mut self, hash: B256) -> bool {
        if !self.hashes.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        true
    }

    /// Whether a hash is known.
    #[must_use]
    pub fn contains(&self, hash: &B256) -> bool {
        self.hashes.contains(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_first_and_a_second_time_counts_for_nothing() {
        let [a, b, c] = [1, 2, 3].map(B256::repeat_byte);
        let mut known = KnownHashes::new(2);
        assert!(known.insert(a));
        assert!(!known.insert(a));
        assert!(known.insert(b));
        assert!(known.contains(&a));
        assert!(known.insert(c));
        assert!(!known.contains(&a));
        assert!(known.contains(&b) && known.contains(&c));
    }
}
