//! What the RPC measures. docs/metrics.md lists it.

use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};
use std::time::Instant;

/// Requests of one method: how many, with which outcome, how long they took.
///
/// Every method has its own, made when the method is registered. Names that clients invent share
/// one, so that nobody can fill the memory with labels.
#[derive(Debug, Clone)]
pub(crate) struct MethodMetrics {
    outcomes: Outcomes,
    seconds: Histogram,
}

/// Requests of one method by outcome.
#[derive(Debug, Clone)]
pub(crate) struct Outcomes {
    ok: Counter,
    error: Counter,
}

/// A request that is being answered.
#[derive(Debug)]
#[must_use]
pub(crate) struct Call<'a> {
    metrics: &'a MethodMetrics,
    started: Instant,
}

/// One more of something, until it is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct Occupied(Gauge);

/// Requests in one lane.
#[derive(Debug)]
pub(crate) struct LaneMetrics {
    pub(crate) waiting: Gauge,
    pub(crate) running: Gauge,
}

/// What is measured of all answers together, or of all requests.
#[derive(Debug, Clone)]
pub(crate) struct BudgetMetrics {
    pub(crate) bytes: Gauge,
    pub(crate) refused: Counter,
}

/// What is measured where requests come in on one transport.
#[derive(Debug, Clone)]
pub(crate) struct TransportMetrics {
    pub(crate) connections: Gauge,
    pub(crate) unknown_methods: Outcomes,
}

/// What is measured of subscriptions.
#[derive(Debug, Clone)]
pub(crate) struct SubscriptionMetrics {
    pub(crate) requests: Outcomes,
    pub(crate) open: Gauge,
}

impl MethodMetrics {
    pub(crate) fn register(method: &'static str) -> Self {
        let name = "hanzo_rpc_request_seconds";
        describe_histogram!(name, "Time to answer a request, its wait for a lane included.");
        Self { outcomes: Outcomes::register(method), seconds: histogram!(name, "method" => method) }
    }

    pub(crate) fn start(&self) -> Call<'_> {
        #[expect(clippy::disallowed_methods, reason = "a measurement, never an answer")]
        let started = Instant::now();
        Call { metrics: self, started }
    }
}

impl Call<'_> {
    /// Counts the request once it has its answer. One whose client left before is not counted.
    pub(crate) fn answered<T, E>(self, answer: Result<T, E>) -> Result<T, E> {
        self.metrics.seconds.record(self.started.elapsed());
        self.metrics.outcomes.count(&answer);
        answer
    }
}

impl Outcomes {
    pub(crate) fn register(method: &'static str) -> Self {
        let name = "hanzo_rpc_requests_total";
        describe_counter!(name, "Requests answered, by method and outcome.");
        Self {
            ok: counter!(name, "method" => method, "outcome" => "ok"),
            error: counter!(name, "method" => method, "outcome" => "error"),
        }
    }

    pub(crate) fn count<T, E>(&self, answer: &Result<T, E>) {
        if answer.is_ok() { self.ok.increment(1) } else { self.refused() }
    }

    pub(crate) fn refused(&self) {
        self.error.increment(1);
    }
}

impl Occupied {
    pub(crate) fn enter(gauge: &Gauge) -> Self {
        gauge.increment(1);
        Self(gauge.clone())
    }
}

impl Drop for Occupied {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

impl LaneMetrics {
    pub(crate) fn register(lane: &'static str) -> Self {
        let waiting = "hanzo_rpc_lane_waiting_requests";
        let running = "hanzo_rpc_lane_running_requests";
        describe_gauge!(waiting, "Requests that wait for a slot of a lane.");
        describe_gauge!(running, "Requests that run in a lane.");
        Self { waiting: gauge!(waiting, "lane" => lane), running: gauge!(running, "lane" => lane) }
    }
}

impl BudgetMetrics {
    pub(crate) fn of_answers() -> Self {
        let bytes = "hanzo_rpc_answer_bytes";
        let refused = "hanzo_rpc_answers_refused_total";
        describe_gauge!(
            bytes,
            "Common memory that answers take, from their making until clients have read them."
        );
        describe_counter!(refused, "Answers refused because others take all the memory for them.");
        Self { bytes: gauge!(bytes), refused: counter!(refused) }
    }

    pub(crate) fn of_requests() -> Self {
        let bytes = "hanzo_rpc_request_bytes";
        let refused = "hanzo_rpc_requests_refused_total";
        describe_gauge!(
            bytes,
            "Common memory that requests take, over plain HTTP from their first byte on, until they \
             are answered."
        );
        describe_counter!(refused, "Requests refused because others take all the memory for them.");
        Self { bytes: gauge!(bytes), refused: counter!(refused) }
    }
}

impl TransportMetrics {
    pub(crate) fn register(transport: &'static str) -> Self {
        let name = "hanzo_rpc_connections";
        describe_gauge!(
            name,
            "Open WebSocket and IPC connections; over plain HTTP, requests being answered."
        );
        Self {
            connections: gauge!(name, "transport" => transport),
            unknown_methods: Outcomes::register("unknown"),
        }
    }
}

impl SubscriptionMetrics {
    pub(crate) fn register(method: &'static str) -> Self {
        let open = "hanzo_rpc_subscriptions";
        describe_gauge!(open, "Open subscriptions.");
        Self { requests: Outcomes::register(method), open: gauge!(open) }
    }
}
