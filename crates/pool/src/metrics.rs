//! What the pool measures. docs/metrics.md lists it.

use crate::{PoolError, PoolStatus};
use metrics::{Counter, Gauge, counter, describe_counter, describe_gauge, gauge};

/// What the pool measures. Refusals are counted as they happen; the rest is what [`PoolStatus`]
/// knows anyway and is copied when somebody collects metrics.
pub(crate) struct PoolMetrics {
    pending: Gauge,
    basefee: Gauge,
    queued: Gauge,
    bytes: Gauge,
    added: Counter,
    reinjected: Counter,
    replaced: Counter,
    settled: Counter,
    evicted: Counter,
    unexecutable: Counter,
    refusals: Refusals,
}

/// Refused transactions by reason. Reasons that an operator would act on in the same way are one.
struct Refusals {
    malformed: Counter,
    chain_id: Counter,
    gas: Counter,
    nonce: Counter,
    known: Counter,
    sender: Counter,
    funds: Counter,
    fee: Counter,
    underpriced: Counter,
    sender_limit: Counter,
    full: Counter,
    failed: Counter,
}

impl PoolMetrics {
    pub(crate) fn register() -> Self {
        let (sizes, bytes) = ("hanzo_pool_transactions", "hanzo_pool_bytes");
        let (added, reinjected) = ("hanzo_pool_added_total", "hanzo_pool_reinjected_total");
        let removed = "hanzo_pool_removed_total";
        describe_gauge!(sizes, "Transactions in the pool, by what they wait for.");
        describe_gauge!(bytes, "Bytes of all transactions in the pool.");
        describe_counter!(
            added,
            "Transactions that the pool took in, replacements and reverted ones included."
        );
        describe_counter!(reinjected, "Transactions taken back from displaced blocks.");
        describe_counter!(removed, "Transactions that left the pool, by reason.");
        Self {
            pending: gauge!(sizes, "part" => "pending"),
            basefee: gauge!(sizes, "part" => "basefee"),
            queued: gauge!(sizes, "part" => "queued"),
            bytes: gauge!(bytes),
            added: counter!(added),
            reinjected: counter!(reinjected),
            replaced: counter!(removed, "reason" => "replaced"),
            settled: counter!(removed, "reason" => "settled"),
            evicted: counter!(removed, "reason" => "evicted"),
            unexecutable: counter!(removed, "reason" => "unexecutable"),
            refusals: Refusals::register(),
        }
    }

    /// Counts a transaction that did not get in.
    pub(crate) fn refused(&self, error: &PoolError) {
        self.refusals.of(error).increment(1);
    }

    /// Copies what the pool knows about itself.
    pub(crate) fn record(&self, status: &PoolStatus) {
        self.pending.set(status.pending as f64);
        self.basefee.set(status.basefee as f64);
        self.queued.set(status.queued as f64);
        self.bytes.set(status.bytes as f64);
        let counters = &status.counters;
        self.added.absolute(counters.added);
        self.reinjected.absolute(counters.reinjected);
        self.replaced.absolute(counters.replaced);
        self.settled.absolute(counters.settled);
        self.evicted.absolute(counters.evicted);
        self.unexecutable.absolute(counters.unexecutable);
    }
}

impl Refusals {
    fn register() -> Self {
        let name = "hanzo_pool_refused_total";
        describe_counter!(name, "Transactions that the pool refused, by reason.");
        let reason = |reason: &'static str| counter!(name, "reason" => reason);
        Self {
            malformed: reason("malformed"),
            chain_id: reason("chain_id"),
            gas: reason("gas"),
            nonce: reason("nonce"),
            known: reason("known"),
            sender: reason("sender"),
            funds: reason("funds"),
            fee: reason("fee"),
            underpriced: reason("underpriced"),
            sender_limit: reason("sender_limit"),
            full: reason("full"),
            failed: reason("failed"),
        }
    }

    const fn of(&self, error: &PoolError) -> &Counter {
        match error {
            PoolError::Oversized { .. }
            | PoolError::Malformed { .. }
            | PoolError::BlobTransaction
            | PoolError::UnsupportedType { .. }
            | PoolError::InvalidSignature
            | PoolError::EmptyAuthorizationList => &self.malformed,
            PoolError::InvalidChainId { .. } | PoolError::Unprotected => &self.chain_id,
            PoolError::InitCodeTooLarge { .. }
            | PoolError::GasLimitTooHigh { .. }
            | PoolError::ExceedsBlockGasLimit { .. }
            | PoolError::IntrinsicGas { .. }
            | PoolError::FloorDataGas { .. } => &self.gas,
            PoolError::NonceMax
            | PoolError::NonceTooLow { .. }
            | PoolError::NonceTooHigh { .. } => &self.nonce,
            PoolError::AlreadyKnown { .. } => &self.known,
            PoolError::SenderNotEoa { .. } => &self.sender,
            PoolError::InsufficientFunds { .. }
            | PoolError::Overdraft { .. }
            | PoolError::ReplacementOverdraft { .. } => &self.funds,
            PoolError::TipAboveFeeCap { .. } | PoolError::FeeCapBelowBaseFee { .. } => &self.fee,
            PoolError::ReplacementUnderpriced { .. } => &self.underpriced,
            PoolError::SenderLimit { .. } => &self.sender_limit,
            PoolError::Full { .. } => &self.full,
            PoolError::HeadMoved { .. } | PoolError::State(_) => &self.failed,
        }
    }
}
