//! How mining goes.

use hanzo_poc::{SearchProgress, TILE_MACS};
use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Time over which the rate is averaged.
const WINDOW: Duration = Duration::from_secs(30);

/// What has happened so far, and how fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Tiles tested.
    pub tiles: u64,
    /// Seals that became blocks.
    pub accepted: u64,
    /// Seals that came too late.
    pub stale: u64,
    /// Seals that the node did not take for another reason.
    pub rejected: u64,
    /// Multiply-accumulates per second over the last half minute.
    pub macs_per_second: u64,
}

/// How mining goes. Shared by all parts of the miner.
#[derive(Debug, Default)]
pub struct Stats {
    /// Tiles tested; back ends count here.
    pub progress: SearchProgress,
    accepted: AtomicU64,
    stale: AtomicU64,
    rejected: AtomicU64,
    samples: Mutex<VecDeque<(Instant, u64)>>,
}

impl Stats {
    /// A seal became a block.
    pub fn accept(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// A seal was not taken; `reason` is the node's name for why.
    pub fn reject(&self, reason: &str) {
        let count =
            if matches!(reason, "stale" | "duplicate") { &self.stale } else { &self.rejected };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// The totals at `now`, which also counts as a sample of the rate.
    pub fn totals(&self, now: Instant) -> Totals {
        let tiles = self.progress.tiles();
        let mut samples = self.samples.lock();
        samples.push_back((now, tiles));
        // The oldest sample is the last one before the window begins.
        while samples.get(1).is_some_and(|(time, _)| now.duration_since(*time) >= WINDOW) {
            samples.pop_front();
        }
        let (since, before) = samples.front().copied().unwrap_or((now, tiles));
        let nanos = now.duration_since(since).as_nanos();
        let macs = u128::from(tiles.saturating_sub(before)).saturating_mul(u128::from(TILE_MACS));
        let rate = macs.saturating_mul(1_000_000_000).checked_div(nanos).unwrap_or(0);
        Totals {
            tiles,
            accepted: self.accepted.load(Ordering::Relaxed),
            stale: self.stale.load(Ordering::Relaxed),
            rejected: self.rejected.load(Ordering::Relaxed),
            macs_per_second: u64::try_from(rate).unwrap_or(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_seal_is_told_from_a_wrong_one() {
        let stats = Stats::default();
        stats.accept();
        for reason in ["stale", "duplicate", "above_target", "mix_mismatch"] {
            stats.reject(reason);
        }
        #[expect(clippy::disallowed_methods, reason = "any instant will do")]
        let totals = stats.totals(Instant::now());
        assert_eq!((totals.accepted, totals.stale, totals.rejected), (1, 2, 2));
    }
}
