//! How mining goes.

use crate::{Link, NodeStats, SealOutcome, ShareOutcome, ShareStats, seal_outcome::SealKind};
use hanzo_poc::{SearchProgress, TILE_MACS};
use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Time over which the rate is averaged.
const WINDOW: Duration = Duration::from_secs(30);

/// Least time between two samples of the rate: with [`WINDOW`], at most 301 of them are kept, however
/// often somebody asks.
const SAMPLE_SPACING: Duration = Duration::from_millis(100);

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
    /// Whether a node is there, and how far it is.
    pub link: Link,
    /// Shares that the contract has counted.
    pub shares: u64,
}

/// How mining goes. Shared by all parts of the miner.
#[derive(Debug, Default)]
pub struct Stats {
    /// Tiles tested; back ends count here.
    pub progress: SearchProgress,
    /// How it goes between miner and node.
    pub node: NodeStats,
    /// How it goes with shares.
    pub shares: Arc<ShareStats>,
    found: AtomicU64,
    /// By the place in [`SealOutcome::ALL`].
    seals: [AtomicU64; SealOutcome::ALL.len()],
    samples: Mutex<VecDeque<(Instant, u64)>>,
}

impl Stats {
    /// A seal was found.
    pub fn find(&self) {
        self.found.fetch_add(1, Ordering::Relaxed);
    }

    /// A node has judged a seal.
    pub fn judge(&self, outcome: SealOutcome) {
        let places = SealOutcome::ALL.iter().zip(&self.seals);
        for (_, count) in places.filter(|(other, _)| **other == outcome) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Seals that were found.
    pub(crate) fn found(&self) -> u64 {
        self.found.load(Ordering::Relaxed)
    }

    /// How many seals had each outcome.
    pub(crate) fn seals(&self) -> impl Iterator<Item = (SealOutcome, u64)> {
        let counts = self.seals.iter().map(|count| count.load(Ordering::Relaxed));
        SealOutcome::ALL.into_iter().zip(counts)
    }

    /// The totals at `now`, which also counts as a sample of the rate.
    pub fn totals(&self, now: Instant) -> Totals {
        let tiles = self.progress.tiles();
        let of_kind = |kind| {
            let seals = self.seals().filter(|(outcome, _)| outcome.kind() == kind);
            seals.map(|(_, count)| count).fold(0, u64::saturating_add)
        };
        Totals {
            tiles,
            accepted: of_kind(SealKind::Taken),
            stale: of_kind(SealKind::Late),
            rejected: of_kind(SealKind::Rejected),
            macs_per_second: self.rate(now, tiles),
            link: self.node.link(),
            shares: self.accepted_shares(),
        }
    }

    fn accepted_shares(&self) -> u64 {
        let mut outcomes = self.shares.outcomes();
        outcomes.find(|(outcome, _)| *outcome == ShareOutcome::Accepted).map_or(0, |(_, n)| n)
    }

    fn rate(&self, now: Instant, tiles: u64) -> u64 {
        let mut samples = self.samples.lock();
        let elapsed = |since: Instant| now.saturating_duration_since(since);
        if samples.back().is_none_or(|(last, _)| elapsed(*last) >= SAMPLE_SPACING) {
            samples.push_back((now, tiles));
        }
        // The oldest sample is the last one before the window begins.
        while samples.get(1).is_some_and(|(time, _)| elapsed(*time) >= WINDOW) {
            samples.pop_front();
        }
        let (since, before) = samples.front().copied().unwrap_or((now, tiles));
        let macs = u128::from(tiles.saturating_sub(before)).saturating_mul(u128::from(TILE_MACS));
        let nanos = elapsed(since).as_nanos();
        let rate = macs.saturating_mul(1_000_000_000).checked_div(nanos).unwrap_or(0);
        u64::try_from(rate).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "any instant will do")]
    fn some_time() -> Instant {
        Instant::now()
    }

    #[test]
    fn a_late_seal_is_told_from_a_wrong_one() {
        let stats = Stats::default();
        stats.judge(SealOutcome::Head);
        for reason in ["stale", "duplicate", "above_target", "mix_mismatch", "no reason"] {
            stats.judge(SealOutcome::of_reason(reason));
        }
        let totals = stats.totals(some_time());
        assert_eq!((totals.accepted, totals.stale, totals.rejected), (1, 2, 3));
        let judged: Vec<_> = stats.seals().filter(|(_, count)| *count > 0).collect();
        assert_eq!(judged.len(), 6, "each by itself: {judged:?}");
    }

    #[test]
    fn whoever_asks_often_gets_the_rate_of_the_window_and_leaves_few_samples() {
        let stats = Stats::default();
        let start = some_time();
        for millisecond in 0..60_000 {
            stats.totals(start + Duration::from_millis(millisecond));
        }
        let samples = stats.samples.lock();
        assert!(samples.len() <= 301, "{}", samples.len());
        let window = samples.back().unwrap().0 - samples.front().unwrap().0;
        assert!(window >= WINDOW - SAMPLE_SPACING, "{window:?}");
    }
}
