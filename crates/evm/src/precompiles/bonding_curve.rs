//! `BondingCurve` (A1001): the exact curve for contracts. Source: seed-features §6.5, ADR-0016.

use super::reply::{Reply, charged, decode, error, result};
use alloy_evm::precompiles::PrecompileInput;
use alloy_primitives::{Bytes, U256};
use alloy_sol_types::{SolValue as _, sol};
use hanzo_curve::{
    CurveError, MAX_CRR_PPM, MAX_DEPOSIT, MAX_RESERVE, MAX_SUPPLY, MAX_TOKENS, MIN_CRR_PPM, Pool,
};
use revm::precompile::PrecompileResult;

sol!(IBondingCurve, "../../contracts/artifacts/IBondingCurve.json");

use IBondingCurve::IBondingCurveCalls as Call;

/// Gas of a function that takes a power: less than 5 µs in the slow hours of a machine, so that twice
/// that costs 1 000 at 100 gas a microsecond, which 30 Mgas in 0.3 s are. ADR-0016.
const POWER_GAS: u64 = 1_500;

/// Gas of the one whose result can have nearly 256 bits, which takes the second precision: 15 µs.
const LARGE_POWER_GAS: u64 = 3_000;

/// Gas of a function that multiplies and divides.
const QUOTIENT_GAS: u64 = 200;

/// Runs a call of the precompile. A pure function of its input.
pub(super) fn run(input: &PrecompileInput<'_>) -> PrecompileResult {
    let call = decode::<Call>(input);
    result(call.map(|call| charged(input, gas(&call), || answer(&call))))
}

const fn gas(call: &Call) -> u64 {
    match call {
        Call::purchaseReturn(_)
        | Call::saleReturn(_)
        | Call::saleCost(_)
        | Call::buyImpactBps(_)
        | Call::sellImpactBps(_) => POWER_GAS,
        Call::fundCost(_) => LARGE_POWER_GAS,
        Call::spotPrice(_) | Call::marketCap(_) | Call::domain(_) => QUOTIENT_GAS,
    }
}

fn answer(call: &Call) -> Reply {
    if let Call::domain(_) = call {
        return Ok(domain().abi_encode().into());
    }
    match number(call) {
        Ok(number) => Ok(number.abi_encode().into()),
        Err(refusal) => Err(refused(refusal)),
    }
}

fn number(call: &Call) -> Result<U256, CurveError> {
    match call {
        Call::purchaseReturn(c) => {
            Pool::new(c.supply, c.reserve, c.crrPpm)?.purchase_return(c.deposit)
        }
        Call::saleReturn(c) => Pool::new(c.supply, c.reserve, c.crrPpm)?.sale_return(c.tokens),
        Call::fundCost(c) => Pool::new(c.supply, c.reserve, c.crrPpm)?.fund_cost(c.tokens),
        Call::saleCost(c) => Pool::new(c.supply, c.reserve, c.crrPpm)?.sale_cost(c.reserveOut),
        Call::spotPrice(c) => Ok(Pool::new(c.supply, c.reserve, c.crrPpm)?.spot_price()),
        // The supply does not matter.
        Call::marketCap(c) => Ok(Pool::new(U256::ONE, c.reserve, c.crrPpm)?.market_cap()),
        Call::buyImpactBps(c) => {
            Pool::new(c.supply, c.reserve, c.crrPpm)?.buy_impact_bps(c.deposit)
        }
        Call::sellImpactBps(c) => {
            Pool::new(c.supply, c.reserve, c.crrPpm)?.sell_impact_bps(c.tokens)
        }
        Call::domain(_) => Ok(U256::ZERO),
    }
}

/// Largest supply, reserve, deposit and number of tokens whose cost can be asked for; smallest and
/// largest ratio.
fn domain() -> [U256; 6] {
    [
        U256::from(MAX_SUPPLY),
        U256::from(MAX_RESERVE),
        U256::from(MAX_DEPOSIT),
        MAX_TOKENS,
        U256::from(MIN_CRR_PPM),
        U256::from(MAX_CRR_PPM),
    ]
}

fn refused(refusal: CurveError) -> Bytes {
    match refusal.domain_code() {
        Some(code) => error(&IBondingCurve::CurveDomain { code }),
        None => error(&IBondingCurve::CurveOverflow {}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::SolCall as _;

    #[test]
    fn the_selectors_are_the_published_ones() {
        assert_eq!(IBondingCurve::purchaseReturnCall::SELECTOR, [0x8d, 0x4e, 0x8c, 0xf2]);
        assert_eq!(IBondingCurve::saleReturnCall::SELECTOR, [0x8d, 0xce, 0xd6, 0xb9]);
        assert_eq!(IBondingCurve::spotPriceCall::SELECTOR, [0x09, 0xad, 0xcb, 0x5e]);
        assert_eq!(IBondingCurve::fundCostCall::SELECTOR, [0xeb, 0xbb, 0x21, 0x58]);
        assert_eq!(IBondingCurve::saleCostCall::SELECTOR, [0x9a, 0x7e, 0xb9, 0x39]);
    }
}
