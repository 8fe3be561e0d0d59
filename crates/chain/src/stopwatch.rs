//! Measuring how long things take.

use std::time::{Duration, Instant};

/// A running measurement. Measuring is not deciding: nothing the chain does depends on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "measuring: no result depends on the clock")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start, or since the last lap.
    pub(crate) fn lap(&mut self) -> Duration {
        let elapsed = self.0.elapsed();
        *self = Self::start();
        elapsed
    }
}
