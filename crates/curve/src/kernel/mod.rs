//! M·(p/q)^(a/b) with a proven error.
//!
//! ```text
//!  p/q = 2^s·x, 1 ≤ x < 2     x·c₁·c₂·c₃ = 1 + r, r < 2^-20     ln(p/q) = s·ln 2 − Σ ln cᵢ + ln(1+r)
//!  y = a/b·|ln(p/q)| = ±(k·ln 2) ± t     t = t₁ + t₂ + t₃ + ρ, ρ < 2^-21     e^t = Π e^(tᵢ) · e^ρ
//!  M·(p/q)^(a/b) = M·e^t·2^±k
//! ```
//!
//! # Error bound, in units of the last place (ulp) of numbers with F fraction bits
//!
//! Every rounding is downwards and below 1 ulp. A table entry and ln 2 are computed with one limb
//! more and cut: below 1.001 ulp.
//!
//! - x: 1. The three scalings by cᵢ round numbers of at least 1: 3. The logarithms of cᵢ: 3.003.
//!   The series of ln(1+r) ends where its next term is below 1 ulp, and its last product and the
//!   accumulated rest are below 2: 3. s·ln 2 with s ≤ 161: 161.2. In all |ln(p/q)| is off by less
//!   than 172; by less than 267 with s ≤ 256, where it is asked for itself.
//! - y: times a, over b: 172·a/b + 1, and a/b ≤ 100: 17 201.
//! - t: k·ln 2 with k ≤ 370, since y < 256: 370.4 more. In all 17 572.
//! - e^t < 2: an error of t of δ ulps is one of 2·(δ + 1) ulps at most. The tables: 3 entries below
//!   2, the series of e^ρ: 4, three products: below 2·(3·1.001 + 4 + 3) = 21.
//!
//! The sum is below 35 200; [`ERROR_ULPS`] is 2^16. Source: seed-features §6.4, ADR-0016.

mod exponential;
mod interval;
mod logarithm;
mod series;
mod tables;

use crate::{
    exponent::Exponent,
    fixed::{Fixed, Limbs, fraction_bits},
    ratio::Ratio,
};
use alloy_primitives::{U256, aliases::U320};
use exponential::Exponential;
use interval::{integer_part, minus, plus};
use logarithm::Logarithm;

/// How far an exponential can be off, in units of its last place. Proven above.
const ERROR_ULPS: u128 = 1 << 16;

/// From this value of a/b·|ln(p/q)| on a power is not computed: e^256 needs 370 bits.
const TOO_FAR: u64 = 256;

/// Where a power lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Estimate {
    /// Above `floor` and below the next integer, not at either.
    Between {
        /// The integer below.
        floor: U320,
    },
    /// It needs more than 320 bits.
    Overflow,
    /// An integer lies in the interval that encloses it.
    Undecided,
}

/// Powers in one precision.
#[derive(Debug)]
pub(crate) struct Kernel<A> {
    limbs: usize,
    logarithm: Logarithm<A>,
    exponential: Exponential<A>,
}

impl<A: Limbs> Kernel<A> {
    /// With 64·(limbs − 1) fraction bits; computes the tables. An array has its own count of limbs,
    /// which must be given.
    pub(crate) fn new(limbs: usize) -> Self {
        let ln2 = series::ln2(limbs.saturating_add(1));
        Self {
            limbs,
            logarithm: Logarithm::new(limbs, &ln2),
            exponential: Exponential::new(limbs, &ln2),
        }
    }

    /// Where `factor · ratio^exponent` lies. Factor and exponent are not zero, the ratio is neither
    /// zero nor one.
    pub(crate) fn estimate(&self, factor: u128, ratio: Ratio, exponent: Exponent) -> Estimate {
        let grows = ratio.numerator > ratio.denominator;
        let logarithm = self.logarithm.of(ratio);
        let scaled = logarithm
            .mul_integer(u64::from(exponent.numerator))
            .div_integer(u64::from(exponent.denominator));
        if scaled.whole() >= TOO_FAR {
            // The factor is 1 at least and below 2^128, so this is beyond 2^320 or between 0 and 1.
            return if grows {
                Estimate::Overflow
            } else {
                Estimate::Between { floor: U320::ZERO }
            };
        }
        let (mantissa, exponent) = self.exponential.of(&scaled, grows);
        self.round(factor, &mantissa, exponent)
    }

    /// Where `factor · |ln(p/q)|` lies; the ratio is not one.
    pub(crate) fn logarithm(&self, factor: u64, ratio: Ratio) -> Estimate {
        let logarithm = self.logarithm.of(ratio);
        self.round(u128::from(factor), &logarithm, 0)
    }

    /// Where `factor · e^(u/v)` lies, or `factor · e^-(u/v)` if it does not grow; u is not zero.
    pub(crate) fn exponential(&self, factor: u128, (u, v): (U256, u64), grows: bool) -> Estimate {
        let (whole, rest) = u.div_rem(U256::from(v));
        if whole >= U256::from(TOO_FAR) {
            return if grows {
                Estimate::Overflow
            } else {
                Estimate::Between { floor: U320::ZERO }
            };
        }
        let scaled = Fixed::quotient(whole.saturating_to(), rest.saturating_to(), v, self.limbs);
        let (mantissa, exponent) = self.exponential.of(&scaled, grows);
        self.round(factor, &mantissa, exponent)
    }

    /// The integer part of `factor · mantissa · 2^exponent`, if the error leaves no doubt about it.
    fn round(&self, factor: u128, mantissa: &Fixed<A>, exponent: i64) -> Estimate {
        let Some(error) = factor.checked_mul(ERROR_ULPS) else { return Estimate::Undecided };
        let product = mantissa.widening_mul(factor);
        let (Some(low), Some(high)) = (minus(&product, error), plus(&product, error)) else {
            return Estimate::Undecided;
        };
        let fraction_bits = i64::try_from(fraction_bits(self.limbs)).unwrap_or(i64::MAX);
        let Ok(shift) = usize::try_from(fraction_bits.saturating_sub(exponent)) else {
            return Estimate::Undecided;
        };
        match (integer_part(low.limbs(), shift), integer_part(high.limbs(), shift)) {
            (Some(low), Some(high)) if low == high => Estimate::Between { floor: low },
            (None, None) => Estimate::Overflow,
            (Some(_) | None, Some(_) | None) => Estimate::Undecided,
        }
    }
}
