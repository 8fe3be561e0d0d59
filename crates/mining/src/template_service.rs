//! The current template, built at most once per head and pool content.

use crate::{
    Clock, MiningConfig, MiningError, Pause, PendingBlock,
    metrics::MiningMetrics,
    sealer::now,
    template::{TemplateInput, build},
};
use alloy_primitives::{Address, B256};
use hanzo_chain::ChainHandle;
use hanzo_consensus::Consensus;
use hanzo_pool::Pool;
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};

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
    /// The latest block for each coinbase.
    cached: Arc<Mutex<HashMap<Address, Cached>>>,
    metrics: Arc<MiningMetrics>,
}

#[derive(Debug, Clone)]
struct Cached {
    head: B256,
    pool_version: u64,
    built_at: u64,
    block: Arc<PendingBlock>,
}

impl Cached {
    /// Whether it is still the block that would be built.
    fn is_of(&self, head: B256, pool_version: u64, now: u64) -> bool {
        let age = now.saturating_sub(self.built_at);
        self.head == head && self.pool_version == pool_version && age < PENDING_MAX_AGE_SECONDS
    }
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
        let cached = Arc::default();
        let metrics = Arc::new(MiningMetrics::register());
        Self { chain, pool, consensus, config: Arc::new(config), clock, cached, metrics }
    }

    /// The block that would be mined now. Runs the EVM if head or pool changed since the last
    /// call: never call it on an async worker.
    ///
    /// # Errors
    /// [`MiningError`] if it cannot be built.
    pub fn pending(&self) -> Result<Arc<PendingBlock>, MiningError> {
        self.pending_for(self.config.coinbase)
    }

    /// The block that would be mined now if `coinbase` were paid for it.
    ///
    /// # Errors
    /// As [`Self::pending`].
    pub(crate) fn pending_for(&self, coinbase: Address) -> Result<Arc<PendingBlock>, MiningError> {
        let pool_version = self.pool.version();
        let view = self.chain.view();
        let (head, time) = (view.head().hash(), self.clock.now());
        if let Some(cached) = self.cached.lock().get(&coinbase)
            && cached.is_of(head, pool_version, time)
        {
            self.metrics.cached_templates.increment(1);
            return Ok(Arc::clone(&cached.block));
        }
        // Two callers may build at once; the later result stays. Holding the lock over the EVM
        // would let one slow block stall every reader of `pending`.
        let started = now();
        let mut block = build(TemplateInput {
            view,
            consensus: &*self.consensus,
            pool: &self.pool,
            config: &self.config,
            coinbase,
            now: time,
        })?;
        let built_in = started.elapsed();
        block.set_built_in(built_in);
        self.metrics.template_seconds.record(built_in);
        self.metrics.built_templates.increment(1);
        let block = Arc::new(block);
        let built = Cached { head, pool_version, built_at: time, block: Arc::clone(&block) };
        let mut cached = self.cached.lock();
        // What is outdated goes, so that there are never more than are asked for at a time.
        cached.retain(|_, other| other.is_of(head, pool_version, time));
        cached.insert(coinbase, built);
        Ok(block)
    }

    /// Who is paid for the next block.
    #[must_use]
    pub fn coinbase(&self) -> Address {
        self.config.coinbase
    }

    /// Coinbases that work is handed out for at a time.
    pub(crate) fn max_beneficiaries(&self) -> usize {
        self.config.max_beneficiaries
    }

    /// Why mining on the head would be in vain, if it would.
    pub(crate) fn pause(&self) -> Option<Pause> {
        let parent = self.chain.view().head().timestamp;
        let latest = self.consensus.latest_timestamp(self.clock.now());
        self.syncing().or_else(|| Pause::of_clock(parent, latest))
    }

    /// Whether the node is too far behind others to build on what it has.
    pub(crate) fn syncing(&self) -> Option<Pause> {
        Pause::of_progress(self.chain.sync_progress())
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
