//! Powers of ratios with fractional exponents, rounded correctly.

mod perfect;

use crate::{
    CurveError,
    exponent::Exponent,
    kernel::{Estimate, Kernel},
    ratio::Ratio,
};
use alloy_primitives::{U256, U512};
use std::sync::LazyLock;

/// 256 fraction bits: enough for all but one in 2^78 of the largest results.
static FIRST: LazyLock<Kernel<[u64; 5]>> = LazyLock::new(|| Kernel::new(5));

/// 512 fraction bits: also for results of 256 bits.
static SECOND: LazyLock<Kernel<[u64; 9]>> = LazyLock::new(|| Kernel::new(9));

/// M·(p/q)^(a/b) between two integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Power {
    /// The largest integer that is not above it.
    pub(crate) floor: U256,
    /// Whether it is that integer.
    pub(crate) exact: bool,
}

impl Power {
    /// The smallest integer that is not below it, if it has 256 bits.
    pub(crate) fn checked_ceiling(&self) -> Result<U256, CurveError> {
        let step = U256::from(u8::from(!self.exact));
        self.floor.checked_add(step).ok_or(CurveError::Overflow)
    }

    /// The smallest integer that is not below a power of a ratio of one or less, which has at most
    /// the bits of its factor.
    pub(crate) fn ceiling(&self) -> U256 {
        self.floor.saturating_add(U256::from(u8::from(!self.exact)))
    }

    const fn integer(floor: U256) -> Self {
        Self { floor, exact: true }
    }
}

/// `factor · ratio^exponent`, rounded correctly. The factor is not zero.
///
/// The real number is enclosed in an interval. If no integer lies in it, the floor is that of both
/// its ends. If one does, the number may be that integer, which [`perfect::integer_power`] tells; if
/// it is not, a narrower interval leaves the integer out at some precision, since the distance is not
/// zero. Source: seed-features §6.4.
///
/// # Errors
/// [`CurveError::Overflow`] if it needs more than 256 bits.
pub(crate) fn scaled_power(
    factor: u128,
    ratio: Ratio,
    exponent: Exponent,
) -> Result<Power, CurveError> {
    if let Some(simple) = simple_power(factor, ratio, exponent) {
        return simple;
    }
    if let Some(power) = decided(FIRST.estimate(factor, ratio, exponent)) {
        return power;
    }
    if let Some(integer) = perfect::integer_power(factor, ratio, exponent)? {
        return Ok(Power::integer(integer));
    }
    if let Some(power) = decided(SECOND.estimate(factor, ratio, exponent)) {
        return power;
    }
    let mut limbs = 17_usize;
    loop {
        let kernel = Kernel::<Vec<u64>>::new(limbs);
        if let Some(power) = decided(kernel.estimate(factor, ratio, exponent)) {
            return power;
        }
        limbs = limbs.saturating_mul(2);
    }
}

/// ⌊factor·|ln(p/q)|⌋ for p ≠ q, both positive. The logarithm is not rational, so that it is not an
/// integer part of the factor.
pub(crate) fn logarithm_floor(p: U256, q: U256, factor: u64) -> U256 {
    let ratio = Ratio { numerator: p, denominator: q };
    let mut limbs = 5_usize;
    loop {
        let estimate = match limbs {
            5 => FIRST.logarithm(factor, ratio),
            9 => SECOND.logarithm(factor, ratio),
            _ => Kernel::<Vec<u64>>::new(limbs).logarithm(factor, ratio),
        };
        if let Estimate::Between { floor } = estimate {
            return floor;
        }
        limbs = limbs.saturating_mul(2).saturating_sub(1);
    }
}

/// ⌊factor·e^±(u/v)⌋ for u ≠ 0, which is not rational either.
///
/// # Errors
/// [`CurveError::Overflow`] if it needs more than 256 bits.
pub(crate) fn exponential_floor(
    u: U256,
    v: u64,
    grows: bool,
    factor: u128,
) -> Result<U256, CurveError> {
    let mut limbs = 5_usize;
    loop {
        let estimate = match limbs {
            5 => FIRST.exponential(factor, (u, v), grows),
            9 => SECOND.exponential(factor, (u, v), grows),
            _ => Kernel::<Vec<u64>>::new(limbs).exponential(factor, (u, v), grows),
        };
        if let Some(power) = decided(estimate) {
            return power.map(|power| power.floor);
        }
        limbs = limbs.saturating_mul(2).saturating_sub(1);
    }
}

const fn decided(estimate: Estimate) -> Option<Result<Power, CurveError>> {
    match estimate {
        Estimate::Between { floor } => Some(Ok(Power { floor, exact: false })),
        Estimate::Overflow => Some(Err(CurveError::Overflow)),
        Estimate::Undecided => None,
    }
}

/// Powers that need no logarithm.
fn simple_power(
    factor: u128,
    ratio: Ratio,
    exponent: Exponent,
) -> Option<Result<Power, CurveError>> {
    let Ratio { numerator, denominator } = ratio;
    if exponent.numerator == 0 || numerator == denominator {
        return Some(Ok(Power::integer(U256::from(factor))));
    }
    if numerator.is_zero() {
        return Some(Ok(Power::integer(U256::ZERO)));
    }
    if exponent.numerator != exponent.denominator {
        return None;
    }
    let product = U512::from(factor).saturating_mul(U512::from(numerator));
    let (quotient, rest) = product.div_rem(U512::from(denominator));
    let floor = U256::checked_from_limbs_slice(quotient.as_limbs()).ok_or(CurveError::Overflow);
    Some(floor.map(|floor| Power { floor, exact: rest.is_zero() }))
}
