//! Importing a run of blocks as a pipeline.
//!
//! ```text
//!  check, recover senders ─▶ execute ─▶ root ─▶ store, commit
//!     (all cores)            (caller)   (own     (own thread; tells the
//!                                       thread)   two before it the new base)
//! ```
//!
//! Each stage works on another block; every block passes the checks that a single import makes, in
//! the same order. A stage that fails ends the pipeline: what it let through before stays, what
//! the stages before it did beyond is dropped.

mod lineage;
mod run_state;
mod stages;

use super::{CanonChange, ChainTree};
use crate::{
    CanonUpdate, CheckedBlock, ExecutedBlock, ImportError, Inserted, Origin,
    generation::Generation, timing::Stopwatch,
};
use alloy_primitives::B256;
use hanzo_types::SealedBlock;
use stages::{Base, Pipeline, Progress};
use std::{sync::Arc, time::Duration};

/// Most blocks in one segment. Its blocks stay in memory until subscribers have heard of them.
pub const MAX_SEGMENT_BLOCKS: usize = 256;

/// How long the stages of a pipeline worked. Their sum exceeds the time that passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageTimes {
    /// Checking in isolation, nearly all of it recovering senders; time of the stage, which uses
    /// all cores.
    pub recovery: Duration,
    /// Checking in context, executing, comparing receipts.
    pub execution: Duration,
    /// Computing state roots.
    pub root: Duration,
    /// Storing blocks and committing states.
    pub commit: Duration,
    /// Time that execution waited for checked blocks or for room behind it.
    pub waiting: Duration,
}

impl std::ops::AddAssign for StageTimes {
    fn add_assign(&mut self, other: Self) {
        self.recovery = self.recovery.saturating_add(other.recovery);
        self.execution = self.execution.saturating_add(other.execution);
        self.root = self.root.saturating_add(other.root);
        self.commit = self.commit.saturating_add(other.commit);
        self.waiting = self.waiting.saturating_add(other.waiting);
    }
}

/// What became of a segment.
#[derive(Debug, Default)]
pub struct SegmentImport {
    /// Blocks that were imported, from the first on; a block that was known counts, too.
    pub imported: usize,
    /// The change of the canonical chain, if there was one.
    pub update: Option<Arc<CanonUpdate>>,
    /// Why the block after them was refused; nothing beyond it was looked at.
    pub refusal: Option<ImportError>,
    /// How long the stages worked.
    pub times: StageTimes,
}

impl SegmentImport {
    /// Appends what became of the blocks that came next.
    fn append(&mut self, next: Self) {
        let Self { imported, update, refusal, times } = next;
        self.imported = self.imported.saturating_add(imported);
        self.refusal = refusal;
        self.times += times;
        self.update = match (self.update.take(), update) {
            (Some(first), Some(second)) => {
                let (first, second) = (Arc::unwrap_or_clone(first), Arc::unwrap_or_clone(second));
                let view = second.view;
                let mut change = CanonChange { reverted: first.reverted, adopted: first.adopted };
                change.then(CanonChange { reverted: second.reverted, adopted: second.adopted });
                let CanonChange { reverted, adopted } = change;
                Some(Arc::new(CanonUpdate { reverted, adopted, view }))
            }
            (first, second) => second.or(first),
        };
    }
}

impl ChainTree {
    /// Imports `blocks`, each the child of the one before it, at most [`MAX_SEGMENT_BLOCKS`].
    ///
    /// If they extend the head they go through a pipeline: senders, execution, state root and
    /// commit of different blocks at the same time. Otherwise they are inserted one by one.
    pub fn insert_segment(&mut self, mut blocks: Vec<SealedBlock>) -> SegmentImport {
        let gap = blocks.windows(2).position(|pair| match pair {
            [parent, child] => child.parent_hash != parent.hash(),
            _ => false,
        });
        let rest = gap.map_or_else(Vec::new, |last| blocks.split_off(last.saturating_add(1)));
        let extends = blocks.first().is_some_and(|first| first.parent_hash == self.head().hash());
        // The receipts of the oldest forks hold state roots: there execution needs the trie.
        let pipelined =
            blocks.first().is_some_and(|first| self.spec.receipts_have_status(first.header()));
        let mut result = if extends && pipelined {
            self.insert_pipelined(blocks)
        } else {
            self.insert_one_by_one(blocks)
        };
        if result.refusal.is_none() && !rest.is_empty() {
            result.append(self.insert_one_by_one(rest));
        }
        result
    }

    fn insert_one_by_one(&mut self, blocks: Vec<SealedBlock>) -> SegmentImport {
        let mut result = SegmentImport::default();
        let mut change = CanonChange::default();
        for block in blocks {
            let verdict = self.insert_next(block);
            self.metrics.imported(&verdict);
            match verdict {
                Ok(inserted) => {
                    result.imported = result.imported.saturating_add(1);
                    if let Inserted::Head(update) = inserted {
                        let CanonUpdate { reverted, adopted, .. } = Arc::unwrap_or_clone(update);
                        change.then(CanonChange { reverted, adopted });
                    }
                }
                Err(error) => {
                    result.refusal = Some(error);
                    break;
                }
            }
        }
        result.update = (!change.is_empty()).then(|| Arc::new(self.update(change)));
        result
    }

    fn insert_next(&mut self, block: SealedBlock) -> Result<Inserted, ImportError> {
        let (number, hash) = (block.number, block.hash());
        if self.knows(number, hash)? {
            return Ok(Inserted::Known);
        }
        let checked = CheckedBlock::check(block, &*self.consensus)
            .map_err(|reason| ImportError::Invalid { number, hash, reason })?;
        let parent = checked.block().parent_hash;
        let inserted = self.insert(checked, Origin::File)?;
        // The blocks of a segment come in order: nobody will bring the parent later.
        if matches!(inserted, Inserted::Orphan { .. }) {
            return Err(ImportError::UnknownParent { number, hash, parent });
        }
        Ok(inserted)
    }

    fn insert_pipelined(&mut self, blocks: Vec<SealedBlock>) -> SegmentImport {
        if let Err(error) = self.finish_commit() {
            return SegmentImport { refusal: Some(error), ..SegmentImport::default() };
        }
        let pending = std::mem::take(&mut self.chain.blocks);
        let kept = pending.clone();
        let base = Base { view: Arc::clone(&self.chain.base), number: self.base_header.number };
        let outcome = Pipeline::new(self, &kept, base).run(blocks, pending);
        let result = self.adopt_progress(outcome.progress, outcome.times, outcome.refusal);
        self.metrics.run_imported(&result);
        result
    }

    /// Takes over what the pipeline has done.
    fn adopt_progress(
        &mut self,
        progress: Progress,
        times: StageTimes,
        refusal: Option<ImportError>,
    ) -> SegmentImport {
        let Progress { base, committed, pending, imported } = progress;
        let mut refusal = refusal;
        for block in &imported {
            self.deferred.remove(block.hash());
            self.blocks.insert(block.hash(), Arc::clone(block));
        }
        if let Some(tip) = committed {
            self.base_header = tip.header();
            self.base_difficulty = tip.total_difficulty();
        }
        match Generation::new(base.view, base.number, pending) {
            Ok(chain) => self.chain = chain,
            Err(error) => refusal = Some(ImportError::Store(error)),
        }
        self.drop_unreachable();
        if let Some(ImportError::Invalid { number, hash, reason }) = refusal {
            refusal = Some(self.refused(number, hash, reason));
        }
        let mut change = CanonChange { reverted: Vec::new(), adopted: imported };
        let imported = change.adopted.len();
        if let Err(error) = self.place_waiting(&mut change) {
            refusal = Some(error);
        }
        let update = (!change.is_empty()).then(|| Arc::new(self.update(change)));
        SegmentImport { imported, update, refusal, times }
    }

    /// Places the orphans that waited for blocks of a run.
    fn place_waiting(&mut self, change: &mut CanonChange) -> Result<(), ImportError> {
        let run: Vec<B256> = change.adopted.iter().map(|block| block.hash()).collect();
        for hash in run {
            self.place_orphans_of(hash, change)?;
        }
        self.bound_side_blocks();
        self.displaced.remember(&change.reverted);
        Ok(())
    }
}

/// Adds up what one stage spends on work and on waiting.
#[derive(Debug)]
struct Meter {
    watch: Stopwatch,
    working: Duration,
    waiting: Duration,
}

impl Meter {
    fn start() -> Self {
        Self { watch: Stopwatch::start(), working: Duration::ZERO, waiting: Duration::ZERO }
    }

    /// The time until now was spent waiting.
    fn waited(&mut self) {
        self.waiting = self.waiting.saturating_add(self.watch.lap());
    }

    /// The time until now was spent working.
    fn worked(&mut self) {
        self.working = self.working.saturating_add(self.watch.lap());
    }
}

/// Blocks of a run, oldest first.
type Run = Vec<Arc<ExecutedBlock>>;
