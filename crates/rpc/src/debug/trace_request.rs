//! What kind of trace a request wants, and what it may cost.

use crate::{
    RpcLimits,
    arguments::{Argument, Arguments, excerpt},
    deadline::Deadline,
    debug::traced_block::TracedBlock,
    go_duration::parse_duration,
    rpc_error::{Limit, OrInternal as _, RpcError},
};
use alloy_rpc_types_trace::geth::GethDebugTracingOptions;
use hanzo_evm::{BlockReplay, ExecutionError, PushError, TraceError, TraceLimits, Tracer};
use serde_json::{Value, value::RawValue};
use std::time::Duration;

/// The trace options of a request. Source: geth's `TraceConfig`.
#[derive(Debug, Default)]
pub(super) struct TraceOptions {
    tracer: Tracer,
    timeout: Option<Duration>,
}

impl TraceOptions {
    pub(super) fn from_value(value: Value) -> Result<Self, String> {
        let options: GethDebugTracingOptions =
            serde_path_to_error::deserialize(value).map_err(|error| error.to_string())?;
        let timeout = options.timeout.as_deref().map(parse_duration).transpose();
        Ok(Self {
            timeout: timeout.map_err(|reason| format!("timeout: {reason}"))?,
            tracer: Tracer::new(options).map_err(|error| error.to_string())?,
        })
    }

    /// The options as parameter `index`.
    pub(super) fn parse(arguments: &Arguments<'_>, index: usize) -> Result<Self, RpcError> {
        Ok(arguments.optional(index, "options")?.unwrap_or_default())
    }

    /// Starts the clock: the request's own timeout counts up to the node's limit.
    pub(super) fn begin(self, limits: &RpcLimits) -> TraceRun {
        let time =
            self.timeout.map_or(limits.execution_time, |asked| asked.min(limits.execution_time));
        TraceRun {
            tracer: self.tracer,
            source: BlockSource::Chain,
            deadline: Deadline::within(time),
            time,
            limit: usize::try_from(limits.response_bytes).unwrap_or(usize::MAX),
            used: 0,
        }
    }
}

impl Argument for TraceOptions {
    fn from_json(json: &str) -> Result<Self, String> {
        match serde_json::from_str(json) {
            Ok(value @ Value::Object(_)) => Self::from_value(value),
            Ok(_) | Err(_) => Err(format!("expected an object, got {}", excerpt(json))),
        }
    }
}

/// Where a block comes from that is run once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockSource {
    /// The chain has accepted it: if it does not run, this node contradicts itself.
    Chain,
    /// The request brought it: if it does not run, that is the answer.
    Request,
}

/// One request's traces in the making: what they may still cost.
#[derive(Debug)]
pub(super) struct TraceRun {
    tracer: Tracer,
    source: BlockSource,
    deadline: Deadline,
    time: Duration,
    /// Largest answer, in bytes.
    limit: usize,
    /// Bytes of the traces that are done.
    used: usize,
}

impl TraceRun {
    /// The same, of a block that comes from `source`.
    pub(super) const fn of_block_from(mut self, source: BlockSource) -> Self {
        self.source = source;
        self
    }

    /// The block before its first transaction.
    pub(super) fn replay<'a>(&self, block: &'a TracedBlock) -> Result<BlockReplay<'a>, RpcError> {
        block.replay().map_err(|error| self.refusal(TraceError::Block(error)))
    }

    /// Makes one trace with what is left.
    ///
    /// # Errors
    /// [`RpcError::Limit`] if the trace is too large or takes too long.
    pub(super) fn trace(
        &mut self,
        work: impl FnOnce(&Tracer, TraceLimits<'_>) -> Result<Option<String>, TraceError>,
    ) -> Result<Option<Box<RawValue>>, RpcError> {
        let trace = self.bounded(|limits| work(&self.tracer, limits))?;
        let Some(trace) = trace else { return Ok(None) };
        self.used = self.used.saturating_add(trace.len());
        RawValue::from_string(trace).map(Some).or_internal()
    }

    /// # Errors
    /// [`RpcError::Limit`] once the time is up.
    pub(super) fn check_time(&self) -> Result<(), RpcError> {
        if self.deadline.is_over() {
            return Err(Limit::ExecutionTime { limit: self.time }.into());
        }
        Ok(())
    }

    /// Does something with what is left.
    ///
    /// # Errors
    /// As [`Self::trace`].
    pub(super) fn bounded<T>(
        &self,
        work: impl FnOnce(TraceLimits<'_>) -> Result<T, TraceError>,
    ) -> Result<T, RpcError> {
        let deadline = self.deadline;
        let bytes = self.limit.saturating_sub(self.used);
        let limits = TraceLimits { bytes, is_time_up: &|| deadline.is_over() };
        work(limits).map_err(|error| self.refusal(error))
    }

    fn refusal(&self, error: TraceError) -> RpcError {
        match error {
            TraceError::TooLarge { .. } => Limit::ResponseBytes { limit: self.limit }.into(),
            TraceError::TimeUp => Limit::ExecutionTime { limit: self.time }.into(),
            TraceError::Call(error) => error.into(),
            error @ (TraceError::State(_)
            | TraceError::Block(ExecutionError::State(_))
            | TraceError::Transaction { source: PushError::State(_), .. }) => {
                RpcError::internal(error)
            }
            error @ (TraceError::Block(_) | TraceError::Transaction { .. }) => match self.source {
                BlockSource::Chain => RpcError::internal(error),
                BlockSource::Request => RpcError::Server(error.to_string()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(json: &str) -> String {
        TraceOptions::from_json(json).unwrap_err()
    }

    #[test]
    fn malformed_options_are_refused_with_the_reason() {
        assert_eq!(reason("7"), "expected an object, got 7");
        assert_eq!(reason("\"callTracer\""), "expected an object, got \"callTracer\"");
        assert_eq!(reason(r#"{"timeout":"soon"}"#), "timeout: time: invalid duration \"soon\"");
        assert!(reason(r#"{"tracer":"() => 1"}"#).contains("JavaScript"));
        assert!(reason(r#"{"disableStack":"yes"}"#).contains("boolean"));
    }

    #[test]
    fn a_timeout_counts_up_to_the_limit_of_the_node() {
        let limits = RpcLimits { execution_time: Duration::from_secs(5), ..RpcLimits::default() };
        let time = |json: &str| TraceOptions::from_json(json).unwrap().begin(&limits).time;
        assert_eq!(time("{}"), Duration::from_secs(5));
        assert_eq!(time(r#"{"timeout":"1s"}"#), Duration::from_secs(1));
        assert_eq!(time(r#"{"timeout":"1h"}"#), Duration::from_secs(5));
    }
}
