//! Searching a seal on several threads.

use crate::{
    MinerStatus, MiningError, PendingBlock, ROWS_PER_LEASE, TemplateService,
    seal_import::{SealedBlock, import_sealed},
};
use alloy_primitives::B256;
use hanzo_chain::Inserted;
use hanzo_poc::{
    CancelFlag, Kernel, OnSeal, Seal, SearchOutcome, SearchProgress, SearchUnits, TILE_MACS,
    Target, UnitSearch, Work,
};
use hanzo_types::Fault;
use parking_lot::Mutex;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How a search ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sealing {
    Found(Seal),
    Cancelled,
}

/// Searches seals and imports the blocks they complete.
#[derive(Debug, Clone)]
pub struct Sealer {
    templates: TemplateService,
    status: MinerStatus,
    threads: usize,
    /// How far the latest template has been searched: a template that comes again goes on there.
    cursor: Arc<Mutex<Cursor>>,
}

#[derive(Debug, Clone)]
struct Cursor {
    seal_hash: B256,
    units: Arc<SearchUnits>,
}

impl Cursor {
    /// Of a template that nobody in this process has searched: the first rows are its own, the others
    /// are leased to miners outside it.
    fn new(seal_hash: B256) -> Self {
        Self { seal_hash, units: Arc::new(SearchUnits::new(0..ROWS_PER_LEASE)) }
    }
}

impl Sealer {
    /// A sealer with `threads` threads (at least one).
    #[must_use]
    pub fn new(templates: TemplateService, status: MinerStatus, threads: usize) -> Self {
        let cursor = Arc::new(Mutex::new(Cursor::new(B256::ZERO)));
        Self { templates, status, threads: threads.max(1), cursor }
    }

    pub(crate) const fn templates(&self) -> &TemplateService {
        &self.templates
    }

    pub(crate) const fn status(&self) -> &MinerStatus {
        &self.status
    }

    /// Builds a block, unless `wanted` says that it is not worth sealing, seals and imports it.
    /// Returns whether a block was made. Blocks the calling thread.
    pub(crate) fn seal_one(
        &self,
        wanted: impl FnOnce(&PendingBlock) -> bool,
        cancel: &CancelFlag,
    ) -> Result<bool, MiningError> {
        let started = now();
        let template = self.templates.pending()?;
        if !wanted(&template) {
            return Ok(false);
        }
        match self.search(&template, cancel)? {
            Sealing::Found(seal) => {
                self.import(&template, &seal, started.elapsed())?;
                Ok(true)
            }
            Sealing::Cancelled => Ok(false),
        }
    }

    /// Searches the seal of `template` on all threads, from where an earlier search of the same
    /// template stopped.
    pub(crate) fn search(
        &self,
        template: &PendingBlock,
        cancel: &CancelFlag,
    ) -> Result<Sealing, MiningError> {
        let work = Work::new(template.seal_hash());
        let target = Target::from_difficulty(template.block().difficulty);
        let units = self.units_of(template.seal_hash());
        let progress = SearchProgress::default();
        let started = now();
        let search = UnitSearch {
            work: &work,
            target,
            units: &units,
            cancel,
            progress: &progress,
            on_seal: OnSeal::FIRST,
        };
        let outcome = search.run(Kernel::detect(), self.threads);
        let macs = progress.tiles().saturating_mul(TILE_MACS);
        let elapsed = started.elapsed();
        self.status.meter().record(macs, elapsed);
        self.templates.metrics().macs.increment(macs);
        self.templates.metrics().search_seconds.record(elapsed);
        match outcome {
            SearchOutcome::Found(seal) => Ok(Sealing::Found(seal)),
            SearchOutcome::Cancelled => Ok(Sealing::Cancelled),
            SearchOutcome::Exhausted => {
                Err(MiningError::Exhausted { number: template.block().number })
            }
        }
    }

    fn units_of(&self, seal_hash: B256) -> Arc<SearchUnits> {
        let mut cursor = self.cursor.lock();
        if cursor.seal_hash != seal_hash {
            *cursor = Cursor::new(seal_hash);
        }
        Arc::clone(&cursor.units)
    }

    /// Imports the sealed block.
    pub(crate) fn import(
        &self,
        template: &PendingBlock,
        seal: &Seal,
        elapsed: Duration,
    ) -> Result<(), MiningError> {
        let metrics = self.templates.metrics();
        let handed_over = now();
        let sealed = match import_sealed(&self.templates, template, seal) {
            Err(error) if error.fault() == Fault::Transient => {
                // The head moved on or the queue is full: the block is lost, mining goes on.
                let number = template.block().number;
                tracing::warn!(target: "miner", number, %error, "mined a block in vain");
                metrics.lost_blocks.increment(1);
                return Ok(());
            }
            other => other?,
        };
        let SealedBlock { number, hash, inserted } = sealed;
        match inserted {
            Inserted::Head(_) => {
                metrics.head_blocks.increment(1);
                let block = template.block();
                let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
                let build_us = microseconds(template.built_in());
                let import_us = microseconds(handed_over.elapsed());
                tracing::info!(
                    target: "miner", number, %hash, txs = block.body().transactions.len(),
                    gas = block.gas_used, work = %block.difficulty, elapsed_ms, build_us, import_us,
                    "mined block"
                );
            }
            Inserted::Side
            | Inserted::Known
            | Inserted::Deferred
            | Inserted::Refused { .. }
            | Inserted::Orphan { .. } => {
                metrics.stale_blocks.increment(1);
                tracing::info!(target: "miner", number, %hash, "mined a stale block");
            }
        }
        Ok(())
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the miner reports its rate and block times")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
