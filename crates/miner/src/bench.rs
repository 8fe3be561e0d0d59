//! `hanzo-miner bench`.

use crate::{session::now, status_line::rate};
use alloy_primitives::{B256, U256};
use hanzo_poc::{
    BareMultiplication, CancelFlag, Kernel, OnSeal, SearchProgress, SearchUnits, TILE_MACS, Target,
    UnitSearch, Work,
};
use std::{
    fmt, thread,
    time::{Duration, Instant},
};

/// Pairs of measurements; the middle one of each is told. Source: decision D-42.
const PAIRS: usize = 5;

/// Strips of the bare multiplication per side; the fastest counts. Source: decision D-42.
const SIDES: [u32; 3] = [4, 8, 16];

/// How fast one kernel is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KernelRate {
    kernel: Kernel,
    threads: usize,
    /// Multiply-accumulates per second on strips that are there.
    bare: u64,
    /// Of a search from end to end.
    search: u64,
}

/// Measures every kernel that this processor has: the multiplication alone, and a search with all that
/// belongs to it, in turn.
pub(crate) fn run(threads: usize, each: Duration) -> Vec<KernelRate> {
    Kernel::available().into_iter().map(|kernel| measure(kernel, threads, each)).collect()
}

fn measure(kernel: Kernel, threads: usize, each: Duration) -> KernelRate {
    let try_side = |side| (bare_rate(kernel, (threads, side), each), side);
    let (_, side) = SIDES.into_iter().map(try_side).max().unwrap_or_default();
    let (mut bare, mut search) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        bare.push(bare_rate(kernel, (threads, side), each));
        search.push(search_rate(kernel, threads, each));
    }
    KernelRate { kernel, threads, bare: median(bare), search: median(search) }
}

fn bare_rate(kernel: Kernel, (threads, side): (usize, u32), each: Duration) -> u64 {
    let macs = thread::scope(|scope| {
        let run = || {
            let mut bare = BareMultiplication::new(kernel, &Work::new(B256::ZERO), side);
            let started = now();
            let mut macs = 0_u64;
            while started.elapsed() < each {
                macs = macs.saturating_add(bare.run().0);
            }
            per_second(macs, started)
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(0)).collect::<Vec<_>>()
    });
    macs.into_iter().fold(0, u64::saturating_add)
}

/// A search that finds nothing: its target is met by one tile in 2^170.
fn search_rate(kernel: Kernel, threads: usize, each: Duration) -> u64 {
    let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
    let search = UnitSearch {
        work: &Work::new(B256::ZERO),
        target: Target::from_difficulty(U256::from(1) << 192),
        units: &SearchUnits::new(0..u32::MAX),
        cancel: &cancel,
        progress: &progress,
        on_seal: OnSeal::FIRST,
    };
    let started = now();
    thread::scope(|scope| {
        scope.spawn(|| search.run(kernel, threads));
        thread::sleep(each);
        cancel.cancel();
    });
    per_second(progress.tiles().saturating_mul(TILE_MACS), started)
}

fn per_second(macs: u64, started: Instant) -> u64 {
    let nanos = started.elapsed().as_nanos();
    let rate = u128::from(macs).saturating_mul(1_000_000_000).checked_div(nanos).unwrap_or(0);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

impl fmt::Display for KernelRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent =
            u128::from(self.search).saturating_mul(100).checked_div(u128::from(self.bare));
        write!(
            f,
            "{:<12} {} thread(s)  search {:>14}  bare {:>14}  {} %",
            self.kernel.to_string(),
            self.threads,
            rate(self.search),
            rate(self.bare),
            percent.unwrap_or(0)
        )
    }
}
