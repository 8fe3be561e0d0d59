//! How much memory requests and answers may take.
//!
//! Hundreds of connections that send much and finish nothing, or ask for much and read nothing, would
//! add up to more memory than the machine has. So all requests of a server share one budget, and all
//! answers another. What it has no room for is refused, and what there is of it is dropped: nobody
//! waits for room, so that clients that do nothing cannot hold up those that do.
//!
//! A request over plain HTTP counts from its first byte until it has its answer
//! ([`RequestBodyLayer`](crate::request_body_layer::RequestBodyLayer)). So do, on a WebSocket too, the
//! values of its parameters, which take more memory than their text: two bytes, `{}`, become half a
//! kilobyte where a call is expected ([`CallGuard`](crate::call_guard::CallGuard)).
//!
//! An answer counts from the writing of its JSON until its last byte is with the operating system; on
//! a WebSocket by the bytes that are written to the socket
//! ([`UnsentAnswers`](crate::unsent_answers::UnsentAnswers)). Beside the budget there are, at any time, in each slot of a lane one answer that is no JSON yet and
//! [64 KiB](crate::counted_json) that are; and in each async worker one entry twice, while jsonrpsee
//! copies it into its envelope or into the batch. Notifications of subscriptions have bounds of their
//! own.

use crate::{answer_bytes::AnswerBytes, metrics::BudgetMetrics, rpc_error::Limit};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of one unit of the budget: a semaphore counts up to 2^32 only.
const UNIT_BYTES: u64 = 1024;

/// What the answers of one connection, or its requests, may take before the common budget is asked:
/// small ones are served whatever other clients leave unread or unsent. The buffers of the operating
/// system take as much.
pub(crate) const OWN_BYTES: u64 = 64 << 10;

/// The budget of all answers of a server, or of all requests to it. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct MemoryBudget {
    units: Arc<Semaphore>,
    bytes: u64,
    refusal: Refusal,
    metrics: BudgetMetrics,
}

/// The error for something of so many bytes, beside a budget of so many.
type Refusal = fn(bytes: u64, limit: u64) -> Limit;

/// The budget as one connection sees it.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionBudget {
    common: MemoryBudget,
    own: Arc<Semaphore>,
}

/// Units that an answer or a request has taken.
#[derive(Debug, Default)]
pub(crate) struct Units {
    own: Option<OwnedSemaphorePermit>,
    common: Option<OwnedSemaphorePermit>,
}

impl MemoryBudget {
    /// A budget of `bytes` for the answers of all connections together.
    pub(crate) fn for_answers(bytes: u64) -> Self {
        let refusal = |bytes, limit| Limit::AnswerBytes { bytes, limit };
        Self::new(bytes, refusal, BudgetMetrics::of_answers())
    }

    /// A budget of `bytes` for the requests of all connections together.
    pub(crate) fn for_requests(bytes: u64) -> Self {
        let refusal = |bytes, limit| Limit::AllRequestBytes { bytes, limit };
        Self::new(bytes, refusal, BudgetMetrics::of_requests())
    }

    fn new(bytes: u64, refusal: Refusal, metrics: BudgetMetrics) -> Self {
        let units = usize::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(usize::MAX);
        let units = Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS)));
        Self { units, bytes, refusal, metrics }
    }

    /// The budget for a connection that has just been opened.
    pub(crate) fn connection(&self) -> ConnectionBudget {
        let own = usize::try_from(OWN_BYTES / UNIT_BYTES).unwrap_or(usize::MAX);
        ConnectionBudget { common: self.clone(), own: Arc::new(Semaphore::new(own)) }
    }
}

/// Bytes that are held until they are dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct HeldBytes {
    budget: ConnectionBudget,
    units: Units,
}

impl HeldBytes {
    /// Holds exactly so many from now on.
    ///
    /// # Errors
    /// As [`ConnectionBudget::resize`]; what was held before is held then.
    pub(crate) fn resize(&mut self, bytes: u64) -> Result<(), Limit> {
        self.budget.resize(&mut self.units, bytes)
    }
}

impl Drop for HeldBytes {
    fn drop(&mut self) {
        self.budget.release(&mut self.units);
    }
}

impl ConnectionBudget {
    /// Something that holds nothing yet.
    pub(crate) fn hold(&self) -> HeldBytes {
        HeldBytes { budget: self.clone(), units: Units::default() }
    }

    /// An answer that has no bytes yet.
    pub(crate) fn answer(&self) -> AnswerBytes {
        AnswerBytes::new(self.clone())
    }

    /// Makes `units` those of `bytes`: takes what is missing, gives back what is left.
    ///
    /// # Errors
    /// [`Limit::AnswerBytes`] or [`Limit::AllRequestBytes`] if there is no room; `units` are as before
    /// then.
    pub(crate) fn resize(&self, units: &mut Units, bytes: u64) -> Result<(), Limit> {
        let (wanted, taken) = (units_of(bytes), units.count());
        if wanted <= taken {
            units.give_back(taken - wanted, &self.common.metrics);
            return Ok(());
        }
        let missing = wanted - taken;
        let own = missing.min(u32::try_from(self.own.available_permits()).unwrap_or(u32::MAX));
        // Another one of this connection may have been faster.
        let own = take(&self.own, own);
        let rest = missing - own.as_ref().map_or(0, size);
        let Some(common) = take(&self.common.units, rest) else {
            self.common.metrics.refused.increment(1);
            return Err((self.common.refusal)(bytes, self.common.bytes));
        };
        self.common.metrics.bytes.increment(bytes_of(rest));
        own.into_iter().for_each(|own| add(&mut units.own, own));
        add(&mut units.common, common);
        Ok(())
    }

    /// Gives everything back.
    pub(crate) fn release(&self, units: &mut Units) {
        units.give_back(units.count(), &self.common.metrics);
    }
}

impl Units {
    fn count(&self) -> u32 {
        let own = self.own.as_ref().map_or(0, size);
        own + self.common.as_ref().map_or(0, size)
    }

    /// The common ones first: others wait for them.
    fn give_back(&mut self, units: u32, metrics: &BudgetMetrics) {
        let common = units.min(self.common.as_ref().map_or(0, size));
        metrics.bytes.decrement(bytes_of(common));
        remove(&mut self.common, common);
        remove(&mut self.own, units - common);
    }
}

fn units_of(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; 2^42 bytes fit exactly")]
fn bytes_of(units: u32) -> f64 {
    (u64::from(units) * UNIT_BYTES) as f64
}

fn take(units: &Arc<Semaphore>, count: u32) -> Option<OwnedSemaphorePermit> {
    Arc::clone(units).try_acquire_many_owned(count).ok()
}

fn size(permit: &OwnedSemaphorePermit) -> u32 {
    u32::try_from(permit.num_permits()).unwrap_or(u32::MAX)
}

fn add(held: &mut Option<OwnedSemaphorePermit>, more: OwnedSemaphorePermit) {
    match held {
        Some(held) => held.merge(more),
        None => *held = Some(more),
    }
}

fn remove(held: &mut Option<OwnedSemaphorePermit>, units: u32) {
    let units = usize::try_from(units).unwrap_or(usize::MAX);
    drop(held.as_mut().and_then(|held| held.split(units)));
}
