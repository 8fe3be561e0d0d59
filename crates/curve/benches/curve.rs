//! `curve::*`: one call of each function, for a usual pool and for the inputs that take longest.
#![expect(clippy::unwrap_used, reason = "bench code")]

use alloy_primitives::U256;
use criterion::{Criterion, criterion_group, criterion_main};
use hanzo_curve::Pool;
use std::hint::black_box;

/// 10^24 token units and 100 000 coins of reserve, the pool of the published vectors.
fn usual(ppm: u32) -> Pool {
    Pool::new(U256::from(10_u128.pow(24)), U256::from(100_000_000_000_u64), ppm).unwrap()
}

fn curve(criterion: &mut Criterion) {
    let pool = usual(200_000);
    let deposit = U256::from(1_000_000_000_u64);
    let tokens = U256::from(10_u128.pow(22));
    criterion.bench_function("curve::purchase_return", |bencher| {
        bencher.iter(|| black_box(pool).purchase_return(black_box(deposit)).unwrap());
    });
    criterion.bench_function("curve::sale_return", |bencher| {
        bencher.iter(|| black_box(pool).sale_return(black_box(tokens)).unwrap());
    });
    criterion.bench_function("curve::fund_cost", |bencher| {
        bencher.iter(|| black_box(pool).fund_cost(black_box(tokens)).unwrap());
    });
    criterion.bench_function("curve::sale_cost", |bencher| {
        bencher.iter(|| black_box(pool).sale_cost(black_box(deposit)).unwrap());
    });
    criterion.bench_function("curve::spot_price", |bencher| {
        bencher.iter(|| black_box(pool).spot_price());
    });
    // An exact power: the interval holds an integer, and two roots tell that it is the result.
    let doubled = U256::from(300_000_000_000_u64);
    let square = usual(500_000);
    criterion.bench_function("curve::purchase_return/exact", |bencher| {
        bencher.iter(|| black_box(square).purchase_return(black_box(doubled)).unwrap());
    });
    // A result of nearly 256 bits needs the second precision.
    let steep = Pool::new(U256::ONE, U256::from(10_u64.pow(18)), 10_000).unwrap();
    let few = U256::from(2);
    criterion.bench_function("curve::fund_cost/256 bits", |bencher| {
        bencher.iter(|| black_box(steep).fund_cost(black_box(few)).unwrap());
    });
}

criterion_group!(benches, curve);
criterion_main!(benches);
