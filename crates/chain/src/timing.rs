//! How long a step takes.

use metrics::Histogram;
use std::time::Instant;

/// Runs from its start until it is recorded.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to measure. The one place where this crate looks at a clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "measuring is not deciding: no result depends on it"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Records the seconds since the start.
    pub(crate) fn record(self, histogram: &Histogram) {
        histogram.record(self.0.elapsed());
    }
}
