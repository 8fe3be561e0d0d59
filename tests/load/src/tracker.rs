//! What became of every transaction.

use crate::{clock::Clock, percentiles::Percentiles};
use parking_lot::{Condvar, Mutex};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

/// A moment that has not come.
const NEVER: u64 = 0;

/// What became of every transaction. Written by the threads that submit and the one that follows
/// the chain; nobody waits for anybody.
#[derive(Debug)]
pub(crate) struct Tracker {
    clock: Clock,
    transactions: Vec<Timeline>,
    accepted: AtomicUsize,
    included: AtomicUsize,
    last_inclusion: AtomicU64,
    refusals: Mutex<BTreeMap<String, usize>>,
    withheld: AtomicUsize,
    retries: AtomicUsize,
    /// Blocks seen, for those that wait for room in the pool.
    blocks: Mutex<u64>,
    block_seen: Condvar,
}

/// Moments in nanoseconds since the start, or [`NEVER`].
#[derive(Debug, Default)]
struct Timeline {
    sent: AtomicU64,
    accepted: AtomicU64,
    included: AtomicU64,
}

/// What a run came to.
#[derive(Debug, Clone)]
pub(crate) struct Totals {
    pub(crate) accepted: usize,
    pub(crate) included: usize,
    /// Why transactions were refused, and how many for each reason.
    pub(crate) refused: BTreeMap<String, usize>,
    /// Not sent, because one before it was refused.
    pub(crate) withheld: usize,
    /// Sent again, because the pool had been full.
    pub(crate) retries: usize,
    pub(crate) submission: Percentiles,
    pub(crate) inclusion: Percentiles,
    /// Until the last answer, and until the last inclusion was seen.
    pub(crate) submitted_in: Duration,
    pub(crate) included_in: Duration,
}

impl Tracker {
    /// For `count` transactions. The clock starts now.
    pub(crate) fn new(count: usize) -> Self {
        let mut transactions = Vec::new();
        transactions.resize_with(count, Timeline::default);
        Self {
            clock: Clock::start(),
            transactions,
            accepted: AtomicUsize::new(0),
            included: AtomicUsize::new(0),
            last_inclusion: AtomicU64::new(NEVER),
            refusals: Mutex::default(),
            withheld: AtomicUsize::new(0),
            retries: AtomicUsize::new(0),
            blocks: Mutex::new(0),
            block_seen: Condvar::new(),
        }
    }

    fn now(&self) -> u64 {
        self.clock.nanoseconds().max(NEVER.saturating_add(1))
    }

    /// A transaction is about to be sent; again, if it was refused for lack of room.
    pub(crate) fn sent(&self, index: usize) {
        if let Some(timeline) = self.transactions.get(index) {
            timeline.sent.store(self.now(), Ordering::Relaxed);
        }
    }

    pub(crate) fn accepted(&self, index: usize) {
        if let Some(timeline) = self.transactions.get(index) {
            timeline.accepted.store(self.now(), Ordering::Relaxed);
            self.accepted.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn refused(&self, reason: String) {
        let mut refusals = self.refusals.lock();
        let count = refusals.entry(reason).or_default();
        *count = count.saturating_add(1);
    }

    pub(crate) fn withheld(&self) {
        self.withheld.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn retries(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// A block includes these transactions.
    pub(crate) fn block(&self, indices: impl Iterator<Item = usize>) {
        let now = self.now();
        for index in indices {
            if let Some(timeline) = self.transactions.get(index)
                && timeline.included.swap(now, Ordering::Relaxed) == NEVER
            {
                self.included.fetch_add(1, Ordering::Relaxed);
                self.last_inclusion.store(now, Ordering::Relaxed);
            }
        }
        let mut blocks = self.blocks.lock();
        *blocks = blocks.saturating_add(1);
        self.block_seen.notify_all();
    }

    /// Waits until another block is seen, at most `patience`. Returns whether one was.
    pub(crate) fn wait_for_block(&self, patience: Duration) -> bool {
        let mut blocks = self.blocks.lock();
        !self.block_seen.wait_for(&mut blocks, patience).timed_out()
    }

    /// Accepted and included so far.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.accepted.load(Ordering::Relaxed), self.included.load(Ordering::Relaxed))
    }

    /// Accepted transactions that no block includes.
    pub(crate) fn lost(&self) -> usize {
        let moment = |moment: &AtomicU64| moment.load(Ordering::Relaxed) != NEVER;
        let is_lost = |t: &&Timeline| moment(&t.accepted) && !moment(&t.included);
        self.transactions.iter().filter(is_lost).count()
    }

    pub(crate) fn totals(&self) -> Totals {
        let moment = |moment: &AtomicU64| {
            let moment = moment.load(Ordering::Relaxed);
            (moment != NEVER).then_some(moment)
        };
        let between = |from: &AtomicU64, to: &AtomicU64| {
            // A block may include what is not answered yet.
            Some(moment(to)?.saturating_sub(moment(from)?))
        };
        let all = &self.transactions;
        let submission = all.iter().filter_map(|t| between(&t.sent, &t.accepted)).collect();
        let inclusion = all.iter().filter_map(|t| between(&t.sent, &t.included)).collect();
        let last_answer = all.iter().filter_map(|t| moment(&t.accepted)).max();
        let (accepted, included) = self.progress();
        Totals {
            accepted,
            included,
            refused: self.refusals.lock().clone(),
            withheld: self.withheld.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            submission: Percentiles::of(submission),
            inclusion: Percentiles::of(inclusion),
            submitted_in: Duration::from_nanos(last_answer.unwrap_or_default()),
            included_in: Duration::from_nanos(self.last_inclusion.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_counts_once_and_one_without_block_is_lost() {
        let tracker = Tracker::new(3);
        for index in 0..3 {
            tracker.sent(index);
        }
        tracker.accepted(0);
        tracker.accepted(1);
        tracker.refused("full".to_owned());
        assert_eq!((tracker.progress(), tracker.lost()), ((2, 0), 2));
        tracker.block([0, 0, 9].into_iter());
        tracker.block([0].into_iter());
        assert_eq!((tracker.progress(), tracker.lost()), ((2, 1), 1));
        let totals = tracker.totals();
        assert_eq!((totals.submission.count, totals.inclusion.count), (2, 1));
        assert_eq!(totals.refused, BTreeMap::from([("full".to_owned(), 1)]));
    }
}
