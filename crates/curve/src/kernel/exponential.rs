//! The natural exponential.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "shifts and table indices whose bounds stand beside them"
)]

use super::{
    series::{Long, exp_ratio},
    tables::{STEP_BITS, place, unit_bits},
};
use crate::fixed::{Fixed, LIMB_BITS, Limbs, fraction_bits, low_limb};

/// Steps that take bits off the exponent.
const STEPS: u32 = 3;

/// What is left after them is below 2^-21.
const REST_BITS: usize = 21;

/// ⌊2^64·ln 2⌋.
const LN2_TOP: u128 = 0xb172_17f7_d1cf_79ab;

/// Tables of exponentials and what the series needs.
#[derive(Debug)]
pub(super) struct Exponential<A> {
    limbs: usize,
    ln2: Fixed<A>,
    /// For each step, e^(index/2^(7·(step + 1))).
    steps: Vec<Vec<Fixed<A>>>,
    /// 1/0!, 1/1!, … as long as the terms count.
    factorials: Vec<Fixed<A>>,
}

impl<A: Limbs> Exponential<A> {
    pub(super) fn new(limbs: usize, ln2: &Long) -> Self {
        let entry = |step, index| {
            Fixed::truncated(&exp_ratio(index, 1 << unit_bits(step), limbs + 1), limbs)
        };
        let table = |step| (0..1_u64 << STEP_BITS).map(|index| entry(step, index)).collect();
        Self {
            limbs,
            ln2: Fixed::truncated(ln2, limbs),
            steps: (0..STEPS).map(table).collect(),
            factorials: reciprocal_factorials(limbs),
        }
    }

    /// e^y if the number grows, e^-y otherwise, as a number from 1 to 2 and a power of two; y < 256.
    pub(super) fn of(&self, y: &Fixed<A>, grows: bool) -> (Fixed<A>, i64) {
        let (doublings, mut rest) = self.split(y);
        let exponent = i64::try_from(doublings).unwrap_or(i64::MAX);
        if grows {
            return (self.small(&rest), exponent);
        }
        // e^-(k·ln 2 + t) = 2^-(k + 1)·e^(ln 2 − t).
        rest = self.ln2.checked_sub(&rest).unwrap_or(rest);
        (self.small(&rest), -exponent - 1)
    }

    /// k and t with y = k·ln 2 + t and 0 ≤ t < ln 2.
    fn split(&self, y: &Fixed<A>) -> (u64, Fixed<A>) {
        let top = (u128::from(y.whole()) << LIMB_BITS) | u128::from(y.fraction_top());
        // Of two numbers cut at 64 bits: one off at most, to either side.
        let mut doublings = low_limb(top / LN2_TOP);
        let mut rest = loop {
            match y.checked_sub(&self.ln2.mul_integer(doublings)) {
                Some(rest) => break rest,
                None => doublings -= 1,
            }
        };
        while let Some(less) = rest.checked_sub(&self.ln2) {
            rest = less;
            doublings += 1;
        }
        (doublings, rest)
    }

    /// e^t for 0 ≤ t ≤ ln 2.
    fn small(&self, t: &Fixed<A>) -> Fixed<A> {
        let mut rest = t.clone();
        let mut product: Option<Fixed<A>> = None;
        for (step, table) in (0_u32..).zip(&self.steps) {
            let index = rest.fraction_top() >> (LIMB_BITS - unit_bits(step));
            rest.drop_fraction_top(unit_bits(step));
            let factor = &table[place(index)];
            product = Some(match product {
                Some(product) => product.mul(factor),
                None => factor.clone(),
            });
        }
        let series = self.series(&rest);
        product.map_or_else(|| series.clone(), |product| product.mul(&series))
    }

    /// Σ ρ^i/i! for ρ < 2^-21.
    fn series(&self, rest: &Fixed<A>) -> Fixed<A> {
        let mut sum = Fixed::integer(0, self.limbs);
        for factorial in self.factorials.iter().rev() {
            sum = factorial.add(&rest.mul(&sum));
        }
        sum
    }
}

/// 1/i! for as many i as the terms ρ^i/i! with ρ < 2^-21 count.
fn reciprocal_factorials<A: Limbs>(limbs: usize) -> Vec<Fixed<A>> {
    let fraction_bits = fraction_bits(limbs);
    let mut all = vec![Fixed::integer(1, limbs)];
    // Bits by which i! exceeds one, rounded down.
    let mut factorial_bits = 0;
    for index in 1_u64.. {
        if all.len() * REST_BITS + factorial_bits > fraction_bits {
            break;
        }
        factorial_bits += index.ilog2() as usize;
        let next = all.last().map(|last: &Fixed<A>| last.div_integer(index));
        all.extend(next);
    }
    all
}
