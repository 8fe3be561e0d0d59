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
//!
//! The pipeline takes the blocks that extend the head, for as long as each is the child of the one
//! before it. Others are inserted one by one, until one extends the head again.

mod lineage;
mod recovery_pool;
mod run_state;
mod sink;
mod stages;
mod stream;

use super::{CanonChange, ChainTree};
use crate::{
    ArrivedBlock, CanonUpdate, CheckedBlock, ExecutedBlock, ImportError, Inserted, Origin,
    generation::Generation, timing::Stopwatch,
};
use alloy_primitives::B256;
use hanzo_types::SealedBlock;
use recovery_pool::RecoveryPool;
use sink::{Collected, ImportSink};
use stages::{Base, Outcome, Pipeline, Progress};
use std::{iter::Peekable, sync::Arc, time::Duration};

pub use stream::{StreamImport, StreamedBlock};

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

impl ChainTree {
    /// Imports `blocks`, each the child of the one before it, at most [`MAX_SEGMENT_BLOCKS`].
    /// `origin` is where all of them come from.
    ///
    /// Those that extend the head go through a pipeline: senders, execution, state root and commit
    /// of different blocks at the same time. Others are inserted one by one.
    pub fn insert_segment<B>(&mut self, blocks: Vec<B>, origin: &Origin) -> SegmentImport
    where
        B: Into<ArrivedBlock> + Send,
    {
        let mut sink = Collected::default();
        let blocks = blocks.into_iter().map(Into::into);
        let (times, refusal) = self.insert_all(blocks, origin, &mut sink);
        let Collected { imported, change } = sink;
        let update = (!change.is_empty()).then(|| Arc::new(self.update(change)));
        SegmentImport { imported, update, refusal, times }
    }

    /// Imports blocks until there are no more or one is refused, and tells `sink` of each.
    fn insert_all<I>(
        &mut self,
        blocks: I,
        origin: &Origin,
        sink: &mut dyn ImportSink,
    ) -> (StageTimes, Option<ImportError>)
    where
        I: Iterator<Item = ArrivedBlock> + Send,
    {
        let mut blocks = blocks.peekable();
        let (pool, mut times) = (RecoveryPool::default(), StageTimes::default());
        loop {
            let refusal = if blocks.peek().is_some_and(|next| self.takes_pipeline(next.block())) {
                let (run, refusal) = self.insert_run(&mut blocks, &pool, origin, sink);
                times += run;
                refusal
            } else if let Some(block) = blocks.next() {
                self.insert_alone(block, origin, sink).err()
            } else {
                return (times, None);
            };
            if refusal.is_some() {
                return (times, refusal);
            }
        }
    }

    /// Whether the block extends the head by rules under which the pipeline works: the receipts of
    /// the oldest forks hold state roots, so that execution needs the trie.
    fn takes_pipeline(&self, block: &SealedBlock) -> bool {
        block.parent_hash == self.head().hash() && self.spec.receipts_have_status(block.header())
    }

    fn insert_alone(
        &mut self,
        block: ArrivedBlock,
        origin: &Origin,
        sink: &mut dyn ImportSink,
    ) -> Result<(), ImportError> {
        let size = StreamedBlock::imported(block.block());
        let verdict = self.insert_next(block, origin);
        self.metrics.imported(&verdict);
        match verdict? {
            Inserted::Known => sink.passed(StreamedBlock::Known),
            Inserted::Head(update) => {
                sink.passed(size);
                let CanonUpdate { reverted, adopted, .. } = Arc::unwrap_or_clone(update);
                sink.changed(CanonChange { reverted, adopted });
            }
            Inserted::Side
            | Inserted::Deferred
            | Inserted::Refused { .. }
            | Inserted::Orphan { .. } => sink.passed(size),
        }
        Ok(())
    }

    fn insert_next(
        &mut self,
        block: ArrivedBlock,
        origin: &Origin,
    ) -> Result<Inserted, ImportError> {
        let (number, hash) = (block.block().number, block.block().hash());
        if self.knows(number, hash)? {
            return Ok(Inserted::Known);
        }
        let checked = CheckedBlock::check_arrived(block, &*self.consensus)
            .map_err(|reason| ImportError::Invalid { number, hash, reason })?;
        let parent = checked.block().parent_hash;
        let inserted = self.insert(checked, origin.clone())?;
        // The blocks come in order: nobody will bring the parent later.
        if matches!(inserted, Inserted::Orphan { .. }) {
            return Err(ImportError::UnknownParent { number, hash, parent });
        }
        Ok(inserted)
    }

    /// Runs the blocks at the front that extend the head through the pipeline.
    fn insert_run<I>(
        &mut self,
        blocks: &mut Peekable<I>,
        pool: &RecoveryPool,
        origin: &Origin,
        sink: &mut dyn ImportSink,
    ) -> (StageTimes, Option<ImportError>)
    where
        I: Iterator<Item = ArrivedBlock> + Send,
    {
        if let Err(error) = self.finish_commit() {
            return (StageTimes::default(), Some(error));
        }
        let pending = std::mem::take(&mut self.chain.blocks);
        let kept = pending.clone();
        let base = Base { view: Arc::clone(&self.chain.base), number: self.base_header.number };
        let outcome = Pipeline::new(self, &kept, base, origin).run(blocks, pool, pending, sink);
        let Outcome { progress, times, refusal } = outcome;
        for hash in &progress.arrived {
            self.note_arrival(*hash, origin.arrived_at());
        }
        let adopted = self.adopt_progress(progress, sink);
        let Some(error) = adopted.err().or(refusal) else { return (times, None) };
        self.metrics.refused(&error);
        if let ImportError::Invalid { number, hash, reason } = error {
            return (times, Some(self.refused(number, hash, reason)));
        }
        (times, Some(error))
    }

    /// Takes over what the pipeline has done.
    fn adopt_progress(
        &mut self,
        progress: Progress,
        sink: &mut dyn ImportSink,
    ) -> Result<(), ImportError> {
        let Progress { base, committed, pending, awaited, arrived: _ } = progress;
        for block in &pending {
            self.blocks.insert(block.hash(), Arc::clone(block));
        }
        if let Some(tip) = committed {
            self.base_header = tip.header();
            self.base_difficulty = tip.total_difficulty();
        }
        self.chain = Generation::new(base.view, base.number, pending)?;
        self.drop_unreachable()?;
        for hash in &awaited {
            self.deferred.remove(*hash);
        }
        let mut change = CanonChange::default();
        let placed = self.place_waiting(awaited, &mut change);
        self.metrics.moved(&change);
        sink.changed(change);
        placed
    }

    /// Places the orphans that waited for the blocks `run`.
    fn place_waiting(
        &mut self,
        run: Vec<B256>,
        change: &mut CanonChange,
    ) -> Result<(), ImportError> {
        for hash in run {
            self.place_orphans_of(hash, None, change)?;
        }
        self.bound_side_blocks();
        self.review_refused()?;
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
