//! Medians and tails.

use serde::Serialize;
use std::{fmt, time::Duration};

/// The distribution of a duration, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Percentiles {
    pub(crate) count: usize,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

impl Percentiles {
    /// Of nanoseconds in any order; zeros if there are none.
    pub(crate) fn of(mut nanoseconds: Vec<u64>) -> Self {
        nanoseconds.sort_unstable();
        let at = |percent| milliseconds(nearest_rank(&nanoseconds, percent));
        Self { count: nanoseconds.len(), p50_ms: at(50), p99_ms: at(99), max_ms: at(100) }
    }
}

/// The smallest value that `percent` of all are not above.
fn nearest_rank(sorted: &[u64], percent: usize) -> u64 {
    let rank = sorted.len().saturating_mul(percent).div_ceil(100).max(1);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

fn milliseconds(nanoseconds: u64) -> f64 {
    Duration::from_nanos(nanoseconds).as_secs_f64() * 1e3
}

impl fmt::Display for Percentiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { p50_ms, p99_ms, max_ms, .. } = self;
        write!(f, "p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms, at most {max_ms:.2} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_occurred() {
        let millis = (1..=200u64).rev().map(|ms| ms * 1_000_000).collect();
        let found = Percentiles::of(millis);
        assert_eq!((found.p50_ms, found.p99_ms, found.max_ms), (100.0, 198.0, 200.0));
    }

    #[test]
    fn nothing_measured_is_zero_and_one_value_is_every_percentile() {
        assert_eq!(Percentiles::of(Vec::new()).p99_ms, 0.0);
        let one = Percentiles::of(vec![2_500_000]);
        assert_eq!((one.p50_ms, one.p99_ms, one.max_ms), (2.5, 2.5, 2.5));
    }
}
