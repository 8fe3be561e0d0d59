//! When which node had which block.

use alloy_primitives::B256;
use std::{collections::BTreeMap, fmt, time::Instant};

/// When which node had which block, and when its miner had work on it.
#[derive(Debug, Default)]
pub(crate) struct Record {
    heads: BTreeMap<B256, BTreeMap<usize, Instant>>,
    works: BTreeMap<B256, BTreeMap<usize, Instant>>,
    numbers: BTreeMap<u64, Instant>,
}

/// Times in milliseconds, growing.
#[derive(Debug)]
pub(crate) struct Delays(Vec<f64>);

impl Record {
    pub(crate) fn head(&mut self, node: usize, (number, hash): (u64, B256), at: Instant) {
        self.heads.entry(hash).or_default().entry(node).or_insert(at);
        self.numbers.entry(number).or_insert(at);
    }

    pub(crate) fn work(&mut self, node: usize, parent: B256, at: Instant) {
        self.works.entry(parent).or_default().entry(node).or_insert(at);
    }

    /// The highest block that somebody had.
    pub(crate) fn highest(&self) -> u64 {
        *self.numbers.keys().last().unwrap()
    }

    /// Seconds between blocks, on average.
    pub(crate) fn interval(&self) -> f64 {
        let (first, last) =
            (self.numbers.iter().next().unwrap(), self.numbers.iter().last().unwrap());
        let blocks = f64::from(u32::try_from(last.0 - first.0).unwrap());
        last.1.duration_since(*first.1).as_secs_f64() / blocks
    }

    /// How long blocks took from the first node that had them to each of the others.
    pub(crate) fn spread(&self) -> Delays {
        let of_block = |times: &BTreeMap<usize, Instant>| {
            let first = *times.values().min().unwrap();
            let mut delays: Vec<f64> = times.values().map(|at| milliseconds(first, *at)).collect();
            delays.sort_by(f64::total_cmp);
            delays.remove(0);
            delays
        };
        Delays::of(self.heads.values().flat_map(of_block).collect())
    }

    /// How long it took from the first node that had a block until the miners of the others had work on it:
    /// the time in which they still looked for a block beside it.
    pub(crate) fn delay(&self) -> Delays {
        let of_block = |(hash, works): (&B256, &BTreeMap<usize, Instant>)| {
            let heads = self.heads.get(hash)?;
            let (finder, first) = heads.iter().min_by_key(|(_, at)| **at)?;
            let others = works.iter().filter(|(node, _)| *node != finder);
            Some(others.map(|(_, at)| milliseconds(*first, *at)).collect::<Vec<_>>())
        };
        Delays::of(self.works.iter().filter_map(of_block).flatten().collect())
    }
}

impl Delays {
    fn of(mut milliseconds: Vec<f64>) -> Self {
        milliseconds.sort_by(f64::total_cmp);
        Self(milliseconds)
    }

    /// In seconds.
    pub(crate) fn mean(&self) -> f64 {
        let count = f64::from(u32::try_from(self.0.len()).unwrap());
        self.0.iter().sum::<f64>() / count / 1e3
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(most) = self.0.last() else { return f.write_str("nothing was heard") };
        let at = |percent: usize| self.0[(self.0.len() * percent).div_ceil(100).max(1) - 1];
        let (count, mean) = (self.0.len(), 1e3 * self.mean());
        write!(
            f,
            "{count} times, mean {mean:.1} ms, p50 {:.1} ms, p99 {:.1} ms, most {most:.1} ms",
            at(50),
            at(99)
        )
    }
}

/// From `first` to `at`; nothing if `at` is earlier.
fn milliseconds(first: Instant, at: Instant) -> f64 {
    at.saturating_duration_since(first).as_secs_f64() * 1e3
}
