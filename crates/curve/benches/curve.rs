//! `curve::*`: one call of each function, for a usual pool and for the inputs that take longest.
#![expect(clippy::unwrap_used, reason = "bench code")]

use alloy_primitives::{I256, U256};
use criterion::{Criterion, criterion_group, criterion_main};
use hanzo_curve::{Pool, exp_wad, isqrt, ln_wad, mul_div};
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
    // A result of nearly 256 bits, 10^18·3.8^100, needs the second precision.
    let steep = Pool::new(U256::from(10), U256::from(10_u64.pow(18)), 10_000).unwrap();
    let few = U256::from(28);
    assert!(steep.fund_cost(few).unwrap().bit_len() > 250);
    criterion.bench_function("curve::fund_cost/256 bits", |bencher| {
        bencher.iter(|| black_box(steep).fund_cost(black_box(few)).unwrap());
    });
}

fn math(criterion: &mut Criterion) {
    let (x, y, z) = (U256::MAX, U256::MAX / U256::from(3), U256::MAX / U256::from(2));
    criterion.bench_function("math::mul_div", |bencher| {
        bencher.iter(|| mul_div(black_box(x), black_box(y), black_box(z)).unwrap());
    });
    criterion.bench_function("math::isqrt", |bencher| {
        bencher.iter(|| isqrt(black_box(x)));
    });
    let wad = I256::try_from(3_141_592_653_589_793_238_i64).unwrap();
    criterion.bench_function("math::ln_wad", |bencher| {
        bencher.iter(|| ln_wad(black_box(wad)).unwrap());
    });
    criterion.bench_function("math::ln_wad/255 bits", |bencher| {
        bencher.iter(|| ln_wad(black_box(I256::MAX)).unwrap());
    });
    criterion.bench_function("math::exp_wad", |bencher| {
        bencher.iter(|| exp_wad(black_box(wad)).unwrap());
    });
}

criterion_group!(benches, curve, math);
criterion_main!(benches);
