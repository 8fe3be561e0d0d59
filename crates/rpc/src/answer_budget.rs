//! How much memory answers may take, from their first byte until clients have read them.
//!
//! Hundreds of connections that ask for much and read nothing would add up to more memory than the
//! machine has. So all answers of a server share one budget. An answer that it has no room for is
//! refused, and what was made of it is dropped: nobody waits for room, so that clients that read
//! nothing cannot hold up those that do.
//!
//! An answer counts from the writing of its JSON until its last byte is with the operating system; on
//! a WebSocket by the bytes that are written to the socket
//! ([`UnsentAnswers`](crate::unsent_answers::UnsentAnswers)). Beside the budget there are, at any time, in each slot of a lane one answer that is no JSON yet and
//! [64 KiB](crate::counted_json) that are; and in each async worker one entry twice, while jsonrpsee
//! copies it into its envelope or into the batch. Notifications of subscriptions have bounds of their
//! own.

use crate::{answer_bytes::AnswerBytes, metrics::AnswerMetrics, rpc_error::Limit};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of one unit of the budget: a semaphore counts up to 2^32 only.
const UNIT_BYTES: u64 = 1024;

/// What the answers of one connection may take before the common budget is asked: small answers are
/// given whatever other clients leave unread. The buffers of the operating system take as much.
pub(crate) const OWN_BYTES: u64 = 64 << 10;

/// The budget of all answers of a server. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct AnswerBudget {
    units: Arc<Semaphore>,
    bytes: u64,
    pub(crate) metrics: AnswerMetrics,
}

/// The budget as one connection sees it.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionBudget {
    common: AnswerBudget,
    own: Arc<Semaphore>,
}

/// Units that some answer has taken.
#[derive(Debug, Default)]
pub(crate) struct Units {
    own: Option<OwnedSemaphorePermit>,
    common: Option<OwnedSemaphorePermit>,
}

impl AnswerBudget {
    /// A budget of `bytes` for all connections together.
    pub(crate) fn new(bytes: u64) -> Self {
        let units = usize::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(usize::MAX);
        let units = Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS)));
        Self { units, bytes, metrics: AnswerMetrics::register() }
    }

    /// The budget for a connection that has just been opened.
    pub(crate) fn connection(&self) -> ConnectionBudget {
        let own = usize::try_from(OWN_BYTES / UNIT_BYTES).unwrap_or(usize::MAX);
        ConnectionBudget { common: self.clone(), own: Arc::new(Semaphore::new(own)) }
    }
}

impl ConnectionBudget {
    /// An answer that has no bytes yet.
    pub(crate) fn answer(&self) -> AnswerBytes {
        AnswerBytes::new(self.clone())
    }

    /// Makes `units` those of an answer of `bytes`: takes what is missing, gives back what is left.
    ///
    /// # Errors
    /// [`Limit::AnswerBytes`] if there is no room; `units` are as before then.
    pub(crate) fn resize(&self, units: &mut Units, bytes: u64) -> Result<(), Limit> {
        let (wanted, taken) = (units_of(bytes), units.count());
        if wanted <= taken {
            units.give_back(taken - wanted, &self.common.metrics);
            return Ok(());
        }
        let missing = wanted - taken;
        let own = missing.min(u32::try_from(self.own.available_permits()).unwrap_or(u32::MAX));
        // Another answer of this connection may have been faster.
        let own = take(&self.own, own);
        let rest = missing - own.as_ref().map_or(0, size);
        let Some(common) = take(&self.common.units, rest) else {
            self.common.metrics.refused.increment(1);
            return Err(Limit::AnswerBytes { bytes, limit: self.common.bytes });
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
    fn give_back(&mut self, units: u32, metrics: &AnswerMetrics) {
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
