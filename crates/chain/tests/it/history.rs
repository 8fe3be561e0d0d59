//! States of past blocks.

use alloy_primitives::{Address, U256};
use hanzo_chain::{HIGH_WATER_BLOCKS, HistoryError, SEGMENT_BLOCKS};
use hanzo_evm::execute;
use hanzo_state::StateRead;
use hanzo_store::Retention;
use hanzo_testkit::{Signer, TestChain, dev_spec};

const BOB: Address = Address::repeat_byte(0xb0);

/// A chain in which every block gives Bob one more wei.
fn chain_of(blocks: u64, retention: Retention) -> TestChain {
    let mut chain = TestChain::with_retention(dev_spec(), retention);
    let alice = Signer::dev(0, chain.spec());
    for nonce in 0..blocks {
        chain.mine(vec![alice.transfer(nonce, BOB, 1)]);
    }
    chain
}

fn balance(state: &dyn StateRead) -> U256 {
    state.account(BOB).unwrap().map_or(U256::ZERO, |account| account.balance)
}

#[test]
fn the_state_of_every_block_reads_as_it_was_also_after_a_restart() {
    let mut chain = chain_of(70, Retention::default());
    for _ in 0..2 {
        let view = chain.view();
        assert_eq!(view.oldest_state(), 0);
        for number in 0..=view.head_number() {
            let state = view.state_at(number).unwrap();
            assert_eq!(balance(&state), U256::from(number));
            let hash = view.canonical_hash(number).unwrap().unwrap();
            assert_eq!(state.block_hash(number).unwrap(), hash);
            assert!(state.block_hash(number + 1).unwrap().is_zero());
        }
        drop(view);
        chain.reopen();
    }
}

#[test]
fn a_view_goes_on_showing_its_own_past_while_the_chain_grows() {
    let mut chain = chain_of(40, Retention { states: Some(8), receipts: None });
    let alice = Signer::dev(0, chain.spec());
    let view = chain.view();
    let oldest = view.oldest_state();
    for nonce in 40..120 {
        chain.mine(vec![alice.transfer(nonce, BOB, 1)]);
    }
    assert!(chain.view().oldest_state() > oldest);
    for number in oldest..=40 {
        assert_eq!(balance(&view.state_at(number).unwrap()), U256::from(number));
    }
}

#[test]
fn a_past_block_executed_again_on_its_parents_state_changes_what_it_changed() {
    let chain = chain_of(60, Retention::default());
    let view = chain.view();
    for number in 1..=60 {
        let block = view.block_by_number(number).unwrap().unwrap();
        let parent = view.header_by_number(number - 1).unwrap().unwrap();
        let state = view.provable_state(number - 1, u64::MAX).unwrap().unwrap();
        let executed = execute(&state, &block, &parent, view.spec()).unwrap();
        let receipts = view.receipts(block.hash()).unwrap().unwrap();
        assert_eq!(executed.outcome.receipts, *receipts);
        let after = view.state_at(number).unwrap();
        for (address, change) in executed.diff.accounts_sorted() {
            assert_eq!(after.account(address).unwrap(), change.after, "block {number}");
        }
        for (address, slot, change) in executed.diff.storage_sorted() {
            assert_eq!(after.storage(address, slot).unwrap(), change.after, "block {number}");
        }
    }
}

#[test]
fn a_pruned_state_is_refused_with_the_oldest_kept_and_never_replaced_by_another() {
    let chain = chain_of(100, Retention { states: Some(20), receipts: Some(20) });
    let view = chain.view();
    let oldest = view.oldest_state();
    let base = view.head_number() - oldest;
    assert!((20..=20 + HIGH_WATER_BLOCKS as u64 + SEGMENT_BLOCKS as u64).contains(&base), "{base}");
    for number in oldest..=view.head_number() {
        assert_eq!(balance(&view.state_at(number).unwrap()), U256::from(number));
    }
    assert_eq!(
        view.state_at(oldest - 1).unwrap_err(),
        HistoryError::Unavailable { number: oldest - 1, oldest }
    );
    assert!(matches!(view.state_at(u64::MAX), Err(HistoryError::AboveHead { .. })));
    // Blocks stay, receipts go.
    assert!(view.block_by_number(1).unwrap().is_some());
    let first = view.canonical_hash(1).unwrap().unwrap();
    assert!(view.receipts(first).unwrap().is_none());
    assert!(view.oldest_receipts() > 1);
}
