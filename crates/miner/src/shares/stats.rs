//! How it goes with shares.

use alloy_primitives::U256;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

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
    claimed: Mutex<U256>,
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

    /// So many wei were paid.
    pub fn claim(&self, wei: U256) {
        let mut claimed = self.claimed.lock();
        *claimed = claimed.saturating_add(wei);
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
        *self.claimed.lock()
    }
}
