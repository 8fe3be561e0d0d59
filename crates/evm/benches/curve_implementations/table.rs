//! The results as Markdown.

use crate::{
    comparison::{Comparison, Row},
    implementation::Function,
    kernel::KernelRow,
    statistics::Spread,
    trade_set::TradeSet,
};
use alloy_primitives::U256;

/// Prints one function after the other, an implementation a line.
pub(crate) fn print_implementations(set: &TradeSet, compared: &[Comparison]) {
    println!("\ncurve::implementations: {}, {} trades\n", set.name, set.trades.len());
    println!(
        "| | Reverts | Gas: median, most | Time: median, longest | Exact | Too much | Largest error | relative |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for comparison in compared {
        for row in &comparison.rows {
            print_row(comparison.function, row);
        }
    }
    for Comparison { function, call_gas, call_time, transaction_time, .. } in compared {
        println!(
            "\n{}: taken off each call {call_gas} gas and {call_time} ns, which a call of nobody takes; a \
             transaction with one takes {} µs",
            function.name(),
            micros(*transaction_time),
        );
    }
}

fn print_row(function: Function, row: &Row) {
    let Row { gas, time, .. } = row;
    println!(
        "| {} {} | {} | {}, {} | {} µs, {} µs | {} | {} | {} | {} |",
        row.implementation.name(),
        function.name(),
        counted(row.reverted),
        grouped(gas.median),
        grouped(gas.largest),
        micros(time.median),
        micros(time.largest),
        counted(row.exact),
        counted(row.above),
        units(row.error),
        short(row.relative_error),
    );
}

/// Prints a function a line, a set of trades a column.
pub(crate) fn print_kernel<const SETS: usize>(sets: &[TradeSet; SETS], rows: &[KernelRow<SETS>]) {
    let names: Vec<_> = sets.iter().map(|set| set.name).collect();
    println!("\ncurve::kernel, median and longest\n\n| | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(SETS));
    for KernelRow { function, times } in rows {
        let cell = |Spread { median, largest }: &Spread<u64>| {
            format!("{} ns, {} ns", grouped(*median), grouped(*largest))
        };
        let cells = times.each_ref().map(cell);
        println!("| `{function}` | {} |", cells.join(" | "));
    }
}

/// With a space between thousands.
fn grouped(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{} {:03}", grouped(number / 1_000), number % 1_000),
    }
}

fn micros(nanoseconds: u64) -> String {
    format!("{}.{:02}", nanoseconds / 1_000, nanoseconds % 1_000 / 10)
}

fn counted(number: usize) -> String {
    grouped(u64::try_from(number).unwrap())
}

fn units(number: U256) -> String {
    if number < U256::from(100_000) { number.to_string() } else { short(f64::from(number)) }
}

fn short(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { format!("{number:.1e}") }
}
