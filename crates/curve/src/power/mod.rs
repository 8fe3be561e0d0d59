//! Powers of ratios with fractional exponents, rounded correctly.

mod perfect;

use crate::{
    CurveError,
    exponent::Exponent,
    kernel::{Estimate, Kernel},
    ratio::Ratio,
};
use alloy_primitives::{U256, U512, aliases::U320};
use std::sync::LazyLock;

/// 256 fraction bits: enough for all but one in 2^78 of the largest results.
static FIRST: LazyLock<Kernel<[u64; 5]>> = LazyLock::new(|| Kernel::new(5));

/// 512 fraction bits: also for results of 256 bits.
static SECOND: LazyLock<Kernel<[u64; 9]>> = LazyLock::new(|| Kernel::new(9));

/// M·(p/q)^(a/b) between two integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Power {
    /// The largest integer that is not above it. It may have more bits than a result, of which some
    /// go when the power becomes one.
    floor: U320,
    /// Whether it is that integer.
    exact: bool,
}

impl Power {
    /// The largest integer that is not above a power that has at most 256 bits.
    pub(crate) fn floor(&self) -> U256 {
        self.floor.saturating_to()
    }

    /// The smallest integer that is not below a power that has at most 256 bits.
    pub(crate) fn ceiling(&self) -> U256 {
        self.wide_ceiling().saturating_to()
    }

    /// The smallest integer that is not below the power less `amount`.
    ///
    /// # Errors
    /// [`CurveError::Overflow`] if it needs more than 256 bits.
    pub(crate) fn ceiling_less(&self, amount: U256) -> Result<U256, CurveError> {
        narrowed(self.wide_ceiling().saturating_sub(U320::from(amount)))
    }

    fn wide_ceiling(&self) -> U320 {
        self.floor.saturating_add(U320::from(u8::from(!self.exact)))
    }

    const fn integer(floor: U320) -> Self {
        Self { floor, exact: true }
    }
}

/// # Errors
/// [`CurveError::Overflow`] if the number needs more than 256 bits.
fn narrowed(number: U320) -> Result<U256, CurveError> {
    U256::checked_from_limbs_slice(number.as_limbs()).ok_or(CurveError::Overflow)
}

/// `factor · ratio^exponent`, rounded correctly. The factor is not zero.
///
/// The real number is enclosed in an interval. If no integer lies in it, the floor is that of both
/// its ends. If one does, the number may be that integer, which [`perfect::integer_power`] tells; if
/// it is not, a narrower interval leaves the integer out at some precision, since the distance is not
/// zero. Source: seed-features §6.4.
///
/// # Errors
/// [`CurveError::Overflow`] if it needs more than 320 bits.
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
            // 64 bits of the factor, and 8 of the logarithm.
            return floor.saturating_to();
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
            return power.and_then(|power| narrowed(power.floor));
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
        return Some(Ok(Power::integer(U320::from(factor))));
    }
    if numerator.is_zero() {
        return Some(Ok(Power::integer(U320::ZERO)));
    }
    if exponent.numerator != exponent.denominator {
        return None;
    }
    let product = U512::from(factor).saturating_mul(U512::from(numerator));
    let (quotient, rest) = product.div_rem(U512::from(denominator));
    let floor = U320::checked_from_limbs_slice(quotient.as_limbs()).ok_or(CurveError::Overflow);
    Some(floor.map(|floor| Power { floor, exact: rest.is_zero() }))
}
