//! `curve::implementations`: purchases and sales of a bonding curve by the native precompile and by
//! contracts with PRBMath and with Solady, in the same EVM on the same trades.
//!
//! Prints a table of gas, time and error for each set of trades, and the time of every function of the
//! kernel on the same trades. The exact results are those of `hanzo-curve`; that they are exact is for
//! the tests of that crate to show.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "bench code")]

mod comparison;
mod implementation;
mod kernel;
mod meter;
mod statistics;
mod table;
mod trade;
mod trade_set;

use comparison::Comparison;
use implementation::Function;
use meter::Meter;
use trade_set::TradeSet;

/// Trades of a set.
const TRADES: usize = 2_000;

/// Measurements of each trade. They go round by round, so a slow minute slows every row alike.
const ROUNDS: usize = 9;

fn main() {
    let meter = Meter::new();
    let (usual, wide) = (TradeSet::usual(TRADES), TradeSet::domain(TRADES));
    for set in [&usual, &wide] {
        let compared = Function::ALL.map(|function| Comparison::of(&meter, set, function, ROUNDS));
        table::print_implementations(set, &compared);
    }
    let sets = [usual, wide, TradeSet::hard(TRADES)];
    let rows = kernel::measure(&sets, ROUNDS);
    table::print_kernel(&sets, &rows);
}
