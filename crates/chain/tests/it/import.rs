//! What importing valid blocks does.

use alloy_primitives::{Address, U256};
use hanzo_chain::{
    HIGH_WATER_BLOCKS, HistoryError, Inserted, MAX_SIDE_BLOCKS, RETAINED_GENERATIONS,
    SEGMENT_BLOCKS,
};
use hanzo_state::StateRead;
use hanzo_testkit::{Signer, TestChain, dev_spec, seal};
use hanzo_types::{COMPUTE_MINING, DEV_ACCOUNTS};

#[test]
fn a_mined_block_becomes_the_head_and_moves_the_state() {
    let mut chain = TestChain::new(dev_spec());
    let alice = Signer::dev(0, chain.spec());
    let bob = Address::repeat_byte(0xb0);
    let block = chain.mine(vec![alice.transfer(0, bob, 7)]);
    let view = chain.view();
    assert_eq!(view.head().hash(), block.hash());
    assert_eq!(view.latest_state().account(bob).unwrap().unwrap().balance, U256::from(7));
    assert_eq!(view.receipts(block.hash()).unwrap().unwrap().len(), 1);
    let hash = *block.body().transactions[0].tx_hash();
    assert_eq!(view.transaction(hash).unwrap().unwrap().block_number, 1);
}

#[test]
fn a_foreign_block_gives_the_state_that_its_builder_computed() {
    let mut builder = TestChain::new(dev_spec());
    let mut importer = TestChain::new(dev_spec());
    let alice = Signer::dev(0, builder.spec());
    for nonce in 0..3 {
        let block = builder.mine(vec![alice.transfer(nonce, DEV_ACCOUNTS[1], 1)]);
        assert!(matches!(importer.import_foreign(&block).unwrap(), Inserted::Head(_)));
    }
    assert_eq!(builder.view().head().hash(), importer.view().head().hash());
}

#[test]
fn importing_a_known_block_changes_nothing() {
    let mut chain = TestChain::new(dev_spec());
    let block = chain.mine(Vec::new());
    assert!(matches!(chain.import_foreign(&block).unwrap(), Inserted::Known));
}

#[test]
fn the_share_pool_and_the_coinbase_split_the_subsidy_from_block_one() {
    let mut chain = TestChain::new(dev_spec());
    let block = chain.mine(Vec::new());
    let subsidy = chain.spec().hanzo_rules().unwrap().emission().subsidy(1);
    let pool = subsidy * U256::from(3) / U256::from(10);
    let state = chain.view().latest_state();
    assert_eq!(state.account(COMPUTE_MINING).unwrap().unwrap().balance, pool);
    assert_eq!(state.account(block.beneficiary).unwrap().unwrap().balance, subsidy - pool);
}

#[test]
fn the_first_seen_block_stays_the_head_on_a_tie_and_a_heavier_branch_replaces_it() {
    let mut ours = TestChain::new(dev_spec());
    let mut theirs = TestChain::new(dev_spec());
    let alice = Signer::dev(0, ours.spec());
    let first = ours.mine(vec![alice.transfer(0, DEV_ACCOUNTS[1], 1)]);
    let other = theirs.mine(vec![alice.transfer(0, DEV_ACCOUNTS[2], 2)]);
    let heavier = theirs.mine(Vec::new());

    assert!(matches!(ours.import_foreign(&other).unwrap(), Inserted::Side));
    assert_eq!(ours.view().head().hash(), first.hash());
    let Inserted::Head(update) = ours.import_foreign(&heavier).unwrap() else {
        panic!("the heavier branch must win");
    };
    assert_eq!(update.reverted.len(), 1);
    assert_eq!(update.reverted[0].hash(), first.hash());
    assert_eq!(update.adopted.iter().map(|b| b.number()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(ours.view().head().hash(), heavier.hash());
    assert_eq!(ours.view().head().state_root, theirs.view().head().state_root);
    assert!(ours.view().transaction(*first.body().transactions[0].tx_hash()).unwrap().is_none());
}

#[test]
fn recent_states_are_served_and_older_ones_are_refused_never_replaced_by_the_latest() {
    let mut chain = TestChain::new(dev_spec());
    let alice = Signer::dev(0, chain.spec());
    let bob = Address::repeat_byte(0xb0);
    let blocks = HIGH_WATER_BLOCKS + SEGMENT_BLOCKS * (RETAINED_GENERATIONS + 2);
    for nonce in 0..blocks as u64 {
        chain.mine(vec![alice.transfer(nonce, bob, 1)]);
    }
    let view = chain.view();
    let oldest = view.oldest_state();
    assert!(view.head_number() - oldest >= 32, "oldest {oldest}");
    for number in oldest..=view.head_number() {
        let state = view.state_at(number).unwrap();
        assert_eq!(state.account(bob).unwrap().unwrap().balance, U256::from(number));
    }
    assert_eq!(
        view.state_at(oldest - 1).unwrap_err(),
        HistoryError::Unavailable { number: oldest - 1, oldest }
    );
    assert!(matches!(view.state_at(u64::MAX), Err(HistoryError::AboveHead { .. })));
}

#[test]
fn a_block_of_an_unknown_parent_is_nobodys_fault() {
    let mut ours = TestChain::new(dev_spec());
    let mut theirs = TestChain::new(dev_spec());
    theirs.mine(Vec::new());
    let orphan = theirs.mine(Vec::new());
    let error = ours.import_foreign(&orphan).unwrap_err();
    assert_eq!(error.fault(), hanzo_types::Fault::Transient);
    assert!(error.to_string().contains("unknown parent"), "{error}");
}

#[test]
fn block_hash_of_every_mined_block_is_reachable_by_number() {
    let mut chain = TestChain::new(dev_spec());
    let hashes: Vec<_> = (0..40).map(|_| chain.mine(Vec::new()).hash()).collect();
    let view = chain.view();
    for (number, hash) in (1..).zip(hashes) {
        assert_eq!(view.canonical_hash(number).unwrap(), Some(hash));
        assert_eq!(view.block_by_number(number).unwrap().unwrap().hash(), hash);
        assert_eq!(view.latest_state().block_hash(number).unwrap(), hash);
    }
}

#[test]
fn importing_a_block_below_the_base_changes_nothing() {
    let mut chain = TestChain::new(dev_spec());
    let first = chain.mine(Vec::new());
    for _ in 0..40 {
        chain.mine(Vec::new());
    }
    let head = chain.view().head().hash();
    assert!(matches!(chain.import_foreign(&first).unwrap(), Inserted::Known));
    assert_eq!(chain.view().head().hash(), head);
}

#[test]
fn side_blocks_are_bounded_and_a_dropped_one_can_come_again() {
    let mut ours = TestChain::new(dev_spec());
    let theirs = TestChain::new(dev_spec());
    ours.mine(Vec::new());
    let head = ours.mine(Vec::new());
    let siblings: Vec<_> = (0..MAX_SIDE_BLOCKS + 3)
        .map(|number| {
            let text = number.to_string().into_bytes();
            seal(theirs.build_with(Vec::new(), |header| header.extra_data = text.into()).block)
        })
        .collect();
    for sibling in &siblings {
        assert!(matches!(ours.import_foreign(sibling).unwrap(), Inserted::Side));
    }
    assert_eq!(ours.tree().side_blocks(), MAX_SIDE_BLOCKS);
    assert_eq!(ours.view().head().hash(), head.hash());
    let again = siblings.iter().map(|sibling| ours.import_foreign(sibling).unwrap());
    assert!(again.filter(|inserted| matches!(inserted, Inserted::Side)).count() >= 3);
    assert_eq!(ours.tree().side_blocks(), MAX_SIDE_BLOCKS);
}
