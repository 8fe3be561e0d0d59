//! The current template, built at most once per head and pool content.

use crate::{
    Clock, MiningConfig, MiningError, PendingBlock,
    metrics::MiningMetrics,
    sealer::now,
    template::{TemplateInput, build},
};
use alloy_primitives::{Address, B256};
use hanzo_chain::ChainHandle;
use hanzo_consensus::Consensus;
use hanzo_pool::Pool;
use parking_lot::Mutex;
use std::sync::Arc;

/// How long a cached pending block may be served although neither head nor pool changed: its
/// timestamp goes stale. In seconds; the refresh interval of decision D-36.
pub const PENDING_MAX_AGE_SECONDS: u64 = 5;

/// Builds templates and keeps the latest. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TemplateService {
    chain: ChainHandle,
    pool: Pool,
    consensus: Arc<dyn Consensus>,
    config: Arc<MiningConfig>,
    clock: Clock,
    cached: Arc<Mutex<Option<Cached>>>,
    metrics: Arc<MiningMetrics>,
}

#[derive(Debug, Clone)]
struct Cached {
    head: B256,
    pool_version: u64,
    built_at: u64,
    block: Arc<PendingBlock>,
}

impl TemplateService {
    /// A service that builds on the head of `chain` from the transactions of `pool`.
    #[must_use]
    pub fn new(
        chain: ChainHandle,
        pool: Pool,
        consensus: Arc<dyn Consensus>,
        config: MiningConfig,
        clock: Clock,
    ) -> Self {
        let cached = Arc::new(Mutex::new(None));
        let metrics = Arc::new(MiningMetrics::register());
        Self { chain, pool, consensus, config: Arc::new(config), clock, cached, metrics }
    }

    /// The block that would be mined now. Runs the EVM if head or pool changed since the last
    /// call: never call it on an async worker.
    ///
    /// # Errors
    /// [`MiningError`] if it cannot be built.
    pub fn pending(&self) -> Result<Arc<PendingBlock>, MiningError> {
        let pool_version = self.pool.version();
        let view = self.chain.view();
        let (head, time) = (view.head().hash(), self.clock.now());
        let cached = self.cached.lock().clone();
        if let Some(cached) = cached
            && cached.head == head
            && cached.pool_version == pool_version
            && time.saturating_sub(cached.built_at) < PENDING_MAX_AGE_SECONDS
        {
            self.metrics.cached_templates.increment(1);
            return Ok(cached.block);
        }
        // Two callers may build at once; the later result stays. Holding the lock over the EVM
        // would let one slow block stall every reader of `pending`.
        let started = now();
        let mut block = build(TemplateInput {
            view,
            consensus: &*self.consensus,
            pool: &self.pool,
            config: &self.config,
            now: time,
        })?;
        let built_in = started.elapsed();
        block.set_built_in(built_in);
        self.metrics.template_seconds.record(built_in);
        self.metrics.built_templates.increment(1);
        let block = Arc::new(block);
        let built = Cached { head, pool_version, built_at: time, block: Arc::clone(&block) };
        *self.cached.lock() = Some(built);
        Ok(block)
    }

    /// Who is paid for the next block.
    #[must_use]
    pub fn coinbase(&self) -> Address {
        self.config.coinbase
    }

    pub(crate) const fn chain(&self) -> &ChainHandle {
        &self.chain
    }

    pub(crate) const fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) const fn consensus(&self) -> &Arc<dyn Consensus> {
        &self.consensus
    }

    pub(crate) fn metrics(&self) -> &MiningMetrics {
        &self.metrics
    }

    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }
}
