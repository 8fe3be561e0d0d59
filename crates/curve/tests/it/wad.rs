//! Logarithm and exponential of numbers with 18 decimals, to the unit.

use crate::oracle::{BITS, exponential, logarithm};
use alloy_primitives::{I256, U256};
use hanzo_curve::{MathError, exp_wad, ln_wad};
use num_bigint::{BigInt, BigUint, Sign};
use proptest::prelude::*;

fn wad() -> BigUint {
    BigUint::from(10_u64.pow(18))
}

fn big(number: U256) -> BigUint {
    BigUint::from_bytes_be(&number.to_be_bytes::<32>())
}

fn signed(number: I256) -> BigInt {
    let sign = if number.is_negative() { Sign::Minus } else { Sign::Plus };
    BigInt::from_biguint(sign, big(number.unsigned_abs()))
}

fn int(text: &str) -> I256 {
    text.parse().unwrap()
}

/// ⌊10^18·ln(x/10^18)⌋ by the oracle, whose error is far below the distance to an integer.
fn expected_ln(x: U256) -> BigInt {
    let (x, one) = (big(x), wad());
    if x >= one {
        let floor: BigUint = (logarithm(&((x << BITS) / &one)) * one) >> BITS;
        return floor.into();
    }
    let ceiling = ((logarithm(&((&one << BITS) / x)) * one) >> BITS) + 1_u32;
    -BigInt::from(ceiling)
}

/// ⌊10^18·e^(x/10^18)⌋ by the oracle.
fn expected_exp(x: I256) -> BigUint {
    let one = BigUint::from(1_u32) << BITS;
    let grown = exponential(&((big(x.unsigned_abs()) << BITS) / wad()));
    let power = if x.is_negative() { (&one * &one) / grown } else { grown };
    (power * wad()) >> BITS
}

#[test]
fn known_values_are_met() {
    for (x, expected) in [
        ("1000000000000000000", "0"),
        ("2718281828459045235", "999999999999999999"),
        ("2718281828459045236", "1000000000000000000"),
        ("2000000000000000000", "693147180559945309"),
        ("500000000000000000", "-693147180559945310"),
        ("1", "-41446531673892822313"),
        (
            "57896044618658097711785492504343953926634992332820282019728792003956564819967",
            "135305999368893231589",
        ),
    ] {
        assert_eq!(ln_wad(int(x)), Ok(int(expected)), "ln {x}");
    }
    for (x, expected) in [
        ("0", "1000000000000000000"),
        ("1000000000000000000", "2718281828459045235"),
        ("-1000000000000000000", "367879441171442321"),
        ("-41446531673892822313", "0"),
        ("-41446531673892822312", "1"),
        ("-57896044618658097711785492504343953926634992332820282019728792003956564819968", "0"),
    ] {
        assert_eq!(exp_wad(int(x)), Ok(int(expected)), "exp {x}");
    }
}

#[test]
fn what_has_no_result_is_refused() {
    for x in [I256::ZERO, I256::MINUS_ONE, I256::MIN] {
        assert_eq!(ln_wad(x), Err(MathError::NotPositive));
    }
    // ln(2^255/10^18)·10^18 is 135305999368893231589.1….
    assert!(exp_wad(int("135305999368893231589")).is_ok());
    for x in ["135305999368893231590", "136000000000000000000", "300000000000000000000"] {
        assert_eq!(exp_wad(int(x)), Err(MathError::Overflow));
    }
    assert_eq!(exp_wad(I256::MAX), Err(MathError::Overflow));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn logarithms_are_exact_floors(bytes: [u8; 32], shift in 1_usize..256) {
        let x = (U256::from_be_bytes(bytes) >> shift).max(U256::ONE);
        let result = ln_wad(I256::from_raw(x)).unwrap();
        prop_assert_eq!(signed(result), expected_ln(x));
    }

    #[test]
    fn exponentials_are_exact_floors(x in -50_000_000_000_000_000_000_i128..135_000_000_000_000_000_000) {
        let x = I256::try_from(x).unwrap();
        prop_assert_eq!(big(exp_wad(x).unwrap().into_raw()), expected_exp(x));
    }

    #[test]
    fn neither_falls_where_the_argument_rises(x in 1_u128.., step in 1_u64..) {
        let (low, high) = (I256::try_from(x).unwrap(), I256::try_from(x).unwrap() + I256::try_from(step).unwrap());
        prop_assert!(ln_wad(low).unwrap() <= ln_wad(high).unwrap());
        if let (Ok(low), Ok(high)) = (exp_wad(low), exp_wad(high)) {
            prop_assert!(low <= high);
        }
    }
}
