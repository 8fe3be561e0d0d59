//! Calls and estimates.

use crate::fixture::Fixture;
use alloy_primitives::{Address, Bytes, TxKind, U256, hex};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest, state::AccountOverride};
use hanzo_evm::{CallContext, CallError, CallOverrides, call, create_access_list, estimate_gas};
use hanzo_testkit::{Signer, token};
use hanzo_types::{DEV_ACCOUNTS, Header, prev_randao};

struct Deployed {
    fixture: Fixture,
    header: Header,
    contract: Address,
}

fn deployed() -> Deployed {
    let mut fixture = Fixture::new();
    let alice = Signer::dev(0, &fixture.spec);
    fixture.apply(&[alice.create(0, token::creation_code(), 1_000_000)]);
    let header = fixture.header();
    Deployed { contract: alice.address().create(0), fixture, header }
}

impl Deployed {
    fn context(&self) -> CallContext<'_> {
        CallContext {
            state: &self.fixture.state,
            header: &self.header,
            prev_randao: prev_randao(self.fixture.spec.genesis_header(), 1),
            spec: &self.fixture.spec,
            gas_cap: 50_000_000,
        }
    }

    fn request(&self, input: Bytes) -> TransactionRequest {
        TransactionRequest {
            from: Some(DEV_ACCOUNTS[0]),
            to: Some(TxKind::Call(self.contract)),
            input: TransactionInput::new(input),
            ..Default::default()
        }
    }
}

#[test]
fn a_call_returns_data_and_changes_nothing() {
    let deployed = deployed();
    let input = token::balance_of_input(DEV_ACCOUNTS[0]);
    let outcome =
        call(deployed.context(), deployed.request(input), CallOverrides::default()).unwrap();
    assert_eq!(U256::from_be_slice(&outcome.output), token::initial_supply());
}

#[test]
fn a_revert_carries_its_data_and_reason() {
    let deployed = deployed();
    // revert with Error("no"): returned verbatim from calldata by a contract that echoes
    // CALLDATASIZE PUSH0 PUSH0 CALLDATACOPY CALLDATASIZE PUSH0 REVERT
    let data = hex!(
        "08c379a0000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000026e6f000000000000000000000000000000000000000000000000000000000000"
    );
    let create = TransactionRequest {
        from: Some(DEV_ACCOUNTS[0]),
        to: Some(TxKind::Create),
        // PUSH1 100 PUSH1 12 PUSH0 CODECOPY PUSH1 100 PUSH0 REVERT, then the data
        input: TransactionInput::new(
            [&hex!("6064600b5f3960645ffd")[..], &[0], &data].concat().into(),
        ),
        ..Default::default()
    };
    let error = call(deployed.context(), create, CallOverrides::default()).unwrap_err();
    assert_eq!(error.to_string(), "execution reverted: no");
    let CallError::Revert { output } = error else { panic!("{error}") };
    assert_eq!(output.as_ref(), data);
}

#[test]
fn a_plain_transfer_is_estimated_at_21000() {
    let deployed = deployed();
    let request = TransactionRequest {
        from: Some(DEV_ACCOUNTS[0]),
        to: Some(TxKind::Call(Address::repeat_byte(9))),
        value: Some(U256::from(1)),
        ..Default::default()
    };
    let gas = estimate_gas(deployed.context(), request, CallOverrides::default()).unwrap();
    assert_eq!(gas, 21_000);
}

#[test]
fn an_estimate_suffices_and_is_at_most_a_little_too_high() {
    let deployed = deployed();
    let input = token::transfer_input(DEV_ACCOUNTS[1], U256::from(5));
    let request = deployed.request(input.clone());
    let gas = estimate_gas(deployed.context(), request, CallOverrides::default()).unwrap();
    let alice = Signer::dev(0, &deployed.fixture.spec);
    let run = |gas| {
        let transaction = alice.call(1, deployed.contract, U256::ZERO, input.clone(), gas);
        alloy_consensus::TxReceipt::status(
            &deployed.fixture.run(&[transaction]).outcome.receipts[0],
        )
    };
    assert!(run(gas));
    assert!(!run(gas - gas / 50));
}

#[test]
fn an_estimate_of_a_failing_call_is_its_revert() {
    let deployed = deployed();
    let input = token::transfer_input(DEV_ACCOUNTS[1], token::initial_supply() + U256::from(1));
    let error = estimate_gas(deployed.context(), deployed.request(input), CallOverrides::default())
        .unwrap_err();
    assert!(matches!(error, CallError::Revert { .. }), "{error}");
}

#[test]
fn an_access_list_names_the_slots_a_transaction_touches() {
    let deployed = deployed();
    let input = token::transfer_input(DEV_ACCOUNTS[1], U256::from(5));
    let outcome = create_access_list(deployed.context(), deployed.request(input)).unwrap();
    let item = &outcome.access_list.0[0];
    assert_eq!(item.address, deployed.contract);
    assert_eq!(item.storage_keys.len(), 2);
    assert_eq!(outcome.error, None);
}

fn transfer_request(from: Address, value: U256) -> TransactionRequest {
    TransactionRequest {
        from: Some(from),
        to: Some(TxKind::Call(Address::repeat_byte(9))),
        value: Some(value),
        ..Default::default()
    }
}

fn call_error(request: TransactionRequest) -> String {
    let deployed = deployed();
    call(deployed.context(), request, CallOverrides::default()).unwrap_err().to_string()
}

/// Creation code that returns what `code` leaves on the stack.
fn returning(code: &[u8]) -> Bytes {
    // PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
    [code, &hex!("5f5260205ff3")[..]].concat().into()
}

#[test]
fn a_value_that_the_sender_does_not_have_is_refused_even_without_a_gas_price() {
    let deployed = deployed();
    let poor = Address::repeat_byte(0x77);
    let request = transfer_request(poor, U256::from(1));
    let want = format!("insufficient funds for gas * price + value: address {poor} have 0 want 1");
    assert_eq!(call_error(request.clone()), want);
    let error = create_access_list(deployed.context(), request.clone()).unwrap_err();
    assert_eq!(error.to_string(), want);
    let error = estimate_gas(deployed.context(), request, CallOverrides::default()).unwrap_err();
    assert_eq!(error.to_string(), want);
}

#[test]
fn a_sender_that_cannot_pay_for_any_gas_is_told_so() {
    let poor = Address::repeat_byte(0x77);
    let request =
        TransactionRequest { gas_price: Some(2_000_000_000), ..transfer_request(poor, U256::ZERO) };
    let error = call_error(request);
    assert!(error.starts_with("insufficient funds for gas * price + value"), "{error}");
}

#[test]
fn a_price_below_the_base_fee_is_refused_in_every_form() {
    let base = || transfer_request(DEV_ACCOUNTS[0], U256::ZERO);
    for request in [
        TransactionRequest { gas_price: Some(1), ..base() },
        TransactionRequest {
            max_fee_per_gas: Some(1),
            max_priority_fee_per_gas: Some(0),
            ..base()
        },
    ] {
        let error = call_error(request.clone());
        assert!(error.contains("max fee per gas less than block base fee"), "{error}");
        let deployed = deployed();
        let error =
            estimate_gas(deployed.context(), request, CallOverrides::default()).unwrap_err();
        assert!(error.to_string().contains("max fee per gas less than block base fee"), "{error}");
    }
}

#[test]
fn a_call_without_a_price_sees_no_base_fee() {
    let deployed = deployed();
    let create = |price| TransactionRequest {
        from: Some(DEV_ACCOUNTS[0]),
        to: Some(TxKind::Create),
        gas_price: price,
        // BASEFEE
        input: TransactionInput::new(returning(&hex!("48"))),
        ..Default::default()
    };
    let seen = |price| {
        let request = create(price);
        let outcome = call(deployed.context(), request, CallOverrides::default()).unwrap();
        U256::from_be_slice(&outcome.output)
    };
    assert_eq!(seen(None), U256::ZERO);
    let base_fee = deployed.header.base_fee_per_gas.unwrap();
    assert_eq!(seen(Some(2_000_000_000)), U256::from(base_fee));
}

#[test]
fn revert_data_that_is_no_text_is_not_shown_as_text() {
    let create = |code: &[u8]| TransactionRequest {
        from: Some(DEV_ACCOUNTS[0]),
        to: Some(TxKind::Create),
        input: TransactionInput::new(code.to_vec().into()),
        ..Default::default()
    };
    // PUSH1 1 PUSH0 REVERT: one zero byte. PUSH0 PUSH0 REVERT: nothing.
    for code in [&hex!("60015ffd")[..], &hex!("5f5ffd")[..]] {
        assert_eq!(call_error(create(code)), "execution reverted");
        let deployed = deployed();
        let outcome = create_access_list(deployed.context(), create(code)).unwrap();
        assert_eq!(outcome.error.as_deref(), Some("execution reverted"));
    }
}

#[test]
fn a_precompile_moves_where_the_override_says() {
    let deployed = deployed();
    let (identity, target) = (Address::with_last_byte(4), Address::repeat_byte(0x44));
    let moving = |from: Address| {
        let change = AccountOverride { move_precompile_to: Some(target), ..Default::default() };
        CallOverrides { state: Some([(from, change)].into_iter().collect()), block: None }
    };
    let request = TransactionRequest {
        to: Some(TxKind::Call(target)),
        input: TransactionInput::new(Bytes::from_static(&[1, 2, 3])),
        ..Default::default()
    };
    let outcome = call(deployed.context(), request.clone(), moving(identity)).unwrap();
    assert_eq!(outcome.output.as_ref(), [1, 2, 3]);
    let other = Address::repeat_byte(0x45);
    let error = call(deployed.context(), request, moving(other)).unwrap_err();
    assert_eq!(error.to_string(), format!("account {other} is not a precompile"));
}
