//! How it goes with shares.

use alloy_primitives::U256;
use parking_lot::Mutex;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

/// Epochs whose pay is kept apart, so that it can be taken back: more than a miner looks through.
const MAX_EPOCHS: usize = 128;

/// What becomes of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareOutcome {
    /// The contract has counted it.
    Accepted,
    /// The contract would not count it.
    Refused,
    /// It was not submitted while it was good.
    Expired,
}

impl ShareOutcome {
    /// All of them, in the order of their counts.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Refused, Self::Expired];

    /// As metrics name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }
}

/// Counts of shares, and what they were paid.
#[derive(Debug, Default)]
pub struct ShareStats {
    found: AtomicU64,
    outcomes: [AtomicU64; ShareOutcome::ALL.len()],
    claimed: Mutex<Paid>,
}

/// What was paid, in wei.
#[derive(Debug, Default)]
struct Paid {
    /// For epochs that are long over.
    before: U256,
    epochs: BTreeMap<u64, U256>,
}

impl ShareStats {
    /// A share was found.
    pub fn find(&self) {
        self.found.fetch_add(1, Ordering::Relaxed);
    }

    /// This became of so many.
    pub fn count(&self, outcome: ShareOutcome, shares: usize) {
        let places = ShareOutcome::ALL.iter().zip(&self.outcomes);
        for (_, count) in places.filter(|(other, _)| **other == outcome) {
            count.fetch_add(u64::try_from(shares).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }

    /// So many wei were paid for an epoch.
    pub fn claim(&self, epoch: u64, wei: U256) {
        let mut paid = self.claimed.lock();
        paid.epochs.insert(epoch, wei);
        if paid.epochs.len() > MAX_EPOCHS
            && let Some((_, oldest)) = paid.epochs.pop_first()
        {
            paid.before = paid.before.saturating_add(oldest);
        }
    }

    /// The chain says that nothing was paid for an epoch: the block that did is gone.
    pub fn unclaim(&self, epoch: u64) {
        self.claimed.lock().epochs.remove(&epoch);
    }

    /// Shares that were found.
    #[must_use]
    pub fn found(&self) -> u64 {
        self.found.load(Ordering::Relaxed)
    }

    /// What became of them.
    pub fn outcomes(&self) -> impl Iterator<Item = (ShareOutcome, u64)> {
        let counts = self.outcomes.iter().map(|count| count.load(Ordering::Relaxed));
        ShareOutcome::ALL.into_iter().zip(counts)
    }

    /// Wei that were paid.
    #[must_use]
    pub fn claimed(&self) -> U256 {
        let paid = self.claimed.lock();
        paid.epochs.values().fold(paid.before, |sum, wei| sum.saturating_add(*wei))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pay_that_was_taken_back_and_comes_again_counts_once() {
        let stats = ShareStats::default();
        stats.claim(0, U256::from(5));
        stats.claim(1, U256::from(7));
        assert_eq!(stats.claimed(), U256::from(12));
        stats.unclaim(1);
        assert_eq!(stats.claimed(), U256::from(5));
        stats.claim(1, U256::from(8));
        assert_eq!(stats.claimed(), U256::from(13));
    }

    #[test]
    fn pay_of_epochs_that_are_long_over_stays_in_the_sum() {
        let stats = ShareStats::default();
        for epoch in 0..300 {
            stats.claim(epoch, U256::ONE);
        }
        stats.unclaim(0);
        assert_eq!(stats.claimed(), U256::from(300));
        assert!(stats.claimed.lock().epochs.len() <= MAX_EPOCHS);
    }
}
