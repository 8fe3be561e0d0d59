//! The canonical chain: its head, and the part of it that goes to disk.

use super::{CanonChange, ChainTree};
use crate::{ExecutedBlock, ImportError, generation::Generation, timing::Stopwatch};
use hanzo_store::{CommittedBlock, Durability};
use std::sync::Arc;

/// Most blocks between base and head. It bounds what a crash re-executes; 32 blocks of 30 Mgas
/// re-execute in a few seconds on two cores. ADR-0002.
pub const HIGH_WATER_BLOCKS: usize = 32;

/// Blocks that stay unpersisted when a block was imported. It is on disk before the state below it
/// is committed, so that a crash in between finds one more: [`HIGH_WATER_BLOCKS`].
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

    /// Persists the oldest canonical blocks in segments until at most `limit` stay in memory.
    pub(super) fn persist_beyond(&mut self, limit: usize) -> Result<(), ImportError> {
        while self.chain.blocks.len() > limit {
            let count = SEGMENT_BLOCKS.min(self.chain.blocks.len());
            self.persist_segment(count)?;
        }
        Ok(())
    }

    /// Persists the oldest `count` canonical blocks in one batch and moves the base up.
    fn persist_segment(&mut self, count: usize) -> Result<(), ImportError> {
        let rest = self.chain.blocks.split_off(count);
        let segment = std::mem::take(&mut self.chain.blocks);
        let Some(tip) = segment.last() else { return Ok(()) };
        let committed: Vec<_> = segment.iter().map(|block| committed_block(block)).collect();
        let time = Stopwatch::start();
        self.store.commit(&committed, Durability::Synced)?;
        time.record(&self.metrics.commit_seconds);
        self.metrics.committed_blocks.increment(u64::try_from(count).unwrap_or(u64::MAX));
        self.chain = Generation::new(self.store.view(), tip.number(), rest)?;
        self.base_header = tip.header();
        self.base_difficulty = tip.total_difficulty();
        self.drop_unreachable();
        Ok(())
    }
}

/// The block as the store takes it.
pub(super) fn committed_block(block: &ExecutedBlock) -> CommittedBlock {
    let transactions = &block.block().body().transactions;
    CommittedBlock {
        layer: Arc::clone(block.layer()),
        receipts: Arc::clone(block.receipts()),
        transaction_hashes: transactions.iter().map(|tx| *tx.tx_hash()).collect(),
    }
}
