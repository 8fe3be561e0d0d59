//! `FixedMath` (A1004) as contracts see it.

use crate::fixture::{Fixture, request};
use alloy_primitives::{Bytes, I256, U256, keccak256};
use alloy_sol_types::{SolCall, sol};
use hanzo_curve::{exp_wad, isqrt, ln_wad, mul_div, mul_div_up};
use hanzo_evm::{CallError, CallOutcome, CallOverrides};
use hanzo_types::FIXED_MATH;

sol! {
    function mulDiv(uint256 x, uint256 y, uint256 denominator);
    function mulDivUp(uint256 x, uint256 y, uint256 denominator);
    function isqrt(uint256 x);
    function expWad(int256 x);
    function lnWad(int256 x);
}

fn ask(input: Vec<u8>) -> Result<CallOutcome, CallError> {
    Fixture::new().ask(request(FIXED_MATH, input), CallOverrides::default())
}

fn number(input: Vec<u8>) -> U256 {
    U256::from_be_slice(&ask(input).unwrap().output)
}

fn refusal(input: Vec<u8>) -> Bytes {
    match ask(input) {
        Err(CallError::Revert { output }) => output,
        other => panic!("{other:?}"),
    }
}

fn error(signature: &str) -> Bytes {
    Bytes::copy_from_slice(&keccak256(signature)[..4])
}

#[test]
fn every_function_answers_what_the_library_does() {
    let (x, y, denominator) = (U256::MAX, U256::from(7), U256::from(9));
    assert_eq!(
        number(mulDivCall { x, y, denominator }.abi_encode()),
        mul_div(x, y, denominator).unwrap()
    );
    assert_eq!(
        number(mulDivUpCall { x, y, denominator }.abi_encode()),
        mul_div_up(x, y, denominator).unwrap()
    );
    assert_eq!(number(isqrtCall { x }.abi_encode()), isqrt(x));
    for x in [-3_000_000_000_000_000_000_i64, -1, 0, 1, 5_000_000_000_000_000_000] {
        let x = I256::try_from(x).unwrap();
        assert_eq!(number(expWadCall { x }.abi_encode()), exp_wad(x).unwrap().into_raw());
        if x.is_positive() {
            // Below one the answer is negative, as two's complement.
            assert_eq!(number(lnWadCall { x }.abi_encode()), ln_wad(x).unwrap().into_raw());
        }
    }
}

#[test]
fn what_has_no_value_is_refused_by_name() {
    let (x, zero) = (U256::MAX, U256::ZERO);
    let domain = error("MathDomain()");
    let by_zero = mulDivCall { x, y: x, denominator: zero };
    assert_eq!(refusal(by_zero.abi_encode()), domain);
    assert_eq!(refusal(mulDivUpCall { x, y: x, denominator: zero }.abi_encode()), domain);
    for x in [I256::ZERO, I256::MINUS_ONE, I256::MIN] {
        assert_eq!(refusal(lnWadCall { x }.abi_encode()), domain);
    }
    let overflow = error("MathOverflow()");
    assert_eq!(refusal(mulDivCall { x, y: x, denominator: U256::ONE }.abi_encode()), overflow);
    assert_eq!(refusal(expWadCall { x: I256::MAX }.abi_encode()), overflow);
    let short = isqrtCall { x }.abi_encode()[..35].to_vec();
    assert_eq!(refusal(short), error("BadInput()"));
}

#[test]
fn functions_cost_what_their_page_says() {
    for (input, gas) in [
        (isqrtCall { x: U256::MAX }.abi_encode(), 200),
        (mulDivCall { x: U256::MAX, y: U256::ONE, denominator: U256::ONE }.abi_encode(), 200),
        (expWadCall { x: I256::ONE }.abi_encode(), 1_000),
        (lnWadCall { x: I256::MAX }.abi_encode(), 1_000),
    ] {
        let zeros = input.iter().filter(|byte| **byte == 0).count();
        let data = u64::try_from(4 * zeros + 16 * (input.len() - zeros)).unwrap();
        // What the data costs at least. Source: EIP-7623.
        let floor = 10 * u64::try_from(zeros + 4 * (input.len() - zeros)).unwrap();
        assert_eq!(ask(input).unwrap().gas_used, 21_000 + floor.max(data + gas));
    }
}
