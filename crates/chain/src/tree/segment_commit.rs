//! A segment of the canonical chain on its way to the disk.

use crate::{ExecutedBlock, metrics::ChainMetrics, timing::Stopwatch};
use hanzo_store::{CommittedBlock, Durability, Store, StoreError};
use metrics::Histogram;
use std::{
    panic::resume_unwind,
    sync::Arc,
    thread::{Builder, JoinHandle},
};

/// The commit of the oldest blocks above the base, on a thread of its own: the block that comes
/// next is executed meanwhile. Until the commit is taken over the tree reads from the old base, with
/// the blocks still above it; both are the same state.
#[derive(Debug)]
pub(super) struct SegmentCommit {
    tip: Arc<ExecutedBlock>,
    blocks: usize,
    /// `None` when its result was taken.
    work: Option<Work>,
}

#[derive(Debug)]
enum Work {
    UnderWay(JoinHandle<Result<(), StoreError>>),
    Done(Result<(), StoreError>),
}

impl SegmentCommit {
    /// Begins to commit `segment`, the blocks above the base, oldest first. `None` if it is empty.
    pub(super) fn start(
        store: &Store,
        segment: Vec<Arc<ExecutedBlock>>,
        metrics: &ChainMetrics,
    ) -> Option<Self> {
        let tip = Arc::clone(segment.last()?);
        let blocks = segment.len();
        let job = Job { store: store.clone(), segment, seconds: metrics.commit_seconds.clone() };
        let threaded = job.clone();
        let thread = Builder::new().name("commit".to_owned()).spawn(move || threaded.run());
        // A system without room for one more thread still has a disk.
        let work = thread.map_or_else(|_| Work::Done(job.run()), Work::UnderWay);
        Some(Self { tip, blocks, work: Some(work) })
    }

    /// Number of blocks.
    pub(super) const fn blocks(&self) -> usize {
        self.blocks
    }

    /// Waits for the end. Returns the block whose state is on disk now.
    pub(super) fn finish(mut self) -> Result<Arc<ExecutedBlock>, StoreError> {
        let tip = Arc::clone(&self.tip);
        self.wait().map(|()| tip)
    }

    fn wait(&mut self) -> Result<(), StoreError> {
        match self.work.take() {
            Some(Work::UnderWay(thread)) => {
                thread.join().unwrap_or_else(|panic| resume_unwind(panic))
            }
            Some(Work::Done(result)) => result,
            None => Ok(()),
        }
    }
}

/// Whoever drops the chain may open the database again, so it must be closed by then.
impl Drop for SegmentCommit {
    fn drop(&mut self) {
        if let Some(Work::UnderWay(thread)) = self.work.take()
            && !matches!(thread.join(), Ok(Ok(())))
        {
            // The blocks are on disk without their state: the next start executes them.
            tracing::error!(target: "chain", "the last commit failed");
        }
    }
}

/// What the thread does.
#[derive(Debug, Clone)]
struct Job {
    store: Store,
    segment: Vec<Arc<ExecutedBlock>>,
    seconds: Histogram,
}

impl Job {
    fn run(self) -> Result<(), StoreError> {
        let time = Stopwatch::start();
        let committed: Vec<_> = self.segment.iter().map(|block| committed_block(block)).collect();
        self.store.commit(&committed, Durability::Synced)?;
        time.record(&self.seconds);
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
