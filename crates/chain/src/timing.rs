//! How long a step takes.

use metrics::Histogram;
use std::time::{Duration, Instant};

/// Runs from its start until it is recorded.
#[derive(Debug, Clone, Copy)]
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

    /// Time since the start or the last lap.
    pub(crate) fn lap(&mut self) -> Duration {
        let elapsed = self.0.elapsed();
        *self = Self::start();
        elapsed
    }

    /// Records the seconds since the start.
    pub(crate) fn record(self, histogram: &Histogram) {
        histogram.record(self.0.elapsed());
    }
}
