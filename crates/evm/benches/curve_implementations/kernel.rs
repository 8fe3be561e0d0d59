//! The functions of the kernel by themselves.

use crate::{
    meter::now,
    statistics::{Spread, median},
    trade::Trade,
    trade_set::TradeSet,
};
use alloy_primitives::U256;
use hanzo_curve::Pool;
use std::hint::black_box;

/// Calls of one measurement.
const CALLS: u32 = 32;

/// A function of the kernel, asked about a trade.
type Question = fn(Pool, &Trade) -> U256;

const QUESTIONS: [(&str, Question); 8] = [
    ("purchase_return", |pool, trade| pool.purchase_return(trade.deposit).unwrap()),
    ("sale_return", |pool, trade| pool.sale_return(trade.tokens).unwrap()),
    ("fund_cost", |pool, trade| pool.fund_cost(trade.wanted).unwrap()),
    ("sale_cost", |pool, trade| pool.sale_cost(trade.reserve_out).unwrap()),
    ("buy_impact_bps", |pool, trade| pool.buy_impact_bps(trade.deposit).unwrap()),
    ("sell_impact_bps", |pool, trade| pool.sell_impact_bps(trade.tokens).unwrap()),
    ("spot_price", |pool, _| pool.spot_price()),
    ("market_cap", |pool, _| pool.market_cap()),
];

/// A function and its nanoseconds in each set: for each trade the median of its measurements.
#[derive(Debug)]
pub(crate) struct KernelRow<const SETS: usize> {
    pub(crate) function: &'static str,
    pub(crate) times: [Spread<u64>; SETS],
}

/// Measures every function on every trade, round by round.
pub(crate) fn measure<const SETS: usize>(
    sets: &[TradeSet; SETS],
    rounds: usize,
) -> Vec<KernelRow<SETS>> {
    let mut rounds_of = QUESTIONS.map(|_| {
        let empty = |set: &TradeSet| vec![Vec::new(); set.trades.len()];
        sets.each_ref().map(empty)
    });
    for _ in 0..rounds {
        for ((_, question), of_sets) in QUESTIONS.iter().zip(&mut rounds_of) {
            for (set, of_trades) in sets.iter().zip(of_sets) {
                for (trade, times) in set.trades.iter().zip(of_trades) {
                    times.push(nanoseconds(*question, trade));
                }
            }
        }
    }
    let spread = |of_trades: &Vec<Vec<u64>>| {
        let medians: Vec<u64> = of_trades.iter().map(|times| median(times)).collect();
        Spread::of(&medians)
    };
    let row = |((function, _), of_sets): (&(&'static str, Question), &[_; SETS])| KernelRow {
        function,
        times: of_sets.each_ref().map(spread),
    };
    QUESTIONS.iter().zip(&rounds_of).map(row).collect()
}

fn nanoseconds(question: Question, trade: &Trade) -> u64 {
    let pool = trade.pool();
    let started = now();
    for _ in 0..CALLS {
        let _ = black_box(question(black_box(pool), black_box(trade)));
    }
    let elapsed = now() - started;
    u64::try_from((elapsed / CALLS).as_nanos()).unwrap()
}
