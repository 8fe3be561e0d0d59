//! Searching on several threads.

use crate::{
    CancelFlag, OnSeal, Seal, SearchOutcome, SearchProgress, SearchUnits, SearchWatch, Searcher,
    Target, Work, kernel::Kernel,
};
use std::{sync::OnceLock, thread};

/// What is searched, and how the search is watched and ended.
#[derive(Debug, Clone, Copy)]
pub struct UnitSearch<'a> {
    /// The work of a header.
    pub work: &'a Work,
    /// The largest lottery number that wins.
    pub target: Target,
    /// Where to look.
    pub units: &'a SearchUnits,
    /// Ends the search when it is raised.
    pub cancel: &'a CancelFlag,
    /// Counts the tiles.
    pub progress: &'a SearchProgress,
    /// Takes seals, on the threads that find them, and says whether the search goes on.
    pub on_seal: OnSeal<'a>,
}

impl UnitSearch<'_> {
    /// Takes units on `threads` threads, one at least, until a seal ends the search, all are taken or
    /// the flag is raised.
    #[must_use]
    pub fn run(&self, kernel: Kernel, threads: usize) -> SearchOutcome {
        let done = CancelFlag::default();
        let found = OnceLock::new();
        thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                scope.spawn(|| {
                    if let Some(seal) = self.run_alone(kernel, &done) {
                        done.cancel();
                        // Of two that are found at once one is enough.
                        let _ = found.set(seal);
                    }
                });
            }
        });
        match found.into_inner() {
            Some(seal) => SearchOutcome::Found(seal),
            None if self.cancel.is_cancelled() => SearchOutcome::Cancelled,
            None => SearchOutcome::Exhausted,
        }
    }

    /// Takes units until a seal ends the search, here or elsewhere, or all are taken.
    fn run_alone(&self, kernel: Kernel, done: &CancelFlag) -> Option<Seal> {
        let mut searcher = Searcher::new(kernel);
        while !self.cancel.is_cancelled() && !done.is_cancelled() {
            let range = self.units.take()?;
            let Self { cancel, progress, on_seal, .. } = *self;
            let watch = SearchWatch { cancel, progress, on_seal };
            match searcher.search(self.work, self.target, &range, watch) {
                SearchOutcome::Found(seal) => return Some(seal),
                SearchOutcome::Exhausted => {}
                SearchOutcome::Cancelled => return None,
            }
        }
        None
    }
}
