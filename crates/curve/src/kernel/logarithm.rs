//! The natural logarithm of a ratio.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "shifts and table indices whose bounds stand beside them"
)]

use super::{
    series::{Long, ln_ratio},
    tables::{ENTRIES, Factor, STEP_BITS, factor, place, unit_bits},
};
use crate::{
    fixed::{Fixed, LIMB_BITS, Limbs, fraction_bits},
    ratio::Ratio,
};
use alloy_primitives::{U256, U512};

/// Steps that bring a number near one.
const STEPS: u32 = 3;

/// What is left after them is one and less than 2^-20.
const REST_BITS: usize = 20;

/// Tables of −ln c and what the series needs.
#[derive(Debug)]
pub(super) struct Logarithm<A> {
    limbs: usize,
    ln2: Fixed<A>,
    /// For each step, the factor for each value of the bits it looks at, and −ln of it.
    steps: Vec<Vec<(Factor, Fixed<A>)>>,
    /// 1/1, 1/2, … as long as the terms count.
    reciprocals: Vec<Fixed<A>>,
}

impl<A: Limbs> Logarithm<A> {
    pub(super) fn new(limbs: usize, ln2: &Long) -> Self {
        let entry = |step, index| {
            let factor = factor(step, index);
            let logarithm = ln_ratio(1 << factor.bits, factor.numerator, limbs + 1);
            (factor, Fixed::truncated(&logarithm, limbs))
        };
        let table = |step| (0..ENTRIES).map(|index| entry(step, index)).collect();
        let fraction_bits = fraction_bits(limbs);
        let terms = fraction_bits / REST_BITS + 1;
        let reciprocal = |index: usize| Fixed::integer(1, limbs).div_integer(index as u64);
        Self {
            limbs,
            ln2: Fixed::truncated(ln2, limbs),
            steps: (0..STEPS).map(table).collect(),
            reciprocals: (1..=terms).map(reciprocal).collect(),
        }
    }

    /// |ln(p/q)| for p ≠ q.
    pub(super) fn of(&self, ratio: Ratio) -> Fixed<A> {
        let Ratio { numerator, denominator } = ratio;
        let (larger, smaller) = if numerator > denominator {
            (numerator, denominator)
        } else {
            (denominator, numerator)
        };
        let mut doublings = larger.bit_len() - smaller.bit_len();
        let mut divisor = smaller << doublings;
        if divisor > larger {
            doublings -= 1;
            divisor = smaller << doublings;
        }
        let mut number = self.quotient(larger, divisor);
        let mut sum = self.ln2.mul_integer(doublings as u64);
        for (step, table) in (0_u32..).zip(&self.steps) {
            // The bits before these are zero: the steps before have left less.
            let index = number.fraction_top() >> (LIMB_BITS - unit_bits(step));
            let (factor, logarithm) = &table[place(index)];
            number = number.mul_integer(factor.numerator).shifted_right(factor.bits);
            sum = sum.add(logarithm);
        }
        number.drop_whole();
        sum.add(&self.ln_one_plus(&number))
    }

    /// p/d for d ≤ p < 2d, digit by digit.
    fn quotient(&self, larger: U256, divisor: U256) -> Fixed<A> {
        let mut number = Fixed::integer(1, self.limbs);
        let mut rest = larger - divisor;
        for place in (0..self.limbs - 1).rev() {
            let (digit, next) = next_digit(rest, divisor);
            number.set_limb(place, digit);
            rest = next;
        }
        number
    }

    /// ln(1 + r) = r·(1 − r·(1/2 − r·(1/3 − …))) for r < 2^-20.
    fn ln_one_plus(&self, rest: &Fixed<A>) -> Fixed<A> {
        let mut sum = Fixed::integer(0, self.limbs);
        for reciprocal in self.reciprocals.iter().rev() {
            // r·sum is far below the reciprocal.
            sum = reciprocal.checked_sub(&rest.mul(&sum)).unwrap_or(sum);
        }
        rest.mul(&sum)
    }
}

/// ⌊rest·2^64/divisor⌋ and what is left, for a rest below the divisor: the digit is below 2^64.
fn next_digit(rest: U256, divisor: U256) -> (u64, U256) {
    if divisor.bit_len() <= 192 {
        let (digit, rest) = (rest << LIMB_BITS).div_rem(divisor);
        return (digit.as_limbs()[0], rest);
    }
    let (digit, rest) = (U512::from(rest) << LIMB_BITS).div_rem(U512::from(divisor));
    (digit.as_limbs()[0], U256::saturating_from(rest))
}

const _: () = assert!(unit_bits(STEPS - 1) as usize > REST_BITS && STEP_BITS < 8);
