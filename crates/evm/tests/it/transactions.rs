//! What transactions do.

use crate::fixture::Fixture;
use alloy_eips::{eip2930::AccessList, eip2935::HISTORY_STORAGE_ADDRESS};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex};
use hanzo_evm::{BlockBuilder, PushError};
use hanzo_state::StateRead;
use hanzo_testkit::{Fees, Signer, token};
use hanzo_types::{DEV_ACCOUNTS, prev_randao};

#[test]
fn transactions_of_types_0_1_2_and_4_succeed() {
    let fixture = Fixture::new();
    let alice = Signer::dev(0, &fixture.spec);
    let bob = Signer::dev(1, &fixture.spec);
    let to = Address::repeat_byte(9);
    let executed = fixture.run(&[
        alice.legacy(0, to, Fees::default()),
        alice.access_list(1, to, AccessList::default()),
        alice.transfer(2, to, 1),
        alice.delegate(3, &bob, to),
    ]);
    assert!(executed.outcome.receipts.iter().all(|receipt| receipt.status()));
    let code = executed.diff.accounts[&bob.address()].after.unwrap();
    assert!(code.has_code(), "the delegation designator is bob's code");
    assert_eq!(executed.diff.accounts[&to].after.unwrap().balance, U256::from(3));
}

#[test]
fn the_parent_hash_is_written_to_the_history_contract() {
    let fixture = Fixture::new();
    let executed = fixture.run(&[]);
    let slots = &executed.diff.storage[&HISTORY_STORAGE_ADDRESS];
    let genesis = fixture.spec.genesis_hash();
    assert_eq!(slots[&U256::ZERO].after, U256::from_be_bytes(genesis.0));
}

#[test]
fn prevrandao_comes_from_the_parent_and_not_from_the_header() {
    let fixture = Fixture::new();
    let alice = Signer::dev(0, &fixture.spec);
    // PREVRANDAO PUSH0 SSTORE
    let executed = fixture.run(&[alice.create(0, Bytes::from(hex!("445f5500")), 100_000)]);
    let contract = alice.address().create(0);
    let expected = prev_randao(fixture.spec.genesis_header(), 1);
    let stored = executed.diff.storage[&contract][&U256::ZERO].after;
    assert_eq!(B256::from(stored), expected);
}

#[test]
fn a_token_moves_balances_and_leaves_a_log_in_the_bloom() {
    let mut fixture = Fixture::new();
    let alice = Signer::dev(0, &fixture.spec);
    let bob = DEV_ACCOUNTS[1];
    let contract = alice.address().create(0);
    fixture.apply(&[alice.create(0, token::creation_code(), 1_000_000)]);
    let code_hash = fixture.state.account(contract).unwrap().unwrap().code_hash;
    assert_eq!(fixture.state.code(code_hash).unwrap(), token::runtime_code());

    let input = token::transfer_input(bob, U256::from(77));
    let executed = fixture.apply(&[alice.call(1, contract, U256::ZERO, input, 100_000)]);
    assert!(executed.outcome.receipts[0].status());
    assert_eq!(executed.outcome.receipts[0].logs().len(), 1);
    assert!(!executed.outcome.logs_bloom.is_zero());
    let slot = token::balance_slot(bob);
    assert_eq!(fixture.state.storage(contract, slot).unwrap(), U256::from(77));
}

#[test]
fn a_failed_push_leaves_the_block_as_it_was() {
    let fixture = Fixture::new();
    let alice = Signer::dev(0, &fixture.spec);
    let header = fixture.header();
    let genesis = fixture.spec.genesis_header();
    let mut builder = BlockBuilder::new(&fixture.state, &header, genesis, &fixture.spec).unwrap();
    let to = Address::repeat_byte(9);
    builder.push(alice.transfer(0, to, 1).as_recovered_ref()).unwrap();

    let again = builder.push(alice.transfer(0, to, 1).as_recovered_ref()).unwrap_err();
    assert!(matches!(again, PushError::NonceTooLow { expected: 1, found: 0 }), "{again}");
    let gap = builder.push(alice.transfer(5, to, 1).as_recovered_ref()).unwrap_err();
    assert!(matches!(gap, PushError::NonceTooHigh { expected: 1, found: 5 }), "{gap}");
    let big = alice.call(1, to, U256::ZERO, Bytes::new(), 40_000_000);
    let big = builder.push(big.as_recovered_ref()).unwrap_err();
    assert!(!matches!(big, PushError::State(_)), "{big}");
    let poor = alice.call(1, to, U256::MAX, Bytes::new(), 21_000);
    assert!(builder.push(poor.as_recovered_ref()).is_err());

    builder.push(alice.transfer(1, to, 1).as_recovered_ref()).unwrap();
    let executed = builder.finish().unwrap();
    assert_eq!(executed.outcome.receipts.len(), 2);
    assert_eq!(executed.diff.accounts[&to].after.unwrap().balance, U256::from(2));
}

#[test]
fn a_transaction_above_the_osaka_gas_cap_is_refused_unless_the_chain_lifts_it() {
    let to = TxKind::Call(Address::repeat_byte(9));
    let push = |fixture: &Fixture| {
        let alice = Signer::dev(0, &fixture.spec);
        let header = fixture.header();
        let genesis = fixture.spec.genesis_header();
        let mut builder =
            BlockBuilder::new(&fixture.state, &header, genesis, &fixture.spec).unwrap();
        let heavy = alice.call(0, *to.to().unwrap(), U256::ZERO, Bytes::new(), 16_777_217);
        builder.push(heavy.as_recovered_ref())
    };
    assert!(push(&Fixture::new()).is_err());
    let lifted = hanzo_testkit::spec_with(|genesis| {
        genesis["config"]["hanzo"]["transactionGasLimitCap"] = 30_000_000.into();
    });
    assert_eq!(push(&Fixture::with(lifted)).unwrap(), 21_000);
}
