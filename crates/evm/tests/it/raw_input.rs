//! Any bytes, at any of the native precompiles, with any gas.

use crate::fixture::{Fixture, request};
use alloy_primitives::{Address, U256, hex, keccak256};
use alloy_rpc_types_eth::state::{AccountOverride, StateOverride};
use hanzo_evm::CallOverrides;
use hanzo_testkit::{CallKind, TestChain, dev_spec};
use hanzo_types::{
    AI, BONDING_CURVE, COMPUTE_PAYMENTS, COMPUTE_PROOF, DEV_ACCOUNTS, FIXED_MATH, NATIVE_COIN,
    TRAINING_REWARDS,
};
use proptest::{
    prelude::*,
    sample::select,
    strategy::ValueTree as _,
    test_runner::{TestCaseResult, TestRunner},
};
use std::sync::LazyLock;

/// Cases of a usual run; `HANZO_FUZZ_CASES` sets another number.
const CASES: u32 = 1_500;

/// A function, its words, what it costs and what it answers in bytes.
type Function = (Address, &'static str, u64, usize);

/// The functions of the precompiles. Source: docs/precompiles.
const FUNCTIONS: [Function; 20] = [
    (BONDING_CURVE, "purchaseReturn(uint256,uint256,uint32,uint256)", 1_500, 32),
    (BONDING_CURVE, "saleReturn(uint256,uint256,uint32,uint256)", 1_500, 32),
    (BONDING_CURVE, "fundCost(uint256,uint256,uint32,uint256)", 3_000, 32),
    (BONDING_CURVE, "saleCost(uint256,uint256,uint32,uint256)", 1_500, 32),
    (BONDING_CURVE, "buyImpactBps(uint256,uint256,uint32,uint256)", 1_500, 32),
    (BONDING_CURVE, "sellImpactBps(uint256,uint256,uint32,uint256)", 1_500, 32),
    (BONDING_CURVE, "spotPrice(uint256,uint256,uint32)", 200, 32),
    (BONDING_CURVE, "marketCap(uint256,uint32)", 200, 32),
    (BONDING_CURVE, "domain()", 200, 192),
    (FIXED_MATH, "mulDiv(uint256,uint256,uint256)", 200, 32),
    (FIXED_MATH, "mulDivUp(uint256,uint256,uint256)", 200, 32),
    (FIXED_MATH, "isqrt(uint256)", 200, 32),
    (FIXED_MATH, "expWad(int256)", 1_000, 32),
    (FIXED_MATH, "lnWad(int256)", 1_000, 32),
    (NATIVE_COIN, "transfer(address,address,uint256)", 9_000, 0),
    (NATIVE_COIN, "mint(address,uint256)", 30_000, 0),
    (NATIVE_COIN, "burn(address,uint256)", 10_000, 0),
    (NATIVE_COIN, "supplyRules()", 200, 160),
    (NATIVE_COIN, "annualEmission(uint256)", 200, 32),
    (NATIVE_COIN, "scheduledSubsidy(uint256)", 200, 32),
];

/// What an account that comes into being costs.
const NEW_ACCOUNT_GAS: u64 = 25_000;

/// What a refusal costs at least.
const REFUSAL_GAS: u64 = 200;

/// What the check of a seal costs, whatever it finds, and the length of its answer.
const PROOF: (u64, usize) = (12_000, 256);

/// The dev chain.
static FIXTURE: LazyLock<Fixture> = LazyLock::new(Fixture::new);

/// A header that is sealed, in RLP.
static HEADER: LazyLock<Vec<u8>> =
    LazyLock::new(|| alloy_rlp::encode(TestChain::new(dev_spec()).mine(Vec::new()).header()));

/// A call of a precompile by a contract.
#[derive(Debug, Clone)]
struct Case {
    target: Address,
    input: Vec<u8>,
    gas: u32,
    caller: Address,
    kind: CallKind,
}

/// How a well-formed input is spoilt.
#[derive(Debug, Clone, Copy)]
enum Damage {
    None,
    Cut(usize),
    Longer(u8),
    Flip(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        6 => Just(Damage::None),
        1 => (0..40_usize).prop_map(Damage::Cut),
        1 => any::<u8>().prop_map(Damage::Longer),
        1 => (0..2_000_usize).prop_map(Damage::Flip),
    ]
}

fn spoil(mut input: Vec<u8>, damage: Damage) -> Vec<u8> {
    match damage {
        Damage::None => {}
        Damage::Cut(bytes) => input.truncate(input.len().saturating_sub(bytes)),
        Damage::Longer(byte) => input.push(byte),
        Damage::Flip(bit) => {
            let index = bit / 8 % input.len().max(1);
            if let Some(byte) = input.get_mut(index) {
                *byte ^= 1 << (bit % 8);
            }
        }
    }
    input
}

/// Any word, small ones as often as large ones.
fn word() -> impl Strategy<Value = U256> {
    (any::<[u8; 32]>(), 0..256_usize).prop_map(|(bytes, shift)| U256::from_be_bytes(bytes) >> shift)
}

/// What an argument of this type may be, mostly something that makes sense.
fn argument(kind: &str) -> BoxedStrategy<U256> {
    let accounts = vec![DEV_ACCOUNTS[0], DEV_ACCOUNTS[1], Address::repeat_byte(0x0b), AI];
    let account = select(accounts).prop_map(|account| account.into_word().into());
    let sense = match kind {
        "address" => account.boxed(),
        // The ratio of a curve.
        "uint32" => (10_000..=1_000_000_u32).prop_map(U256::from).boxed(),
        _ => (any::<u128>(), 40..128_usize).prop_map(|(x, shift)| U256::from(x >> shift)).boxed(),
    };
    prop_oneof![9 => sense, 1 => word()].boxed()
}

/// Types of the arguments of a function.
fn arguments(signature: &str) -> Vec<&str> {
    let list = signature.split(['(', ')']).nth(1).unwrap();
    list.split(',').filter(|kind| !kind.is_empty()).collect()
}

/// Calls of functions, with what they take.
fn functions() -> impl Strategy<Value = (Address, Vec<u8>)> {
    select(FUNCTIONS.to_vec()).prop_flat_map(|(target, signature, ..)| {
        let words: Vec<_> = arguments(signature).into_iter().map(argument).collect();
        (words, damage()).prop_map(move |(words, damage)| {
            let mut input = keccak256(signature)[..4].to_vec();
            words.iter().for_each(|word| input.extend(word.to_be_bytes::<32>()));
            (target, spoil(input, damage))
        })
    })
}

/// Questions about seals.
fn proofs() -> impl Strategy<Value = (Address, Vec<u8>)> {
    let question = |(op, least, damage): (u8, U256, Damage)| {
        let input = [&[op][..], &least.to_be_bytes::<32>(), &HEADER].concat();
        (COMPUTE_PROOF, spoil(input, damage))
    };
    (prop_oneof![4 => Just(1_u8), 1 => any::<u8>()], word(), damage()).prop_map(question)
}

/// Bytes without any form.
fn noise() -> impl Strategy<Value = (Address, Vec<u8>)> {
    let targets = vec![BONDING_CURVE, COMPUTE_PROOF, NATIVE_COIN, FIXED_MATH];
    (select(targets), proptest::collection::vec(any::<u8>(), 0..200))
}

fn cases() -> impl Strategy<Value = Case> {
    let callers = vec![AI, TRAINING_REWARDS, COMPUTE_PAYMENTS, Address::repeat_byte(0xca)];
    let kinds = vec![CallKind::Call, CallKind::Call, CallKind::StaticCall, CallKind::DelegateCall];
    let gas = prop_oneof![3 => Just(100_000_u32), 1 => 0..60_000_u32];
    let input = prop_oneof![4 => functions(), 2 => proofs(), 1 => noise()];
    (input, gas, select(callers), select(kinds))
        .prop_map(|((target, input), gas, caller, kind)| Case { target, input, gas, caller, kind })
}

/// What the contract sees.
struct Seen {
    succeeded: bool,
    spent: u64,
    data: Vec<u8>,
}

fn run(case: &Case) -> Seen {
    // CALLDATACOPY; GAS; the call; GAS. Then success, and the gas between, before the answer.
    let mut code = hex!("365f5f37 5a 5f5f365f").to_vec();
    if case.kind == CallKind::Call {
        code.push(0x5f);
    }
    code.push(0x73);
    code.extend(case.target);
    code.push(0x63);
    code.extend(case.gas.to_be_bytes());
    code.push(case.kind as u8);
    code.extend(hex!("5a 90 5f52 90 03 602052 3d5f60403e 3d604001 5ff3"));
    let account = AccountOverride { code: Some(code.into()), ..Default::default() };
    let assumed = StateOverride::from_iter([(case.caller, account)]);
    let overrides = CallOverrides { state: Some(assumed), ..CallOverrides::default() };
    let request = request(case.caller, case.input.clone());
    let output = FIXTURE.ask(request, overrides).unwrap().output;
    let word = |at: usize| U256::from_be_slice(&output[at..at + 32]).to::<u64>();
    // Between the two reads: pushes, the instruction with a warm account, and the second read.
    let around = if case.kind == CallKind::Call { 118 } else { 116 };
    Seen { succeeded: word(0) == 1, spent: word(32) - around, data: output[64..].to_vec() }
}

/// The function whose encoding the input begins with.
fn function(case: &Case) -> Option<Function> {
    let selector = case.input.get(..4)?;
    let is_it = |(target, signature, ..): &&Function| {
        *target == case.target && keccak256(signature)[..4] == *selector
    };
    FUNCTIONS.iter().find(is_it).copied()
}

fn check(case: &Case) -> TestCaseResult {
    let Seen { succeeded, spent, data } = run(case);
    let limit = u64::from(case.gas);
    let (price, answer) = match function(case) {
        _ if case.target == COMPUTE_PROOF => PROOF,
        Some((_, _, price, answer)) => (price, answer),
        None => (u64::MAX, 0),
    };
    if succeeded {
        // Nothing is answered that was not paid for in full.
        let born = case.target == NATIVE_COIN && answer == 0 && spent == price + NEW_ACCOUNT_GAS;
        prop_assert!(spent == price || born, "{spent} gas of {price}");
        prop_assert_eq!(data.len(), answer);
    } else if data.is_empty() {
        prop_assert_eq!(spent, limit, "out of gas takes everything");
        prop_assert!(limit < price.saturating_add(NEW_ACCOUNT_GAS));
    } else {
        prop_assert!(data.len() >= 4, "an error has a name");
        prop_assert!((REFUSAL_GAS..=price.max(REFUSAL_GAS)).contains(&spent), "{spent} gas");
        prop_assert!(case.target != COMPUTE_PROOF, "it does not revert");
    }
    prop_assert!(spent <= limit);
    Ok(())
}

#[test]
fn no_input_makes_a_precompile_panic_or_answer_for_less_than_its_price() {
    let count = std::env::var("HANZO_FUZZ_CASES").map_or(CASES, |text| text.parse().unwrap());
    let config =
        ProptestConfig { cases: count, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&cases(), |case| check(&case)).unwrap();
}

#[test]
fn the_cases_reach_every_function_and_succeed_often_enough_to_mean_something() {
    let mut runner = TestRunner::deterministic();
    let mut succeeded = std::collections::BTreeSet::new();
    for _ in 0..6_000 {
        let case = cases().new_tree(&mut runner).unwrap().current();
        if run(&case).succeeded {
            succeeded.insert(function(&case).map_or("proof", |(_, name, ..)| name));
        }
    }
    let mut every: Vec<&str> = FUNCTIONS.iter().map(|(_, name, ..)| *name).collect();
    every.push("proof");
    every.retain(|name| !succeeded.contains(name));
    assert!(every.is_empty(), "never answered: {every:?}");
}
