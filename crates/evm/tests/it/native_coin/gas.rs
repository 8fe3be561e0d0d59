//! What calls cost, and what is warm afterwards.

use super::*;
use crate::fixture::request;
use alloy_primitives::hex;

const BALANCE: u8 = 0x31;

/// Gas of a call beyond what its transaction costs without it.
fn gas_of(caller: Address, input: Vec<u8>, limit: Option<u64>) -> Result<u64, CallError> {
    let zeros = input.iter().filter(|byte| **byte == 0).count();
    let data = 4 * zeros + 16 * (input.len() - zeros);
    let base = 21_000 + u64::try_from(data).unwrap();
    let request = TransactionRequest {
        from: Some(caller),
        gas: limit.map(|limit| base + limit),
        ..request(NATIVE_COIN, input)
    };
    let outcome = Fixture::new().ask(request, CallOverrides::default())?;
    Ok(outcome.gas_used - base)
}

#[test]
fn gas_is_fixed_and_an_account_that_comes_into_being_costs_more() {
    let one = wei(1);
    let cases = [
        (AI, transfer(RICH, DEV_ACCOUNTS[1], one), 9_000),
        (AI, transfer(RICH, RICH, one), 9_000),
        (AI, transfer(RICH, NOBODY, U256::ZERO), 9_000),
        (AI, transfer(RICH, NOBODY, one), 34_000),
        (AI, burn(RICH, one), 10_000),
        (TRAINING_REWARDS, mint(RICH, one), 30_000),
        (TRAINING_REWARDS, mint(NOBODY, one), 55_000),
    ];
    for (caller, input, gas) in cases {
        assert_eq!(gas_of(caller, input.clone(), None).unwrap(), gas);
        assert_eq!(gas_of(caller, input.clone(), Some(gas)).unwrap(), gas);
        let short = gas_of(caller, input, Some(gas - 1)).unwrap_err();
        assert!(matches!(short, CallError::Halt { .. }), "{short:?}");
    }
}

/// Gas that a contract at the address of AI pays for a call with input from its own calldata, and for
/// `then`, one instruction that takes an address.
fn gas_in_contract(gas: u32, input: Vec<u8>, then: (u8, Address)) -> (u64, u64) {
    // CALLDATACOPY; GAS; CALL; POP; the difference is the first word.
    let mut code = hex!("365f5f37 5a 5f5f365f5f 73").to_vec();
    code.extend(NATIVE_COIN);
    code.push(0x63);
    code.extend(gas.to_be_bytes());
    code.extend(hex!("f1 50 5a 90 03 5f52"));
    // GAS; the instruction; POP; the difference is the second.
    let (instruction, address) = then;
    code.extend([0x5a, 0x73]);
    code.extend(address);
    code.push(instruction);
    code.extend(hex!("50 5a 90 03 602052 60405ff3"));
    let account = AccountOverride { code: Some(code.into()), ..Default::default() };
    let assumed = StateOverride::from_iter([(AI, account)]);
    let overrides = CallOverrides { state: Some(assumed), ..CallOverrides::default() };
    let output = Fixture::new().ask(request(AI, input), overrides).unwrap().output;
    let word = |at: usize| U256::from_be_slice(&output[at..at + 32]).to::<u64>();
    (word(0), word(32))
}

#[test]
fn a_view_and_a_refusal_leave_the_rest_of_the_gas() {
    // What surrounds the call: pushes, POP, GAS, and the warm access.
    let of = |gas: u32, input: Vec<u8>| gas_in_contract(gas, input, (BALANCE, RICH)).0;
    let nothing = of(0, vec![]);
    let spent = |gas: u32, input: Vec<u8>| of(gas, input) - nothing;
    let (enough, one) = (100_000, wei(1));
    assert_eq!(spent(enough, vec![1]), 200, "bad input");
    assert_eq!(spent(enough, mint(NOBODY, one)), 200, "no right");
    assert_eq!(spent(enough, transfer(RICH, NATIVE_COIN, one)), 200, "bad receiver");
    assert_eq!(spent(enough, transfer(NOBODY, RICH, one)), 9_000, "no coins");
    assert_eq!(spent(enough, transfer(RICH, DEV_ACCOUNTS[1], one)), 9_000);
    for view in [
        INativeCoin::supplyRulesCall {}.abi_encode(),
        INativeCoin::annualEmissionCall { yearIndex: one }.abi_encode(),
        INativeCoin::scheduledSubsidyCall { number: one }.abi_encode(),
    ] {
        assert_eq!(spent(enough, view), 200);
    }
    // What was forwarded and does not suffice is gone.
    assert_eq!(spent(8_999, transfer(RICH, RICH, one)), 8_999);
    assert_eq!(spent(33_999, transfer(RICH, NOBODY, one)), 33_999);
}

#[test]
fn accounts_that_were_paid_or_paid_are_warm() {
    let (cold, other) = (Address::repeat_byte(0xcc), DEV_ACCOUNTS[1]);
    let after = |input: Vec<u8>, address| gas_in_contract(100_000, input, (BALANCE, address)).1;
    let fee = |address| after(vec![1], address) - after(transfer(other, NOBODY, wei(1)), address);
    assert_eq!(fee(cold), 0);
    // Source: EIP-2929.
    assert_eq!(fee(other), 2_500);
    assert_eq!(fee(NOBODY), 2_500);
    // A change that is refused has warmed nothing.
    let refused = after(transfer(NOBODY, other, wei(1)), other);
    assert_eq!(refused, after(vec![1], other));
}
