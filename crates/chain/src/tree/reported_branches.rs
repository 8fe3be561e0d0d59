//! Branches that the log has told of.

use alloy_primitives::B256;
use std::collections::VecDeque;

/// Most branches remembered. One is already an event; beyond it the oldest would be told of again.
const MAX_REPORTED_BRANCHES: usize = 64;

/// First blocks of heavier branches that are not followed, so that the log has one line for each
/// branch and not one for each of its blocks.
#[derive(Debug, Default)]
pub(super) struct ReportedBranches(VecDeque<B256>);

impl ReportedBranches {
    /// Whether the branch that begins with this block is new; from now on it is not.
    pub(super) fn is_new(&mut self, first: B256) -> bool {
        if self.0.contains(&first) {
            return false;
        }
        self.0.push_back(first);
        if self.0.len() > MAX_REPORTED_BRANCHES {
            let _ = self.0.pop_front();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(index: usize) -> B256 {
        B256::left_padding_from(&index.to_be_bytes())
    }

    #[test]
    fn a_branch_is_new_once() {
        let mut reported = ReportedBranches::default();
        assert!(reported.is_new(hash(1)) && reported.is_new(hash(2)));
        assert!(!reported.is_new(hash(1)) && !reported.is_new(hash(2)));
    }

    #[test]
    fn the_oldest_branch_is_forgotten_when_the_memory_is_full() {
        let mut reported = ReportedBranches::default();
        assert!((0..=MAX_REPORTED_BRANCHES).all(|index| reported.is_new(hash(index))));
        assert!(!reported.is_new(hash(1)));
        assert!(reported.is_new(hash(0)));
    }
}
