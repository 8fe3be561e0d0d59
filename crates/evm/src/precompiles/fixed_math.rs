//! `FixedMath` (A1004): products, roots, logarithms and exponentials, to the unit. ADR-0018.

use super::reply::{Reply, charged, decode, error, result};
use alloy_evm::precompiles::PrecompileInput;
use alloy_primitives::Bytes;
use alloy_sol_types::{SolValue as _, sol};
use hanzo_curve::{MathError, exp_wad, isqrt, ln_wad, mul_div, mul_div_up};
use revm::precompile::PrecompileResult;

sol!(IFixedMath, "../../contracts/artifacts/IFixedMath.json");

use IFixedMath::IFixedMathCalls as Call;

/// Gas of a product or a root: some hundred nanoseconds.
const INTEGER_GAS: u64 = 200;

/// Gas of a logarithm or an exponential: 1 to 2.6 µs in one precision. The largest exponentials need
/// the second, which makes 5 by the sum of both; at 100 gas a microsecond twice that is 1 000.
/// ADR-0018.
const SERIES_GAS: u64 = 1_000;

/// Runs a call of the precompile. A pure function of its input.
pub(super) fn run(input: &PrecompileInput<'_>) -> PrecompileResult {
    let call = decode::<Call>(input);
    result(call.map(|call| charged(input, gas(&call), || answer(&call))))
}

const fn gas(call: &Call) -> u64 {
    match call {
        Call::mulDiv(_) | Call::mulDivUp(_) | Call::isqrt(_) => INTEGER_GAS,
        Call::expWad(_) | Call::lnWad(_) => SERIES_GAS,
    }
}

fn answer(call: &Call) -> Reply {
    let word = match call {
        Call::mulDiv(c) => mul_div(c.x, c.y, c.denominator).map(|word| word.abi_encode()),
        Call::mulDivUp(c) => mul_div_up(c.x, c.y, c.denominator).map(|word| word.abi_encode()),
        Call::isqrt(c) => Ok(isqrt(c.x).abi_encode()),
        Call::expWad(c) => exp_wad(c.x).map(|word| word.abi_encode()),
        Call::lnWad(c) => ln_wad(c.x).map(|word| word.abi_encode()),
    };
    word.map(Bytes::from).map_err(refused)
}

fn refused(refusal: MathError) -> Bytes {
    match refusal {
        MathError::DivisionByZero | MathError::NotPositive => error(&IFixedMath::MathDomain {}),
        MathError::Overflow => error(&IFixedMath::MathOverflow {}),
    }
}
