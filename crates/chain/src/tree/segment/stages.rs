//! The stages of the pipeline and what passes between them.

use super::{
    ImportSink, Meter, RecoveryPool, Run, StageTimes, StreamedBlock,
    lineage::Lineage,
    run_state::{RunState, RunTrie},
};
use crate::{
    ArrivedBlock, ChainTree, CheckedBlock, ExecutedBlock, ImportError, InvalidBlock, Origin,
    SEGMENT_BLOCKS,
    timing::Stopwatch,
    tree::{canonical::MAX_UNPERSISTED_BLOCKS, segment_commit::committed_block, validate::Refusal},
};
use alloy_primitives::{B256, map::B256Set};
use crossbeam_channel::{Receiver, Sender, bounded};
use hanzo_consensus::Consensus;
use hanzo_evm::{Executed, execute};
use hanzo_state::root;
use hanzo_store::{Durability, Store, StoreView};
use hanzo_types::{RecoveredBlock, TotalDifficulty};
use parking_lot::Mutex;
use rayon::prelude::*;
use std::{
    iter::Peekable,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// Transactions whose senders are recovered in one go: enough for all cores, few enough for the
/// first block to come out soon.
const RECOVERY_BATCH_TRANSACTIONS: usize = 2_000;

/// Blocks that are checked in one go, however few transactions they have: it bounds their memory.
const RECOVERY_BATCH_BLOCKS: usize = 32;

/// Blocks that may wait between two stages. The slowest stage decides the speed; more would only
/// take memory.
pub(super) const STAGE_QUEUE: usize = 4;

/// The persisted state that stages read from.
#[derive(Debug, Clone)]
pub(super) struct Base {
    pub(super) view: Arc<StoreView>,
    pub(super) number: u64,
}

/// How far the last stage has come.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) base: Base,
    /// The block whose state was committed last.
    pub(super) committed: Option<Arc<ExecutedBlock>>,
    /// Canonical blocks above the base.
    pub(super) pending: Run,
    /// New blocks of this run that others waited for, or that waited themselves.
    pub(super) awaited: Vec<B256>,
    /// New blocks of this run, if a peer brought them.
    pub(super) arrived: Vec<B256>,
}

/// What a run came to.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) progress: Progress,
    pub(super) times: StageTimes,
    pub(super) refusal: Option<ImportError>,
}

/// A block that was executed, and whose root is still to be compared.
struct Unrooted {
    block: RecoveredBlock,
    executed: Executed,
    total_difficulty: TotalDifficulty,
}

type Checked = Result<CheckedBlock, ImportError>;

/// The pipeline over one run of blocks.
#[derive(Debug)]
pub(super) struct Pipeline<'a> {
    tree: &'a ChainTree,
    /// Canonical blocks above the base when the run begins.
    above: &'a [Arc<ExecutedBlock>],
    base: Mutex<Base>,
    /// Where the blocks come from.
    origin: &'a Origin,
    /// Blocks that orphans wait for, and deferred ones.
    awaited: B256Set,
    /// Whether the blocks under way are the last ones: not even one beside the head follows.
    last: AtomicBool,
}

impl<'a> Pipeline<'a> {
    pub(super) fn new(
        tree: &'a ChainTree,
        above: &'a [Arc<ExecutedBlock>],
        base: Base,
        origin: &'a Origin,
    ) -> Self {
        let awaited = tree.orphans.parents().chain(tree.deferred.hashes()).collect();
        let (base, last) = (Mutex::new(base), AtomicBool::new(false));
        Self { tree, above, base, origin, awaited, last }
    }

    /// Runs the blocks at the front of `blocks` that extend the head through all stages; `pending`
    /// are the canonical blocks above the base.
    pub(super) fn run<I>(
        &self,
        blocks: &mut Peekable<I>,
        pool: &RecoveryPool,
        pending: Run,
        sink: &mut dyn ImportSink,
    ) -> Outcome
    where
        I: Iterator<Item = ArrivedBlock> + Send,
    {
        let (checked_in, checked) = bounded(STAGE_QUEUE);
        let (unrooted_in, unrooted) = bounded(STAGE_QUEUE);
        let (valid_in, valid) = bounded(STAGE_QUEUE);
        thread::scope(|scope| {
            let check = scope.spawn(move || self.check(blocks, pool, &checked_in));
            let rooting = scope.spawn(move || self.root(&unrooted, &valid_in));
            let committing = scope.spawn(move || self.commit(&valid, pending, sink));
            let (execution, stopped) = self.execute(&checked, &unrooted_in);
            // The later stages end when nothing can come any more, the first when nobody listens.
            drop((unrooted_in, checked));
            let mut times = StageTimes {
                execution: execution.working,
                waiting: execution.waiting,
                recovery: joined(check.join()),
                ..StageTimes::default()
            };
            let (root_time, bad_root) = joined(rooting.join());
            let (progress, commit_time, failed) = joined(committing.join());
            times.root = root_time;
            times.commit = commit_time;
            // The earliest block decides; a later stage is at an earlier block.
            Outcome { progress, times, refusal: failed.or(bad_root).or(stopped) }
        })
    }

    /// Header, seal, body and signatures of the coming blocks.
    fn check<I>(
        &self,
        blocks: &mut Peekable<I>,
        pool: &RecoveryPool,
        out: &Sender<Checked>,
    ) -> std::time::Duration
    where
        I: Iterator<Item = ArrivedBlock> + Send,
    {
        let mut meter = Meter::start();
        let consensus = &*self.tree.consensus;
        let mut parent = self.head();
        loop {
            let batch = next_batch(blocks, &mut parent);
            meter.waited();
            if batch.is_empty() {
                // Before the later stages can hear that nothing follows.
                self.last.store(blocks.peek().is_none(), Ordering::Relaxed);
                return meter.working;
            }
            let checked = pool.install(|| check_all(batch, consensus));
            meter.worked();
            for result in checked {
                let refused = result.is_err();
                if out.send(result).is_err() || refused {
                    return meter.working;
                }
            }
            meter.waited();
        }
    }

    /// Hash of the block that the run extends.
    fn head(&self) -> B256 {
        self.above.last().map_or_else(|| self.tree.base_header.hash(), |block| block.hash())
    }

    /// Context, execution and outcome, on the caller's thread.
    fn execute(
        &self,
        blocks: &Receiver<Checked>,
        out: &Sender<Unrooted>,
    ) -> (Meter, Option<ImportError>) {
        let mut meter = Meter::start();
        let mut lineage = Lineage::new(self.tree, self.above);
        let base = self.base.lock().clone();
        let mut state = RunState::new(base.view, base.number);
        for block in self.above {
            state.apply(block.number(), block.hash(), &block.layer().state);
        }
        for block in blocks {
            meter.waited();
            let executed = block.and_then(|block| self.execute_next(block, &mut lineage, &state));
            let unrooted = match executed {
                Ok(unrooted) => unrooted,
                Err(error) => return (meter, Some(error)),
            };
            state.apply(unrooted.block.number, unrooted.block.hash(), &unrooted.executed.diff);
            let base = self.base.lock().clone();
            if base.number > state.base_number() {
                state.rebase(base.view, base.number);
            }
            meter.worked();
            if out.send(unrooted).is_err() {
                return (meter, None);
            }
        }
        meter.waited();
        (meter, None)
    }

    fn execute_next(
        &self,
        block: CheckedBlock,
        lineage: &mut Lineage<'_>,
        state: &RunState,
    ) -> Result<Unrooted, ImportError> {
        let block = block.into_block();
        let (number, hash) = (block.number, block.hash());
        let invalid = |reason: InvalidBlock| ImportError::Invalid { number, hash, reason };
        let consensus = &self.tree.consensus;
        let (header, parent) = (block.sealed_header(), lineage.head());
        consensus
            .check_in_context(header, parent, lineage, self.origin.arrival())
            .and_then(|()| consensus.check_ommers(block.sealed_block(), lineage))
            .map_err(|error| invalid(error.into()))?;
        let time = Stopwatch::start();
        let executed = execute(state, &block, parent, &self.tree.spec)
            .map_err(|error| Refusal::of_execution(error).at(number, hash))?;
        time.record(&self.tree.metrics.execution_seconds);
        consensus
            .check_outcome(header, &executed.outcome)
            .map_err(|error| invalid(error.into()))?;
        let total_difficulty = lineage.push(&block);
        Ok(Unrooted { block, executed, total_difficulty })
    }

    /// State roots.
    fn root(
        &self,
        blocks: &Receiver<Unrooted>,
        out: &Sender<Arc<ExecutedBlock>>,
    ) -> (std::time::Duration, Option<ImportError>) {
        let mut meter = Meter::start();
        let base = self.base.lock().clone();
        let mut trie = RunTrie::new(base.view, base.number);
        for block in self.above {
            trie.apply(block.number(), &block.layer().trie);
        }
        for unrooted in blocks {
            meter.waited();
            let executed = match self.root_next(unrooted, &trie) {
                Ok(executed) => executed,
                Err(error) => return (meter.working, Some(error)),
            };
            trie.apply(executed.number(), &executed.layer().trie);
            let base = self.base.lock().clone();
            if base.number > trie.base_number() {
                trie.rebase(base.view, base.number);
            }
            meter.worked();
            if out.send(executed).is_err() {
                return (meter.working, None);
            }
        }
        (meter.working, None)
    }

    /// Computes the root of an executed block and compares it with its header.
    fn root_next(
        &self,
        unrooted: Unrooted,
        trie: &RunTrie,
    ) -> Result<Arc<ExecutedBlock>, ImportError> {
        let Unrooted { block, executed, total_difficulty } = unrooted;
        let time = Stopwatch::start();
        let state_root = root(trie, &executed.diff)?;
        time.record(&self.tree.metrics.root_seconds);
        self.tree.metrics.root_computed(state_root.work);
        if state_root.root != block.state_root {
            let (number, hash) = (block.number, block.hash());
            let (header, computed) = (block.state_root, state_root.root);
            let reason = InvalidBlock::StateRoot { header, computed };
            return Err(ImportError::Invalid { number, hash, reason });
        }
        Ok(Arc::new(ExecutedBlock::new(block, executed, state_root, total_difficulty)))
    }

    /// Durability, and the state of what lies deep enough.
    fn commit(
        &self,
        blocks: &Receiver<Arc<ExecutedBlock>>,
        pending: Run,
        sink: &mut dyn ImportSink,
    ) -> (Progress, std::time::Duration, Option<ImportError>) {
        let mut meter = Meter::start();
        let base = self.base.lock().clone();
        let mut progress =
            Progress { base, committed: None, pending, awaited: Vec::new(), arrived: Vec::new() };
        let mut failed = None;
        for block in blocks {
            meter.waited();
            failed = self.commit_next(&block, &mut progress).err();
            if failed.is_none() {
                self.tree.metrics.extended(&block);
                sink.passed(StreamedBlock::imported(block.block().sealed_block()));
                sink.extended(&block);
            }
            meter.worked();
            if failed.is_some() {
                break;
            }
        }
        // That they were the last may be known only now.
        if failed.is_none() {
            failed = self.commit_deep(&mut progress).err();
        }
        // One wait for the disk instead of one for each commit. ADR-0007.
        if failed.is_none() {
            failed = self.tree.store.flush_wal().err().map(ImportError::Store);
            meter.worked();
        }
        (progress, meter.working, failed)
    }

    /// Most blocks that stay above the base once a block is stored. The next one may be beside the head,
    /// where only a parent above the base lets it be executed.
    fn most_pending(&self) -> usize {
        match self.origin {
            // Nobody competes with the last blocks of a file: what is persisted early is persisted
            // beside other stages, and is not left for the end.
            Origin::File if self.last.load(Ordering::Relaxed) => SEGMENT_BLOCKS - 1,
            Origin::File | Origin::Peer { .. } | Origin::Mined(_) | Origin::Durable => {
                MAX_UNPERSISTED_BLOCKS
            }
        }
    }

    fn commit_next(
        &self,
        block: &Arc<ExecutedBlock>,
        progress: &mut Progress,
    ) -> Result<(), ImportError> {
        let store: &Store = &self.tree.store;
        let metrics = &self.tree.metrics;
        let time = Stopwatch::start();
        store.put_block(block.block(), block.total_difficulty(), Durability::Unsynced)?;
        time.record(&metrics.block_write_seconds);
        progress.pending.push(Arc::clone(block));
        if self.awaited.contains(&block.hash()) {
            progress.awaited.push(block.hash());
        }
        if self.origin.arrived_at().is_some() {
            progress.arrived.push(block.hash());
        }
        self.commit_deep(progress)
    }

    /// Commits the oldest blocks, a segment at a time, until no more are above the base than may be.
    fn commit_deep(&self, progress: &mut Progress) -> Result<(), ImportError> {
        let store: &Store = &self.tree.store;
        let metrics = &self.tree.metrics;
        while progress.pending.len() > self.most_pending() {
            let segment: Run = progress.pending.drain(..SEGMENT_BLOCKS).collect();
            let committed: Vec<_> = segment.iter().map(|block| committed_block(block)).collect();
            let time = Stopwatch::start();
            store.commit(&committed, Durability::Unsynced)?;
            time.record(&metrics.commit_seconds);
            metrics.committed_blocks.increment(u64::try_from(committed.len()).unwrap_or(u64::MAX));
            if let Some(tip) = segment.last() {
                progress.base = Base { view: store.view(), number: tip.number() };
                *self.base.lock() = progress.base.clone();
                progress.committed = Some(Arc::clone(tip));
            }
        }
        Ok(())
    }
}

/// The next blocks that are checked in one go, each the child of the one before it; `parent` is that
/// of the first, and then of those that follow.
fn next_batch<I>(blocks: &mut Peekable<I>, parent: &mut B256) -> Vec<ArrivedBlock>
where
    I: Iterator<Item = ArrivedBlock>,
{
    let (mut batch, mut transactions) = (Vec::new(), 0_usize);
    while transactions < RECOVERY_BATCH_TRANSACTIONS
        && batch.len() < RECOVERY_BATCH_BLOCKS
        && let Some(block) = blocks.next_if(|next| next.block().parent_hash == *parent)
    {
        *parent = block.block().hash();
        transactions = transactions.saturating_add(block.block().body().transactions.len());
        batch.push(block);
    }
    batch
}

/// Checks blocks in isolation, on all threads of the current pool.
fn check_all(blocks: Vec<ArrivedBlock>, consensus: &dyn Consensus) -> Vec<Checked> {
    blocks
        .into_par_iter()
        .map(|arrived| {
            let (number, hash) = (arrived.block().number, arrived.block().hash());
            let invalid = |reason| ImportError::Invalid { number, hash, reason };
            CheckedBlock::check_arrived(arrived, consensus).map_err(invalid)
        })
        .collect()
}

/// The result of a stage; its panic goes on in the caller.
fn joined<T>(result: thread::Result<T>) -> T {
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
