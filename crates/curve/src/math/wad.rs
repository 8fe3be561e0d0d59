//! Logarithm and exponential of numbers with 18 decimals.

use super::MathError;
use crate::power::{exponential_floor, logarithm_floor};
use alloy_primitives::{I256, U256};

/// One, with 18 decimals.
const WAD: u64 = 10_u64.pow(18);

/// ⌊10^18·ln(x/10^18)⌋: the natural logarithm of a number with 18 decimals, rounded towards minus
/// infinity. Exact: the logarithm of a rational number other than one is never an integer part of
/// 10^18, so that some precision tells.
///
/// # Errors
/// [`MathError::NotPositive`].
pub fn ln_wad(x: I256) -> Result<I256, MathError> {
    if !x.is_positive() {
        return Err(MathError::NotPositive);
    }
    let number = x.into_raw();
    let one = U256::from(WAD);
    if number == one {
        return Ok(I256::ZERO);
    }
    // Of the absolute value; it is below 136·10^18.
    let floor = I256::from_raw(logarithm_floor(number, one, WAD));
    if number > one {
        return Ok(floor);
    }
    // −(f + something below one) is between −f − 1 and −f.
    Ok(I256::MINUS_ONE.wrapping_sub(floor))
}

/// ⌊10^18·e^(x/10^18)⌋: the natural exponential of a number with 18 decimals, rounded down. Exact, as
/// [`ln_wad`] is.
///
/// # Errors
/// [`MathError::Overflow`] if it is 2^255 or more: from 135.3·10^18 on.
pub fn exp_wad(x: I256) -> Result<I256, MathError> {
    if x.is_zero() {
        return Ok(I256::from_raw(U256::from(WAD)));
    }
    let result = exponential_floor(x.unsigned_abs(), WAD, x.is_positive(), u128::from(WAD));
    let result = result.map_err(|_| MathError::Overflow)?;
    I256::checked_from_sign_and_abs(alloy_primitives::Sign::Positive, result)
        .ok_or(MathError::Overflow)
}
