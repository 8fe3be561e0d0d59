//! Running many seeds.

use crate::Scenario;
use std::{
    any::Any,
    fmt,
    num::NonZeroUsize,
    ops::Range,
    panic::catch_unwind,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

/// A seed whose run broke an invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedSeed {
    /// The seed.
    pub seed: u64,
    /// What was broken.
    pub reason: String,
}

impl fmt::Display for FailedSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, reason } = self;
        write!(f, "seed {seed}: {reason}\n  again: make simulate SEEDS=1 FIRST={seed}")
    }
}

/// Runs every seed, as many at once as `threads`. Returns those that failed, in their order; one that fails
/// does not keep the others from running.
#[must_use]
pub fn run_seeds(seeds: Range<u64>, threads: NonZeroUsize) -> Vec<FailedSeed> {
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return failed;
            }
            if let Err(panic) = catch_unwind(|| Scenario::drawn(seed).run()) {
                failed.push(FailedSeed { seed, reason: reason_of(&*panic) });
            }
        }
    };
    let mut failed: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.get()).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    failed.sort_by_key(|failed| failed.seed);
    failed
}

fn reason_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "a panic without a text".to_owned())
}
