//! How long work takes after a new head.

use alloy_primitives::B256;
use std::{collections::BTreeMap, fmt, time::Instant};

/// How long work takes after a new head: from when one connection hears of the head to when another
/// has work on it.
#[derive(Debug, Default)]
pub(crate) struct WorkDelays {
    heads: BTreeMap<B256, Instant>,
    /// The first work on a block that a listener has heard of.
    works: BTreeMap<(B256, usize), Instant>,
}

impl WorkDelays {
    /// The head with this hash was heard of.
    pub(crate) fn head(&mut self, hash: B256, at: Instant) {
        self.heads.entry(hash).or_insert(at);
    }

    /// A listener has work on this block.
    pub(crate) fn work(&mut self, listener: usize, parent: B256, at: Instant) {
        self.works.entry((parent, listener)).or_insert(at);
    }

    /// How many listeners have work on this block.
    pub(crate) fn listeners_on(&self, head: B256) -> usize {
        self.works.range((head, 0)..=(head, usize::MAX)).count()
    }

    /// In milliseconds, growing. Below zero where work was faster than the news of its head.
    fn sorted(&self) -> Vec<f64> {
        let after_head = self.works.iter().filter_map(|((parent, _), at)| {
            let head = self.heads.get(parent)?;
            let late = at.saturating_duration_since(*head).as_secs_f64();
            let early = head.saturating_duration_since(*at).as_secs_f64();
            Some((late - early) * 1e3)
        });
        let mut delays: Vec<f64> = after_head.collect();
        delays.sort_by(f64::total_cmp);
        delays
    }
}

impl fmt::Display for WorkDelays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let delays = self.sorted();
        let Some(most) = delays.last() else { return f.write_str("no head was heard of") };
        let at = |percent: usize| delays[(delays.len() * percent).div_ceil(100).max(1) - 1];
        let heads = self.heads.len();
        write!(f, "{heads} heads, p50 {:.1} ms, p99 {:.1} ms, most {most:.1} ms", at(50), at(99))
    }
}
