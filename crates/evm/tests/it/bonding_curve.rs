//! `BondingCurve` (A1001) as contracts and wallets see it.

use crate::fixture::{Fixture, request};
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_rpc_types_eth::{
    TransactionRequest,
    state::{AccountOverride, StateOverride},
};
use alloy_sol_types::{SolCall, SolError, sol};
use hanzo_curve::{MAX_DEPOSIT, MAX_RESERVE, MAX_SUPPLY, MAX_TOKENS, Pool};
use hanzo_evm::{CallError, CallOutcome, CallOverrides, precompile_addresses};
use hanzo_testkit::ethereum_spec;
use hanzo_types::BONDING_CURVE;

sol! {
    function purchaseReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 deposit);
    function saleReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens);
    function fundCost(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens);
    function saleCost(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 reserveOut);
    function spotPrice(uint256 supply, uint256 reserve, uint32 crrPpm);
    function marketCap(uint256 reserve, uint32 crrPpm);
    function buyImpactBps(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 deposit);
    function sellImpactBps(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens);
    function domain();
    error CurveDomain(uint8 code);
    error CurveOverflow();
    error BadInput();
    error ValueNotAccepted();
}

/// Gas of a power and of what is refused for its form. ADR-0016.
const POWER_GAS: u64 = 1_500;
const REFUSAL_GAS: u64 = 200;

/// A contract that stands in for any contract.
const CALLER: Address = Address::repeat_byte(0xca);

const CALL: u8 = 0xf1;
const CALLCODE: u8 = 0xf2;
const DELEGATECALL: u8 = 0xf4;
const STATICCALL: u8 = 0xfa;

fn ask(
    fixture: &Fixture,
    request: TransactionRequest,
    assumed: StateOverride,
) -> Result<CallOutcome, CallError> {
    let overrides = CallOverrides { state: Some(assumed), ..CallOverrides::default() };
    fixture.ask(request, overrides)
}

/// A call of the precompile itself.
fn direct(input: Vec<u8>) -> Result<CallOutcome, CallError> {
    ask(&Fixture::new(), request(BONDING_CURVE, input), StateOverride::default())
}

fn revert(result: Result<CallOutcome, CallError>) -> Bytes {
    match result {
        Err(CallError::Revert { output }) => output,
        other => panic!("{other:?}"),
    }
}

/// What a contract gets that calls with this instruction, gas and value: whether it went well, and
/// the return data.
fn through_contract(kind: u8, gas: u16, value: u8, input: Vec<u8>) -> (bool, Bytes) {
    // CALLDATACOPY of everything; the call; success, then the return data.
    let mut code = hex!("365f5f37 5f5f365f").to_vec();
    if matches!(kind, CALL | CALLCODE) {
        code.extend([0x60, value]);
    }
    code.extend(hex!("620a1001 61"));
    code.extend(gas.to_be_bytes());
    code.push(kind);
    code.extend(hex!("5f52 3d5f60203e 3d602001 5ff3"));
    let contract = AccountOverride {
        code: Some(code.into()),
        balance: Some(U256::from(1_000)),
        ..AccountOverride::default()
    };
    let assumed = StateOverride::from_iter([(CALLER, contract)]);
    let output = ask(&Fixture::new(), request(CALLER, input), assumed).unwrap().output;
    (output[31] == 1, output.slice(32..))
}

fn pool() -> (U256, U256, u32) {
    (U256::from(10_u128.pow(24)), U256::from(100_000_000_000_u64), 200_000)
}

fn purchase(deposit: u64) -> Vec<u8> {
    let (supply, reserve, ppm) = pool();
    let deposit = U256::from(deposit);
    purchaseReturnCall { supply, reserve, crrPpm: ppm, deposit }.abi_encode()
}

#[test]
fn every_function_answers_what_the_curve_does() {
    let (supply, reserve, ppm) = pool();
    let curve = Pool::new(supply, reserve, ppm).unwrap();
    let (coins, tokens) = (U256::from(1_000_000_000_u64), U256::from(10_u128.pow(22)));
    let number = |input| U256::from_be_slice(&direct(input).unwrap().output);
    let crr_ppm = ppm;
    let cases = [
        (
            purchaseReturnCall { supply, reserve, crrPpm: crr_ppm, deposit: coins }.abi_encode(),
            curve.purchase_return(coins).unwrap(),
        ),
        (
            saleReturnCall { supply, reserve, crrPpm: crr_ppm, tokens }.abi_encode(),
            curve.sale_return(tokens).unwrap(),
        ),
        (
            fundCostCall { supply, reserve, crrPpm: crr_ppm, tokens }.abi_encode(),
            curve.fund_cost(tokens).unwrap(),
        ),
        (
            saleCostCall { supply, reserve, crrPpm: crr_ppm, reserveOut: coins }.abi_encode(),
            curve.sale_cost(coins).unwrap(),
        ),
        (spotPriceCall { supply, reserve, crrPpm: crr_ppm }.abi_encode(), curve.spot_price()),
        (marketCapCall { reserve, crrPpm: crr_ppm }.abi_encode(), curve.market_cap()),
        (
            buyImpactBpsCall { supply, reserve, crrPpm: crr_ppm, deposit: coins }.abi_encode(),
            curve.buy_impact_bps(coins).unwrap(),
        ),
        (
            sellImpactBpsCall { supply, reserve, crrPpm: crr_ppm, tokens }.abi_encode(),
            curve.sell_impact_bps(tokens).unwrap(),
        ),
    ];
    for (input, expected) in cases {
        assert_eq!(number(input), expected);
    }
    let domain = direct(domainCall {}.abi_encode()).unwrap().output;
    let limits: Vec<U256> = domain.chunks(32).map(U256::from_be_slice).collect();
    let [supply, reserve, deposit] =
        [U256::from(MAX_SUPPLY), U256::from(MAX_RESERVE), U256::from(MAX_DEPOSIT)];
    let ratios = [U256::from(10_000), U256::from(1_000_000)];
    assert_eq!(limits, [supply, reserve, deposit, MAX_TOKENS, ratios[0], ratios[1]]);
}

#[test]
fn input_that_is_no_call_is_refused_as_such() {
    let good = purchase(5);
    let (mut dirty, mut unknown) = (good.clone(), good.clone());
    // The bytes above a uint32.
    dirty[4 + 64] = 1;
    unknown[0] ^= 1;
    let short = good[..good.len() - 1].to_vec();
    let long = [good.clone(), vec![0]].concat();
    let word_more = [good, vec![0; 32]].concat();
    for input in
        [vec![], vec![0x8d], vec![0x8d, 0x4e, 0x8c, 0xf2], dirty, unknown, short, long, word_more]
    {
        assert_eq!(revert(direct(input)), BadInput {}.abi_encode());
    }
}

#[test]
fn numbers_outside_the_domain_are_refused_with_the_number_of_the_field() {
    let (supply, reserve, ppm) = pool();
    let (none, one) = (U256::ZERO, U256::ONE);
    let buy = |supply, reserve, ppm, deposit| {
        purchaseReturnCall { supply, reserve, crrPpm: ppm, deposit }.abi_encode()
    };
    let cases = [
        (1, buy(none, reserve, ppm, one)),
        (1, buy(U256::MAX, reserve, ppm, one)),
        (2, buy(supply, none, ppm, one)),
        (3, buy(supply, reserve, 9_999, one)),
        (3, buy(supply, reserve, 1_000_001, one)),
        (4, buy(supply, reserve, ppm, U256::MAX)),
        (5, saleReturnCall { supply, reserve, crrPpm: ppm, tokens: supply + one }.abi_encode()),
        (5, fundCostCall { supply, reserve, crrPpm: ppm, tokens: U256::MAX }.abi_encode()),
        (6, saleCostCall { supply, reserve, crrPpm: ppm, reserveOut: reserve + one }.abi_encode()),
    ];
    for (code, input) in cases {
        assert_eq!(revert(direct(input)), CurveDomain { code }.abi_encode());
    }
    let steep = fundCostCall { supply: one, reserve, crrPpm: 10_000, tokens: MAX_TOKENS };
    assert_eq!(revert(direct(steep.abi_encode())), CurveOverflow {}.abi_encode());
}

#[test]
fn coins_sent_along_are_refused_and_stay_with_the_sender() {
    let value =
        TransactionRequest { value: Some(U256::ONE), ..request(BONDING_CURVE, purchase(5)) };
    let refused = ask(&Fixture::new(), value, StateOverride::default());
    assert_eq!(revert(refused), ValueNotAccepted {}.abi_encode());
    let (success, data) = through_contract(CALL, 5_000, 1, purchase(5));
    assert!(!success);
    assert_eq!(data, ValueNotAccepted {}.abi_encode());
}

#[test]
fn every_kind_of_call_gets_the_answer() {
    let expected = direct(purchase(5)).unwrap().output;
    for kind in [CALL, CALLCODE, DELEGATECALL, STATICCALL] {
        assert_eq!(through_contract(kind, 5_000, 0, purchase(5)), (true, expected.clone()));
    }
}

#[test]
fn gas_is_taken_before_the_work_and_what_is_left_comes_back() {
    let exactly = u16::try_from(POWER_GAS).unwrap();
    assert!(through_contract(STATICCALL, exactly, 0, purchase(5)).0);
    // Out of gas: no data, and all that was forwarded is gone.
    assert_eq!(through_contract(STATICCALL, exactly - 1, 0, purchase(5)), (false, Bytes::new()));
    let refusal = u16::try_from(REFUSAL_GAS).unwrap();
    let bad: Bytes = BadInput {}.abi_encode().into();
    assert_eq!(through_contract(STATICCALL, refusal, 0, vec![1]), (false, bad));
    assert_eq!(through_contract(STATICCALL, refusal - 1, 0, vec![1]), (false, Bytes::new()));
}

#[test]
fn a_function_costs_what_the_worst_of_its_results_takes() {
    let (supply, reserve, crr_ppm) = pool();
    let (one, word) = (U256::ONE, U256::MAX >> 200);
    // Source: ADR-0016. A call costs 21 000 and its data besides.
    let cases = [
        (purchase(5), POWER_GAS),
        (saleReturnCall { supply, reserve, crrPpm: crr_ppm, tokens: word }.abi_encode(), POWER_GAS),
        (fundCostCall { supply, reserve, crrPpm: crr_ppm, tokens: word }.abi_encode(), 3_000),
        (
            saleCostCall { supply, reserve, crrPpm: crr_ppm, reserveOut: one }.abi_encode(),
            POWER_GAS,
        ),
        (
            buyImpactBpsCall { supply, reserve, crrPpm: crr_ppm, deposit: one }.abi_encode(),
            POWER_GAS,
        ),
        (
            sellImpactBpsCall { supply, reserve, crrPpm: crr_ppm, tokens: word }.abi_encode(),
            POWER_GAS,
        ),
    ];
    for (input, gas) in cases {
        let zeros = input.iter().filter(|byte| **byte == 0).count();
        let data = u64::try_from(4 * zeros + 16 * (input.len() - zeros)).unwrap();
        assert_eq!(direct(input).unwrap().gas_used, 21_000 + data + gas);
    }
}

#[test]
fn a_plain_ethereum_chain_has_no_such_precompile() {
    let fixture = Fixture::with(ethereum_spec(EthereumHardfork::Osaka, |_| {}));
    let request = TransactionRequest { from: None, ..request(BONDING_CURVE, purchase(5)) };
    let outcome = ask(&fixture, request, StateOverride::default()).unwrap();
    assert!(outcome.output.is_empty());
    assert!(!precompile_addresses(&fixture.spec, &fixture.header()).contains_key("BondingCurve"));
    let dev = Fixture::new();
    let named = precompile_addresses(&dev.spec, &dev.header());
    assert_eq!(named.get("BondingCurve"), Some(&BONDING_CURVE));
}

#[test]
fn code_that_a_call_assumes_at_the_address_runs_in_place_of_the_precompile() {
    // PUSH1 7 PUSH0 MSTORE, RETURN of a word.
    let code = AccountOverride {
        code: Some(hex!("60075f5260205ff3").into()),
        ..AccountOverride::default()
    };
    let request = || request(BONDING_CURVE, purchase(5));
    let assumed = StateOverride::from_iter([(BONDING_CURVE, code)]);
    let outcome = ask(&Fixture::new(), request(), assumed).unwrap();
    assert_eq!(U256::from_be_slice(&outcome.output), U256::from(7));
    // What else is assumed of it leaves it as it is.
    let balance = AccountOverride { balance: Some(U256::ONE), ..AccountOverride::default() };
    let assumed = StateOverride::from_iter([(BONDING_CURVE, balance)]);
    let outcome = ask(&Fixture::new(), request(), assumed).unwrap();
    assert_eq!(outcome.output, direct(purchase(5)).unwrap().output);
}
