//! What a seal costs to check, and how close a search comes to the bare multiplication.
//!
//! Names follow `module::operation/key=value`. The ratio of search to bare multiplication is
//! printed as the median of five interleaved pairs in this run (decision D-42).

use alloy_primitives::{B256, U256};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use hanzo_poc::{
    BareMultiplication, CancelFlag, Kernel, OnSeal, Scratch, Seal, SearchProgress, SearchRange,
    SearchWatch, Searcher, TILE_MACS, Target, Work,
};
use std::{hint::black_box, time::Instant};

/// Strips a side: the blocking of a search.
const SIDE: u32 = 64;

/// Bytes written between two cold checks: larger than any second-level cache.
const EVICTION_BYTES: usize = 64 << 20;

fn seal_of(work: &Work) -> Seal {
    Seal { nonce: [0; 8], mix: work.tile_mix(0, 0) }
}

fn check(c: &mut Criterion) {
    let work = Work::new(B256::repeat_byte(7));
    let seal = seal_of(&work);
    let target = Target::from_difficulty(U256::ONE);
    for kernel in Kernel::available() {
        let mut scratch = Scratch::default();
        c.bench_function(&format!("poc::check/kernel={kernel} cache=warm"), |b| {
            b.iter(|| work.check_with(&mut scratch, kernel, black_box(&seal), target));
        });
        let mut evict = vec![0u8; EVICTION_BYTES];
        c.bench_function(&format!("poc::check/kernel={kernel} cache=cold"), |b| {
            b.iter_batched(
                || evict.iter_mut().for_each(|byte| *byte = byte.wrapping_add(1)),
                |()| work.check_with(&mut scratch, kernel, black_box(&seal), target),
                BatchSize::PerIteration,
            );
        });
    }
    let fake = Seal { nonce: [1; 8], mix: [2; 32] };
    let hard = Target::from_difficulty(U256::from(1u64 << 60));
    c.bench_function("poc::reject_fake", |b| b.iter(|| work.check(black_box(&fake), hard)));
}

fn search_once(searcher: &mut Searcher, work: &Work) -> f64 {
    let range = SearchRange { rows: 0..SIDE, columns: 0..SIDE };
    let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
    let never = Target::from_difficulty(U256::MAX);
    let start = now();
    let watch = SearchWatch { cancel: &cancel, progress: &progress, on_seal: OnSeal::FIRST };
    let _ = black_box(searcher.search(work, never, &range, watch));
    macs_per_second(progress.tiles() * TILE_MACS, start)
}

fn bare_once(bare: &mut BareMultiplication) -> f64 {
    let start = now();
    let (macs, witness) = bare.run();
    black_box(witness);
    macs_per_second(macs, start)
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn macs_per_second(macs: u64, start: Instant) -> f64 {
    macs as f64 / start.elapsed().as_secs_f64()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn now() -> Instant {
    Instant::now()
}

fn search(c: &mut Criterion) {
    let work = Work::new(B256::repeat_byte(7));
    for kernel in Kernel::available() {
        let mut bare = BareMultiplication::new(kernel, &work, SIDE);
        let mut searcher = Searcher::new(kernel);
        let mut pairs: Vec<(f64, f64)> =
            (0..5).map(|_| (search_once(&mut searcher, &work), bare_once(&mut bare))).collect();
        pairs.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
        let Some((search, bare_rate)) = pairs.get(2).copied() else { continue };
        println!(
            "poc::search/kernel={kernel}: {:.1} GMAC/s, gemm::bare {:.1} GMAC/s, ratio {:.1} %",
            search / 1e9,
            bare_rate / 1e9,
            100.0 * search / bare_rate
        );
        if kernel == Kernel::Portable {
            continue;
        }
        let mut group = c.benchmark_group("poc");
        group.sample_size(10);
        group.throughput(Throughput::Elements(u64::from(SIDE * SIDE) * TILE_MACS));
        group.bench_function(format!("search/kernel={kernel}"), |b| {
            b.iter(|| search_once(&mut searcher, &work));
        });
        group.bench_function(format!("bare/kernel={kernel}"), |b| b.iter(|| bare_once(&mut bare)));
    }
}

criterion_group!(benches, check, search);
criterion_main!(benches);
