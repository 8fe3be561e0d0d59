//! Every result is the floor or the ceiling of the real number.

use crate::{
    cases::{Case, Question},
    oracle,
};
use alloy_primitives::U256;
use hanzo_curve::CurveError;
use num_bigint::BigUint;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

/// Cases of a usual run; `HANZO_CURVE_CASES` sets another number.
const CASES: u64 = 20_000;

fn big(number: U256) -> BigUint {
    BigUint::from_bytes_be(&number.to_be_bytes::<32>())
}

/// The result by the formulas and the oracle; `None` if it has more than 256 bits.
fn expected(case: &Case) -> Option<BigUint> {
    let (supply, reserve) = (big(case.pool.supply()), big(case.pool.reserve()));
    let (amount, ppm) = (big(case.amount), case.pool.crr().ppm());
    let ten_thousand = BigUint::from(10_000_u32);
    let result = match case.question {
        Question::Purchase => {
            let grown = &reserve + &amount;
            let (floor, _) = oracle::power(&supply, (&grown, &reserve), lowest(ppm, 1_000_000))?;
            floor - supply
        }
        Question::Sale => reserve.clone() - decline(&reserve, (&supply, &amount), (1_000_000, ppm)),
        Question::Fund => {
            let grown = &supply + &amount;
            let power = oracle::power(&reserve, (&grown, &supply), lowest(1_000_000, ppm))?;
            ceiling(power) - reserve
        }
        Question::SaleCost => {
            let left = reserve.clone() - &amount;
            if left == BigUint::ZERO {
                supply
            } else {
                let exponent = lowest(ppm, 1_000_000);
                let (floor, _) = oracle::power(&supply, (&left, &reserve), exponent)?;
                supply - floor
            }
        }
        Question::BuyImpact => {
            let grown = &reserve + &amount;
            let exponent = lowest(1_000_000 - ppm, 1_000_000);
            oracle::power(&ten_thousand, (&grown, &reserve), exponent)?.0 - ten_thousand
        }
        Question::SellImpact if ppm == 1_000_000 => BigUint::ZERO,
        Question::SellImpact => {
            let left = decline(&ten_thousand, (&supply, &amount), (1_000_000 - ppm, ppm));
            ten_thousand - left
        }
    };
    (result.bits() <= 256).then_some(result)
}

/// ⌈factor·((whole − part)/whole)^exponent⌉.
fn decline(factor: &BigUint, (whole, part): (&BigUint, &BigUint), exponent: (u32, u32)) -> BigUint {
    let left = whole - part;
    if left == BigUint::ZERO {
        return left;
    }
    ceiling(oracle::power(factor, (&left, whole), lowest(exponent.0, exponent.1)).unwrap())
}

fn ceiling((floor, exact): (BigUint, bool)) -> BigUint {
    floor + u32::from(!exact)
}

fn lowest(a: u32, b: u32) -> (u32, u32) {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x, b / x)
}

fn answer(case: &Case) -> Result<U256, CurveError> {
    match case.question {
        Question::Purchase => case.pool.purchase_return(case.amount),
        Question::Sale => case.pool.sale_return(case.amount),
        Question::Fund => case.pool.fund_cost(case.amount),
        Question::SaleCost => case.pool.sale_cost(case.amount),
        Question::BuyImpact => case.pool.buy_impact_bps(case.amount),
        Question::SellImpact => case.pool.sell_impact_bps(case.amount),
    }
}

#[test]
fn random_questions_of_the_whole_domain_are_answered_to_the_unit() {
    let cases = std::env::var("HANZO_CURVE_CASES").map_or(CASES, |text| text.parse().unwrap());
    let next = AtomicU64::new(0);
    let check = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= cases {
                return;
            }
            let case = Case::new(number);
            match (answer(&case), expected(&case)) {
                (Ok(result), Some(expected)) => assert_eq!(big(result), expected, "{case:?}"),
                (Err(CurveError::Overflow), None) => {}
                (result, expected) => panic!("{result:?}, expected {expected:?}: {case:?}"),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(check);
        }
    });
}
