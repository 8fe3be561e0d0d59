//! Heavier branches that wait for a decision.

use alloy_primitives::B256;
use hanzo_consensus::{ChainWeight, FINALIZED_DEPTH};
use hanzo_store::BlockRef;
use std::collections::VecDeque;

/// Most branches that wait. One is already an event; beyond it the oldest is judged again with its
/// next block.
const MAX_REFUSED_REORGS: usize = 64;

/// The log is told again of a branch that has grown by this many blocks.
const REPORT_EVERY_BLOCKS: u64 = FINALIZED_DEPTH;

/// A heavier branch that is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RefusedBranch {
    /// The canonical block it leaves from.
    pub(super) ancestor: BlockRef,
    /// Its first block above that, which names the branch.
    pub(super) first: BlockRef,
    /// Its heaviest block.
    pub(super) tip: BlockRef,
    pub(super) weight: ChainWeight,
    /// Number of the tip when the log was told of it last.
    reported: u64,
}

/// Whether the log should hear of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    /// The branch was not known.
    First,
    /// It has grown a lot since the log was told.
    Again,
    /// Nothing new.
    Nothing,
}

/// Heavier branches that are not followed until somebody decides, in the order in which they were
/// refused.
#[derive(Debug, Default)]
pub(super) struct RefusedReorgs(VecDeque<RefusedBranch>);

impl RefusedBranch {
    pub(super) const fn new(
        ancestor: BlockRef,
        first: BlockRef,
        tip: BlockRef,
        weight: ChainWeight,
    ) -> Self {
        Self { ancestor, first, tip, weight, reported: tip.number }
    }
}

impl RefusedReorgs {
    /// Notes that `branch` is refused; `is_heavier` says whether its end replaces the one that is
    /// noted.
    pub(super) fn note(
        &mut self,
        branch: RefusedBranch,
        is_heavier: impl FnOnce(&ChainWeight) -> bool,
    ) -> Report {
        if let Some(known) = self.0.iter_mut().find(|known| known.first == branch.first) {
            if is_heavier(&known.weight) {
                (known.tip, known.weight) = (branch.tip, branch.weight);
            }
            if known.tip.number.saturating_sub(known.reported) < REPORT_EVERY_BLOCKS {
                return Report::Nothing;
            }
            known.reported = known.tip.number;
            return Report::Again;
        }
        self.0.push_back(branch);
        if self.0.len() > MAX_REFUSED_REORGS {
            let _ = self.0.pop_front();
        }
        Report::First
    }

    /// The refused branch that begins with this block.
    pub(super) fn find(&self, first: B256) -> Option<RefusedBranch> {
        self.0.iter().find(|branch| branch.first.hash == first).copied()
    }

    /// Forgets the branch that begins with this block.
    pub(super) fn remove(&mut self, first: B256) {
        self.0.retain(|branch| branch.first.hash != first);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &RefusedBranch> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;
    use hanzo_types::TotalDifficulty;

    /// A branch that begins with block `first` and has `length` blocks of weight one.
    fn branch(first: u8, length: u64) -> RefusedBranch {
        let block = |number, hash| BlockRef { number, hash: B256::repeat_byte(hash) };
        let total_difficulty = TotalDifficulty(U256::from(length));
        let weight = ChainWeight { total_difficulty, number: length };
        let tip = BlockRef { number: length, hash: B256::from(U256::from(length)) };
        RefusedBranch::new(block(0, 0), block(1, first), tip, weight)
    }

    fn note(refused: &mut RefusedReorgs, branch: RefusedBranch) -> Report {
        refused.note(branch, |known| branch.weight.total_difficulty > known.total_difficulty)
    }

    #[test]
    fn a_branch_is_reported_once_and_again_when_it_has_grown_by_the_depth_of_finality() {
        let mut refused = RefusedReorgs::default();
        assert_eq!(note(&mut refused, branch(1, 200)), Report::First);
        assert_eq!(note(&mut refused, branch(2, 200)), Report::First);
        for length in 201..328 {
            assert_eq!(note(&mut refused, branch(1, length)), Report::Nothing, "{length}");
        }
        assert_eq!(note(&mut refused, branch(1, 328)), Report::Again);
        assert_eq!(note(&mut refused, branch(1, 329)), Report::Nothing);
    }

    #[test]
    fn the_heaviest_end_of_a_branch_is_kept() {
        let mut refused = RefusedReorgs::default();
        let _ = note(&mut refused, branch(1, 200));
        let _ = note(&mut refused, branch(1, 202));
        let _ = note(&mut refused, branch(1, 201));
        assert_eq!(refused.find(B256::repeat_byte(1)).unwrap().tip, branch(1, 202).tip);
        assert_eq!(refused.iter().count(), 1);
        refused.remove(B256::repeat_byte(1));
        assert_eq!(refused.find(B256::repeat_byte(1)), None);
    }

    #[test]
    fn the_oldest_branch_is_forgotten_when_there_are_too_many() {
        let mut refused = RefusedReorgs::default();
        for first in 0..=u8::try_from(MAX_REFUSED_REORGS).unwrap() {
            let _ = note(&mut refused, branch(first, 200));
        }
        assert_eq!(refused.iter().count(), MAX_REFUSED_REORGS);
        assert_eq!(refused.find(B256::repeat_byte(0)), None);
    }
}
