//! `BondingCurve` (A1001): the exact curve for contracts. Source: seed-features §6.5, ADR-0016.

use super::reply::{Reply, charged, decode, error, result};
use alloy_evm::precompiles::PrecompileInput;
use alloy_primitives::{Bytes, U256};
use alloy_sol_types::{SolValue as _, sol};
use hanzo_curve::{
    CurveError, MAX_CRR_PPM, MAX_DEPOSIT, MAX_RESERVE, MAX_SUPPLY, MAX_TOKENS, MIN_CRR_PPM, Pool,
};
use revm::precompile::PrecompileResult;

sol! {
    interface IBondingCurve {
        function purchaseReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 deposit)
            external view returns (uint256 tokens);
        function saleReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens)
            external view returns (uint256 reserveOut);
        function fundCost(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens)
            external view returns (uint256 deposit);
        function saleCost(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 reserveOut)
            external view returns (uint256 tokens);
        function spotPrice(uint256 supply, uint256 reserve, uint32 crrPpm)
            external view returns (uint256 price);
        function marketCap(uint256 reserve, uint32 crrPpm) external view returns (uint256 value);
        function buyImpactBps(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 deposit)
            external view returns (uint256 bps);
        function sellImpactBps(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens)
            external view returns (uint256 bps);
        function domain() external view returns (uint256[6] memory limits);
        error CurveDomain(uint8 code);
        error CurveOverflow();
    }
}

use IBondingCurve::IBondingCurveCalls as Call;

/// Gas of a function that takes a power. In the slow hours of a machine that is less than 5 µs, and
/// 16 for a cost of nearly 256 bits, the worst case that is known: at 1 500 gas, 30 Mgas of it take
/// 0.32 s. ADR-0016.
const POWER_GAS: u64 = 1_500;

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
        | Call::fundCost(_)
        | Call::saleCost(_)
        | Call::buyImpactBps(_)
        | Call::sellImpactBps(_) => POWER_GAS,
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
