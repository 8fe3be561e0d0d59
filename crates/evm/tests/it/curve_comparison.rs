//! The contracts that `BondingCurve` is compared with do what they are compared for.

use crate::fixture::{Fixture, request};
use alloy_primitives::{Address, Bytes, U256};
use alloy_rpc_types_eth::state::{AccountOverride, StateOverride};
use alloy_sol_types::{SolCall, sol};
use hanzo_curve::Pool;
use hanzo_evm::CallOverrides;
use hanzo_types::BONDING_CURVE;
use serde_json::Value;

sol! {
    function purchaseReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 deposit);
    function saleReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens);
}

const PRB_MATH: &str = include_str!("../../../../contracts/artifacts/PrbCurve.json");
const SOLADY: &str = include_str!("../../../../contracts/artifacts/SoladyCurve.json");

/// What the contract of this artifact answers.
fn compared(artifact: &str, input: Vec<u8>) -> U256 {
    let artifact: Value = serde_json::from_str(artifact).unwrap();
    let code: Bytes = artifact["runtime"].as_str().unwrap().parse().unwrap();
    let contract = Address::repeat_byte(0xcc);
    let account = AccountOverride { code: Some(code), ..AccountOverride::default() };
    let state = Some(StateOverride::from_iter([(contract, account)]));
    let overrides = CallOverrides { state, ..CallOverrides::default() };
    let outcome = Fixture::new().ask(request(contract, input), overrides).unwrap();
    U256::from_be_slice(&outcome.output)
}

fn native(input: Vec<u8>) -> U256 {
    let outcome = Fixture::new().ask(request(BONDING_CURVE, input), CallOverrides::default());
    U256::from_be_slice(&outcome.unwrap().output)
}

#[test]
fn on_a_usual_pool_the_precompile_is_exact_and_the_contracts_are_within_one_percent() {
    let (supply, reserve) = (U256::from(10_u128.pow(24)), U256::from(100_000_000_000_u64));
    let (deposit, tokens) = (U256::from(1_000_000_000_u64), U256::from(10_u128.pow(22)));
    let pool = Pool::new(supply, reserve, 200_000).unwrap();
    let crr_ppm = pool.crr().ppm();
    let purchase = purchaseReturnCall { supply, reserve, crrPpm: crr_ppm, deposit }.abi_encode();
    let sale = saleReturnCall { supply, reserve, crrPpm: crr_ppm, tokens }.abi_encode();
    for (input, exact) in [
        (purchase, pool.purchase_return(deposit).unwrap()),
        (sale, pool.sale_return(tokens).unwrap()),
    ] {
        assert_eq!(native(input.clone()), exact);
        for artifact in [PRB_MATH, SOLADY] {
            let answer = compared(artifact, input.clone());
            assert!(answer.abs_diff(exact) < exact / U256::from(100), "{answer}, not {exact}");
        }
    }
}

#[test]
fn the_contracts_pay_out_the_whole_reserve_for_the_whole_supply() {
    let (supply, reserve) = (U256::from(10_u128.pow(24)), U256::from(100_000_000_000_u64));
    let sale = saleReturnCall { supply, reserve, crrPpm: 333_333, tokens: supply }.abi_encode();
    for artifact in [PRB_MATH, SOLADY] {
        assert_eq!(compared(artifact, sale.clone()), reserve);
    }
}
