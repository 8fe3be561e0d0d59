//! Calls and estimates.

use crate::fixture::Fixture;
use alloy_primitives::{Address, Bytes, TxKind, U256, hex};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
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
fn value_beyond_the_balance_is_an_error_that_names_both() {
    let deployed = deployed();
    let request = TransactionRequest {
        from: Some(Address::repeat_byte(7)),
        to: Some(TxKind::Call(Address::repeat_byte(9))),
        value: Some(U256::from(1)),
        ..Default::default()
    };
    let error = estimate_gas(deployed.context(), request, CallOverrides::default()).unwrap_err();
    assert_eq!(error.to_string(), "insufficient funds for gas * price + value: have 0 want 1");
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
