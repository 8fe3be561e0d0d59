//! Powers that are integers.

use crate::{CurveError, exponent::Exponent, ratio::Ratio};
use alloy_primitives::{U256, U512, aliases::U320};

/// `factor · ratio^exponent` if it is an integer. The ratio is neither zero nor one.
///
/// A power p/q^(a/b) of a fraction in lowest terms, with a/b in lowest terms, is rational only if p
/// and q are b-th powers, of u and v say. Then factor·u^a/v^a is an integer only if v^a divides the
/// factor, because u and v have no common divisor.
///
/// # Errors
/// [`CurveError::Overflow`] if the integer needs more than 320 bits.
pub(super) fn integer_power(
    factor: u128,
    ratio: Ratio,
    exponent: Exponent,
) -> Result<Option<U320>, CurveError> {
    let Ratio { numerator, denominator } = ratio.reduced();
    let Exponent { numerator: power, denominator: degree } = exponent;
    let (Some(u), Some(v)) = (perfect_root(numerator, degree), perfect_root(denominator, degree))
    else {
        return Ok(None);
    };
    let Some(divisor) = checked_power(v, power).filter(|divisor| !divisor.is_zero()) else {
        return Ok(None);
    };
    let (quotient, rest) = U320::from(factor).div_rem(divisor);
    if !rest.is_zero() {
        return Ok(None);
    }
    let grown = checked_power(u, power).and_then(|grown| grown.checked_mul(quotient));
    grown.map(Some).ok_or(CurveError::Overflow)
}

/// The root of this degree, if it is an integer.
fn perfect_root(value: U256, degree: u32) -> Option<U256> {
    if degree == 1 || value <= U256::ONE {
        return Some(value);
    }
    let bits = u32::try_from(value.bit_len()).unwrap_or(u32::MAX);
    if degree >= bits {
        // 2 to this degree is larger already.
        return None;
    }
    let root = floor_root(value, degree, bits);
    (checked_power(root, degree) == Some(U320::from(value))).then_some(root)
}

/// The largest integer whose power is not above `value`, by Newton's iteration from above. `degree`
/// is 2 or more and below `bits`, the length of `value`, which is 161 at most.
fn floor_root(value: U256, degree: u32, bits: u32) -> U256 {
    let (wide, steps) = (U512::from(value), degree.saturating_sub(1));
    let mut root = U512::ONE.wrapping_shl(bits.div_ceil(degree) as usize);
    loop {
        // The first root is below twice the real one, so that its powers stay below 2^(161 + 161).
        let below = root.pow(U512::from(steps));
        let quotient = wide.checked_div(below).unwrap_or_default();
        let sum = root.saturating_mul(U512::from(steps)).saturating_add(quotient);
        let next = sum.checked_div(U512::from(degree)).unwrap_or_default();
        if next >= root {
            return U256::saturating_from(root);
        }
        root = next;
    }
}

/// `base^power` if it has 320 bits; a large power of more than one ends early.
fn checked_power(base: U256, power: u32) -> Option<U320> {
    let base = U320::from(base);
    if base <= U320::ONE {
        return Some(if power == 0 { U320::ONE } else { base });
    }
    let mut result = U320::ONE;
    for _ in 0..power {
        result = result.checked_mul(base)?;
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(factor: u128, ratio: (u128, u128), exponent: (u32, u32)) -> Option<U320> {
        let ratio = Ratio { numerator: U256::from(ratio.0), denominator: U256::from(ratio.1) };
        integer_power(factor, ratio, Exponent::new(exponent.0, exponent.1)).unwrap()
    }

    #[test]
    fn a_power_is_an_integer_only_if_the_root_is_rational_and_the_factor_divisible() {
        assert_eq!(power(10, (4, 1), (1, 2)), Some(U320::from(20)));
        assert_eq!(power(10, (8, 2), (1, 2)), Some(U320::from(20)));
        assert_eq!(power(10, (9, 4), (1, 2)), Some(U320::from(15)));
        assert_eq!(power(10, (9, 4), (3, 2)), None);
        assert_eq!(power(16, (9, 4), (3, 2)), Some(U320::from(54)));
        assert_eq!(power(10, (5, 1), (1, 2)), None);
        assert_eq!(power(1 << 100, (1, 2), (100, 1)), Some(U320::ONE));
        assert_eq!(power(1 << 99, (1, 2), (100, 1)), None);
        assert_eq!(power(7, (1 << 60, 1), (1, 60)), Some(U320::from(14)));
    }

    #[test]
    fn an_integer_of_more_than_320_bits_is_an_overflow() {
        let ratio = Ratio { numerator: U256::from(8), denominator: U256::ONE };
        let power = |power| integer_power(1 << 20, ratio, Exponent::new(power, 1));
        assert_eq!(power(99), Ok(Some(U320::ONE << 317)));
        assert_eq!(power(100), Err(CurveError::Overflow));
    }

    #[test]
    fn roots_of_all_degrees_are_exact_and_their_neighbours_have_none() {
        for degree in 2..=160 {
            for base in [2_u64, 3, 10, 1_000_003, u64::MAX] {
                let Some(value) = checked_power(U256::from(base), degree) else { continue };
                if value.bit_len() > 161 {
                    continue;
                }
                let value = U256::from(value);
                assert_eq!(perfect_root(value, degree), Some(U256::from(base)));
                assert_eq!(perfect_root(value + U256::ONE, degree), None);
                let below = value - U256::ONE;
                assert!(perfect_root(below, degree).is_none() || below <= U256::ONE);
            }
        }
    }
}
