//! The canonical chain: its head, and the part of it that goes to disk.

use super::{CanonChange, ChainTree, segment_commit::SegmentCommit};
use crate::{ExecutedBlock, ImportError, generation::Generation, timing::Stopwatch};
use std::sync::Arc;

/// Most blocks between base and head. It bounds what a crash re-executes; 32 blocks of 30 Mgas
/// re-execute in a few seconds on two cores. ADR-0002.
pub const HIGH_WATER_BLOCKS: usize = 32;

/// Blocks that stay in memory only while no commit is under way. One more, and a commit begins; it
/// is over before the block after that is stored, so that a crash never finds more than
/// [`HIGH_WATER_BLOCKS`].
pub(super) const MAX_UNPERSISTED_BLOCKS: usize = HIGH_WATER_BLOCKS - 1;

/// Blocks persisted in one batch when the high water is passed: each key is written once for all
/// of them. Half the high water, so that a reorganisation of up to 16 blocks never touches the
/// disk. ADR-0002.
pub const SEGMENT_BLOCKS: usize = 16;

impl ChainTree {
    /// Makes `head`, a block of the tree, the canonical head.
    pub(super) fn set_head(&mut self, head: &Arc<ExecutedBlock>) -> CanonChange {
        let mut adopted = Vec::new();
        let mut cursor = Some(head);
        while let Some(block) = cursor {
            if self.is_canonical(block) {
                break;
            }
            adopted.push(Arc::clone(block));
            cursor = self.blocks.get(&block.block().parent_hash);
        }
        adopted.reverse();
        let first = adopted.first().map_or(u64::MAX, |block| block.number());
        let reverted = self.cut_from(first);
        self.chain.blocks.extend(adopted.iter().cloned());
        CanonChange { reverted, adopted }
    }

    /// Takes the canonical blocks from `number` on out of the chain, newest first. They stay in
    /// the tree.
    pub(super) fn cut_from(&mut self, number: u64) -> Vec<Arc<ExecutedBlock>> {
        let keep = self.chain.blocks.partition_point(|block| block.number() < number);
        let mut cut = self.chain.blocks.split_off(keep);
        cut.reverse();
        cut
    }

    /// Whether a block above the base is on the canonical chain.
    pub(super) fn is_canonical(&self, block: &ExecutedBlock) -> bool {
        let canonical = self.chain.block(block.number());
        canonical.is_some_and(|canonical| canonical.hash() == block.hash())
    }

    /// Commits the oldest canonical blocks in segments until at most `limit` will stay in memory;
    /// the last segment in the background.
    pub(super) fn commit_beyond(&mut self, limit: usize) -> Result<(), ImportError> {
        while self.chain.blocks.len().saturating_sub(self.committing_blocks()) > limit {
            self.finish_commit()?;
            let count = SEGMENT_BLOCKS.min(self.chain.blocks.len());
            let segment = self.chain.blocks.iter().take(count).cloned().collect();
            self.commit = SegmentCommit::start(&self.store, segment, &self.metrics);
        }
        Ok(())
    }

    /// Blocks above the base whose state is on its way to the disk.
    fn committing_blocks(&self) -> usize {
        self.commit.as_ref().map_or(0, SegmentCommit::blocks)
    }

    /// Waits for the commit in the background, if there is one, and moves the base up.
    pub(super) fn finish_commit(&mut self) -> Result<(), ImportError> {
        let Some(commit) = self.commit.take() else { return Ok(()) };
        let time = Stopwatch::start();
        let count = commit.blocks();
        let tip = commit.finish()?;
        time.record(&self.metrics.commit_wait_seconds);
        self.metrics.committed_blocks.increment(u64::try_from(count).unwrap_or(u64::MAX));
        let rest = self.chain.blocks.split_off(count.min(self.chain.blocks.len()));
        self.chain = Generation::new(self.store.view(), tip.number(), rest)?;
        self.base_header = tip.header();
        self.base_difficulty = tip.total_difficulty();
        self.drop_unreachable()?;
        Ok(())
    }
}
