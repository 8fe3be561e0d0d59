//! One function of all implementations on one set of trades.

use crate::{
    implementation::{Function, Implementation},
    meter::{Answer, Meter, NOBODY},
    statistics::{Spread, median},
    trade_set::TradeSet,
};
use alloy_primitives::{Address, U256};

/// Calls of one measurement beyond the first.
const CALLS: u32 = 16;

/// What one implementation did.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) implementation: Implementation,
    /// Calls that reverted; what follows is of the others.
    pub(crate) reverted: usize,
    /// Gas without that of a call as such.
    pub(crate) gas: Spread<u64>,
    /// Nanoseconds, likewise: for each trade the median of its measurements.
    pub(crate) time: Spread<u64>,
    /// Results that are the exact one, and results above it: too much for the trader.
    pub(crate) exact: usize,
    pub(crate) above: usize,
    /// Largest distance from the exact result, in units.
    pub(crate) error: U256,
    /// Largest distance in relation to the exact result, of those that are not zero.
    pub(crate) relative_error: f64,
}

/// One function of all implementations on one set of trades.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) function: Function,
    pub(crate) rows: [Row; 3],
    /// Gas and nanoseconds of a call of nobody, which were taken off.
    pub(crate) call_gas: u64,
    pub(crate) call_time: u64,
    /// Nanoseconds of a transaction that calls nobody once.
    pub(crate) transaction_time: u64,
}

/// Measurements of one address.
struct Track {
    address: Address,
    /// By trade.
    answers: Vec<Answer>,
    /// Nanoseconds of a call, by trade and round.
    times: Vec<Vec<u64>>,
    /// Nanoseconds of a transaction with one call.
    single: Vec<u64>,
}

impl Track {
    fn new(address: Address, trades: usize) -> Self {
        Self { address, answers: Vec::new(), times: vec![Vec::new(); trades], single: Vec::new() }
    }

    /// Asks about one trade. What a transaction takes besides its calls is in both of its times, and so
    /// not in their difference.
    fn ask(&mut self, meter: &Meter, index: usize, question: &[u8]) {
        let (_, single) = meter.ask(self.address, question, 1);
        let (answer, all) = meter.ask(self.address, question, 1 + CALLS);
        if self.answers.len() == index {
            self.answers.push(answer);
        }
        let each = all.saturating_sub(single) / CALLS;
        self.times[index].push(u64::try_from(each.as_nanos()).unwrap());
        self.single.push(u64::try_from(single.as_nanos()).unwrap());
    }
}

impl Comparison {
    /// Measures all in turn, trade by trade and round by round.
    pub(crate) fn of(meter: &Meter, set: &TradeSet, function: Function, rounds: usize) -> Self {
        let trades = &set.trades;
        let questions: Vec<_> = trades.iter().map(|trade| function.input(trade)).collect();
        let mut nobody = Track::new(NOBODY, trades.len());
        let mut tracks = Implementation::ALL.map(|one| Track::new(one.address(), trades.len()));
        for _ in 0..rounds {
            for (index, question) in questions.iter().enumerate() {
                nobody.ask(meter, index, question);
                for track in &mut tracks {
                    track.ask(meter, index, question);
                }
            }
        }
        let call_gas = nobody.answers[0].gas;
        let call_time = median(&nobody.times.concat());
        let exact: Vec<_> = trades.iter().map(|trade| function.exact(trade)).collect();
        let rows = Implementation::ALL.map(|implementation| {
            let track = tracks.iter().find(|track| track.address == implementation.address());
            Row::of(implementation, track.unwrap(), &exact, (call_gas, call_time))
        });
        let [native, ..] = &rows;
        assert_eq!(native.exact, trades.len(), "the precompile is the kernel");
        let transaction_time = median(&nobody.single);
        Self { function, rows, call_gas, call_time, transaction_time }
    }
}

impl Row {
    fn of(
        implementation: Implementation,
        track: &Track,
        exact: &[U256],
        (call_gas, call_time): (u64, u64),
    ) -> Self {
        let (mut gas, mut time, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
        for (index, answer) in track.answers.iter().enumerate() {
            let Some(number) = answer.number else { continue };
            gas.push(answer.gas - call_gas);
            time.push(median(&track.times[index]).saturating_sub(call_time));
            pairs.push((number, exact[index]));
        }
        let distance = |(number, exact): &(U256, U256)| number.abs_diff(*exact);
        let relative = |pair: &(U256, U256)| f64::from(distance(pair)) / f64::from(pair.1);
        let nonzero = pairs.iter().filter(|(_, exact)| !exact.is_zero());
        Self {
            implementation,
            reverted: exact.len() - pairs.len(),
            gas: Spread::of(&gas),
            time: Spread::of(&time),
            exact: pairs.iter().filter(|(number, exact)| number == exact).count(),
            above: pairs.iter().filter(|(number, exact)| number > exact).count(),
            error: pairs.iter().map(distance).max().unwrap(),
            relative_error: nonzero.map(relative).fold(0.0, f64::max),
        }
    }
}
