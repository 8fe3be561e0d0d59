//! Products over a divisor.

use super::MathError;
use alloy_primitives::{U256, U512};

/// ⌊a·b/divisor⌋ with a product of 512 bits.
///
/// # Errors
/// [`MathError::DivisionByZero`], [`MathError::Overflow`] if it needs more than 256 bits.
pub fn mul_div(a: U256, b: U256, divisor: U256) -> Result<U256, MathError> {
    divided(a, b, divisor).map(|(quotient, _)| quotient)
}

/// ⌈a·b/divisor⌉ with a product of 512 bits.
///
/// # Errors
/// As [`mul_div`].
pub fn mul_div_up(a: U256, b: U256, divisor: U256) -> Result<U256, MathError> {
    let (quotient, has_rest) = divided(a, b, divisor)?;
    quotient.checked_add(U256::from(u8::from(has_rest))).ok_or(MathError::Overflow)
}

/// The quotient, and whether there is a rest.
fn divided(a: U256, b: U256, divisor: U256) -> Result<(U256, bool), MathError> {
    if divisor.is_zero() {
        return Err(MathError::DivisionByZero);
    }
    let product: U512 = a.widening_mul(b);
    let (quotient, rest) = product.div_rem(U512::from(divisor));
    let quotient = U256::checked_from_limbs_slice(quotient.as_limbs());
    Ok((quotient.ok_or(MathError::Overflow)?, !rest.is_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    fn big(number: U256) -> BigUint {
        BigUint::from_bytes_be(&number.to_be_bytes::<32>())
    }

    /// Numbers of all lengths.
    fn number() -> impl Strategy<Value = U256> {
        (any::<[u8; 32]>(), 0_usize..256)
            .prop_map(|(bytes, shift)| U256::from_be_bytes(bytes) >> shift)
    }

    proptest! {
        #[test]
        fn quotients_equal_those_of_big_integers(a in number(), b in number(), c in number()) {
            let (floor, ceiling) = (mul_div(a, b, c), mul_div_up(a, b, c));
            if c.is_zero() {
                prop_assert_eq!((floor, ceiling), (Err(MathError::DivisionByZero), Err(MathError::DivisionByZero)));
                return Ok(());
            }
            let product = big(a) * big(b);
            let fits = |number: BigUint| (number.bits() <= 256).then_some(number).ok_or(MathError::Overflow);
            prop_assert_eq!(floor.map(big), fits(&product / big(c)));
            prop_assert_eq!(ceiling.map(big), fits((product + big(c) - 1_u32) / big(c)));
        }
    }

    #[test]
    fn a_ceiling_of_257_bits_is_an_overflow() {
        // (2^256 − 1)·(2^256 − 1)/(2^256 − 2) is above 2^256 − 1 by less than two.
        let most = U256::MAX;
        assert_eq!(mul_div(most, most, most - U256::ONE), Err(MathError::Overflow));
        assert_eq!(mul_div(most, most, most), Ok(most));
        assert_eq!(mul_div_up(most, U256::from(2), U256::from(2)), Ok(most));
    }
}
