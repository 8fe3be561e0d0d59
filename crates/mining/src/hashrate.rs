//! How fast this node multiplies.

use parking_lot::Mutex;
use std::{collections::VecDeque, time::Duration};

/// Time over which the rate is averaged.
const WINDOW: Duration = Duration::from_secs(60);

/// Samples kept; older ones are merged into the oldest. At one sample per block in instant mode
/// this spans less than the window only when blocks are faster than ten a second.
const MAX_SAMPLES: usize = 600;

/// Multiply-accumulates per second of search time over the last minute.
///
/// Counted against the time spent searching, not wall time: an idle dev chain has not become
/// slower.
#[derive(Debug, Default)]
pub(crate) struct HashrateMeter {
    samples: Mutex<VecDeque<Sample>>,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    macs: u64,
    spent: Duration,
}

impl HashrateMeter {
    /// Records `macs` multiply-accumulates done in `spent`.
    pub(crate) fn record(&self, macs: u64, spent: Duration) {
        let mut samples = self.samples.lock();
        samples.push_back(Sample { macs, spent });
        let mut total: Duration = samples.iter().map(|sample| sample.spent).sum();
        while samples.len() > 1 && (total > WINDOW || samples.len() > MAX_SAMPLES) {
            if let Some(oldest) = samples.pop_front() {
                total = total.saturating_sub(oldest.spent);
            }
        }
    }

    /// Multiply-accumulates per second; zero before the first search.
    pub(crate) fn macs_per_second(&self) -> u64 {
        let samples = self.samples.lock();
        let macs: u128 = samples.iter().map(|sample| u128::from(sample.macs)).sum();
        let nanos: u128 = samples.iter().map(|sample| sample.spent.as_nanos()).sum();
        let rate = macs.saturating_mul(1_000_000_000).checked_div(nanos).unwrap_or(0);
        u64::try_from(rate).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_is_work_over_search_time() {
        let meter = HashrateMeter::default();
        assert_eq!(meter.macs_per_second(), 0);
        meter.record(300, Duration::from_secs(1));
        meter.record(100, Duration::from_secs(1));
        assert_eq!(meter.macs_per_second(), 200);
    }

    #[test]
    fn old_samples_leave_the_window_and_memory_stays_bounded() {
        let meter = HashrateMeter::default();
        meter.record(1_000_000, Duration::from_secs(50));
        meter.record(60, Duration::from_secs(60));
        assert_eq!(meter.macs_per_second(), 1);
        for _ in 0..10_000 {
            meter.record(1, Duration::from_micros(1));
        }
        assert!(meter.samples.lock().len() <= MAX_SAMPLES);
    }
}
