//! Handing out work and taking seals.

use super::{
    book::{Named, OpenWork, WorkBook, WorkName},
    error::WorkError,
    miners::Miners,
    package::{TemplateId, WorkPackage},
    reject::SubmitReject,
};
use crate::{
    MinerStatus, MiningError, TemplateService, metrics::WorkMetrics, seal_import::import_sealed,
};
use alloy_primitives::{Address, B64, B256};
use hanzo_chain::{CanonUpdate, Inserted};
use hanzo_poc::{PocError, Seal, Target, Work};
use hanzo_types::Rules;
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Locks under which templates are built. A coinbase has one of them, so it waits for its own template
/// and seldom for that of another.
const BUILDERS: usize = 16;

/// How old work may be when the pool has something else, in seconds. Source: decision D-36.
pub const WORK_REFRESH_SECONDS: u64 = 1;

/// How old work may be in any case, in seconds. Source: decision D-36.
const WORK_MAX_AGE_SECONDS: u64 = 5;

/// A block that a miner completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// Hash of the block.
    pub block: B256,
    /// Its number.
    pub number: u64,
    /// Whether it is the head. Otherwise another block came first: it is valid, and nobody is paid.
    pub is_head: bool,
}

/// Hands out work and takes seals. Cheap to clone.
#[derive(Debug, Clone)]
pub struct WorkService {
    templates: TemplateService,
    status: MinerStatus,
    book: Arc<Mutex<WorkBook>>,
    /// One is held while a template is built: whoever else needs it then finds it in the book.
    building: Arc<[Mutex<()>; BUILDERS]>,
    /// Held while a seal that is right is imported: the same seal is taken once.
    accepting: Arc<Mutex<()>>,
    miners: Arc<Miners>,
    metrics: Arc<WorkMetrics>,
}

impl WorkService {
    /// Work on the templates of `templates`. Where nobody names a coinbase, that of `status` is paid.
    #[must_use]
    pub fn new(templates: TemplateService, status: MinerStatus) -> Self {
        let book = WorkBook::new(templates.max_beneficiaries());
        Self {
            templates,
            status,
            book: Arc::new(Mutex::new(book)),
            building: Arc::default(),
            accepting: Arc::default(),
            miners: Arc::default(),
            metrics: Arc::new(WorkMetrics::register()),
        }
    }

    /// The best work there is, with rows that nobody else has. Executes a block if head or pool have
    /// changed: never call it on an async worker.
    ///
    /// # Errors
    /// [`WorkError`].
    pub fn work(&self, coinbase: Option<Address>) -> Result<WorkPackage, WorkError> {
        let work = self.best(coinbase)?;
        Ok(self.package(&work))
    }

    /// The best work there is if it is other than `known`.
    ///
    /// # Errors
    /// As [`Self::work`].
    pub fn newer_work(
        &self,
        coinbase: Option<Address>,
        known: Option<TemplateId>,
    ) -> Result<Option<WorkPackage>, WorkError> {
        let work = self.best(coinbase)?;
        Ok((known != Some(work.id)).then(|| self.package(&work)))
    }

    fn best(&self, coinbase: Option<Address>) -> Result<Arc<OpenWork>, WorkError> {
        let coinbase = coinbase.or(self.status.coinbase()).ok_or(WorkError::NoCoinbase)?;
        self.require_launched()?;
        if let Some(pause) = self.templates.pause() {
            return Err(pause.into());
        }
        self.fresh(coinbase)
    }

    fn package(&self, work: &OpenWork) -> WorkPackage {
        self.miners.served(work.coinbase(), self.templates.clock().now());
        self.metrics.packages.increment(1);
        WorkPackage {
            id: work.id,
            template: Arc::clone(&work.template),
            rows: work.leases.take(),
            share_difficulty: work.share_difficulty,
            expires_at: work.built_at.saturating_add(WORK_MAX_AGE_SECONDS),
        }
    }

    /// Completes a template and imports the block. It is durable when this returns. Blocks.
    ///
    /// # Errors
    /// [`SubmitReject`]; the chain is as it was.
    pub fn submit(&self, name: WorkName, nonce: B64, mix: B256) -> Result<Accepted, SubmitReject> {
        let verdict = self.judge(name, &Seal { nonce: nonce.0, mix: mix.0 });
        self.metrics.judge(verdict.as_ref().err());
        verdict
    }

    fn judge(&self, name: WorkName, seal: &Seal) -> Result<Accepted, SubmitReject> {
        let head = self.templates.chain().view().head().hash();
        let named = {
            let mut book = self.book.lock();
            book.follow(head);
            book.find(name)
        };
        let (coinbase, verdict) = match named {
            Named::Open(work) => (work.coinbase(), self.complete(&work, seal)),
            Named::Stale(work) => {
                let late = SubmitReject::Stale { parent: work.parent, head };
                // The head may be the block of this very seal, which is noted after its import.
                let _accepting = self.accepting.lock();
                let new = self.require_new(work.seal_hash, seal);
                (work.coinbase, new.and(Err(late)))
            }
            Named::Unknown => {
                return Err(SubmitReject::UnknownTemplate { template: text_of(name) });
            }
        };
        let now = self.templates.clock().now();
        self.miners.judged(coinbase, now, verdict.as_ref().err());
        verdict
    }

    fn complete(&self, work: &OpenWork, seal: &Seal) -> Result<Accepted, SubmitReject> {
        let seal_hash = work.template.seal_hash();
        self.require_new(seal_hash, seal)?;
        if let Some(pause) = self.templates.pause() {
            return Err(SubmitReject::Paused(pause));
        }
        let target = Target::from_difficulty(work.template.block().difficulty);
        Work::new(seal_hash).check(seal, target).map_err(|error| match error {
            PocError::PowAboveTarget { pow, target } => SubmitReject::AboveTarget { pow, target },
            PocError::MixMismatch { claimed, computed } => {
                SubmitReject::MixMismatch { claimed, computed }
            }
        })?;
        let _accepting = self.accepting.lock();
        self.require_new(seal_hash, seal)?;
        let sealed = import_sealed(&self.templates, &work.template, seal)?;
        self.book.lock().take(seal_hash, B64::from(seal.nonce), sealed.hash);
        let is_head = matches!(sealed.inserted, Inserted::Head(_));
        let (number, hash, coinbase) = (sealed.number, sealed.hash, work.coinbase());
        tracing::info!(target: "miner", number, %hash, %coinbase, is_head, "block of a miner");
        Ok(Accepted { block: sealed.hash, number: sealed.number, is_head })
    }

    fn require_new(&self, seal_hash: B256, seal: &Seal) -> Result<(), SubmitReject> {
        let taken = self.book.lock().taken(seal_hash, B64::from(seal.nonce));
        taken.map_or(Ok(()), |block| Err(SubmitReject::Duplicate { block }))
    }

    /// The newest template for `coinbase`, or a new one if that is outdated.
    fn fresh(&self, coinbase: Address) -> Result<Arc<OpenWork>, WorkError> {
        if let Some(work) = self.usable(coinbase)? {
            return Ok(work);
        }
        let _building = self.builder(coinbase).map(Mutex::lock);
        if let Some(work) = self.usable(coinbase)? {
            return Ok(work);
        }
        loop {
            let pool_version = self.templates.pool().version();
            let built_at = self.templates.clock().now();
            let template = self.templates.pending_for(coinbase)?;
            let share_difficulty = template.share_difficulty().map_err(MiningError::from)?;
            let mut book = self.book.lock();
            book.follow(self.templates.chain().view().head().hash());
            // The head may have moved on while the block was built.
            if let Some(work) = book.add(template, share_difficulty, pool_version, built_at) {
                return Ok(work);
            }
        }
    }

    /// The lock under which templates for `coinbase` are built.
    fn builder(&self, coinbase: Address) -> Option<&Mutex<()>> {
        let last_byte = coinbase.last().copied().map_or(0, usize::from);
        self.building.get(last_byte.wrapping_rem(BUILDERS))
    }

    /// The newest template for `coinbase` if it is still good. Source: decision D-36.
    fn usable(&self, coinbase: Address) -> Result<Option<Arc<OpenWork>>, WorkError> {
        let head = self.templates.chain().view().head().hash();
        let mut book = self.book.lock();
        book.follow(head);
        let Some(work) = book.newest_for(coinbase) else {
            let limit = self.templates.max_beneficiaries();
            // Others cannot keep the node's own coinbase from being worked for.
            let is_own = self.status.coinbase() == Some(coinbase);
            if !is_own && book.beneficiaries() >= limit {
                return Err(WorkError::TooManyBeneficiaries { limit });
            }
            return Ok(None);
        };
        let age = self.templates.clock().now().saturating_sub(work.built_at);
        let same_content = work.pool_version == self.templates.pool().version();
        let limit = if same_content { WORK_MAX_AGE_SECONDS } else { WORK_REFRESH_SECONDS };
        Ok((age < limit).then_some(work))
    }

    fn require_launched(&self) -> Result<(), WorkError> {
        let view = self.templates.chain().view();
        match view.spec().rules() {
            Rules::Hanzo(rules) if rules.config().draft => {
                Err(WorkError::Draft { chain: view.spec().name() })
            }
            Rules::Hanzo(_) | Rules::Ethereum(_) => Ok(()),
        }
    }

    /// Every later change of the head, after which work is stale.
    #[must_use]
    pub fn new_heads(&self) -> broadcast::Receiver<Arc<CanonUpdate>> {
        self.templates.chain().subscribe()
    }

    /// The miners of this node.
    #[must_use]
    pub fn miners(&self) -> &Miners {
        &self.miners
    }

    /// A miner says how fast it is.
    pub fn report_rate(&self, id: B256, macs_per_second: u64) {
        self.miners.report_rate(id, macs_per_second, self.templates.clock().now());
    }

    /// Multiply-accumulates per second: of this process, and what miners reported.
    #[must_use]
    pub fn macs_per_second(&self) -> u64 {
        let reported = self.miners.reported_macs_per_second(self.templates.clock().now());
        self.status.hashrate_macs_per_second().saturating_add(reported)
    }
}

fn text_of(name: WorkName) -> String {
    match name {
        WorkName::Template(id) => id.to_string(),
        WorkName::SealHash(hash) => hash.to_string(),
    }
}
