//! What is left after the process is gone.

use alloy_primitives::{Address, U256};
use hanzo_chain::{ChainHandle, HIGH_WATER_BLOCKS, Origin, SEGMENT_BLOCKS};
use hanzo_state::StateRead;
use hanzo_testkit::{Signer, TestChain, dev_spec, seal};
use std::{fs, path::Path};

#[test]
fn every_imported_block_is_there_after_a_crash() {
    let mut chain = TestChain::new(dev_spec());
    let alice = Signer::dev(0, chain.spec());
    let bob = Address::repeat_byte(0xb0);
    for nonce in 0..50 {
        let block = chain.mine(vec![alice.transfer(nonce, bob, 1)]);
        if nonce % 7 == 0 {
            chain.reopen();
            assert_eq!(chain.view().head().hash(), block.hash());
        }
    }
    chain.reopen();
    let view = chain.view();
    assert_eq!(view.head_number(), 50);
    assert_eq!(view.latest_state().account(bob).unwrap().unwrap().balance, U256::from(50));
    for number in 1..=50 {
        let block = view.block_by_number(number).unwrap().unwrap();
        assert_eq!(view.receipts(block.hash()).unwrap().unwrap().len(), 1);
        let hash = *block.body().transactions[0].tx_hash();
        assert_eq!(view.transaction(hash).unwrap().unwrap().block_number, number);
    }
}

#[test]
fn a_crash_never_finds_more_blocks_to_execute_than_the_high_water() {
    let mut chain = TestChain::new(dev_spec());
    let alice = Signer::dev(0, chain.spec());
    for nonce in 0..100 {
        let _ = chain.mine(vec![alice.transfer(nonce, Address::repeat_byte(0xb0), 1)]);
        // A commit may be under way: then the store has the tip before it, or that after it.
        let durable = chain.tree().store().blocks_above_tip().unwrap().len();
        let head = usize::try_from(nonce).unwrap() + 1;
        assert!(durable <= HIGH_WATER_BLOCKS, "{durable} blocks at {head}");
        assert!(durable >= head.min(HIGH_WATER_BLOCKS - SEGMENT_BLOCKS), "{durable} at {head}");
        assert!(chain.tree().unpersisted_blocks() <= HIGH_WATER_BLOCKS);
    }
    assert!(chain.tree().unpersisted_blocks() < 100);
}

#[test]
fn the_next_block_is_executed_while_a_segment_is_committed() {
    let mut chain = TestChain::new(dev_spec());
    for _ in 0..HIGH_WATER_BLOCKS {
        let _ = chain.mine(Vec::new());
    }
    assert_eq!(chain.tree().unpersisted_blocks(), HIGH_WATER_BLOCKS, "on the way, not waited for");
    let _ = chain.mine(Vec::new());
    let left = HIGH_WATER_BLOCKS - SEGMENT_BLOCKS + 1;
    assert_eq!(chain.tree().unpersisted_blocks(), left);
    assert_eq!(chain.tree().store().blocks_above_tip().unwrap().len(), left);
}

#[test]
fn a_tree_that_is_dropped_has_let_go_of_its_database() {
    let mut chain = TestChain::new(dev_spec());
    for _ in 0..HIGH_WATER_BLOCKS {
        let _ = chain.mine(Vec::new());
    }
    // Opens the same directory, whose lock a commit under way would still hold.
    chain.reopen();
    assert_eq!(chain.tree().unpersisted_blocks(), HIGH_WATER_BLOCKS - SEGMENT_BLOCKS);
    assert_eq!(chain.view().head_number(), HIGH_WATER_BLOCKS as u64);
}

#[test]
fn the_first_seen_block_is_still_the_head_after_a_restart() {
    let mut ours = TestChain::new(dev_spec());
    let mut theirs = TestChain::new(dev_spec());
    let alice = Signer::dev(0, ours.spec());
    let first = ours.mine(vec![alice.transfer(0, Address::repeat_byte(1), 1)]);
    let other = theirs.mine(vec![alice.transfer(0, Address::repeat_byte(2), 1)]);
    ours.import_foreign(&other).unwrap();
    ours.reopen();
    assert_eq!(ours.view().head().hash(), first.hash());
}

#[tokio::test]
async fn an_orderly_stop_persists_everything_and_readers_saw_every_head() {
    let mut chain = TestChain::new(dev_spec());
    let consensus = chain.consensus().clone();
    let built = chain.build(Vec::new());
    let (handle, thread) = ChainHandle::start(chain.take_tree(), Vec::new()).unwrap();
    let mut updates = handle.subscribe();
    let block = seal(built.block);
    let checked = hanzo_chain::CheckedBlock::check_recovered(block.clone(), &*consensus).unwrap();
    handle.import(checked, Origin::Mined(built.prebuilt)).await.unwrap();
    assert_eq!(handle.view().head().hash(), block.hash());
    assert_eq!(updates.recv().await.unwrap().adopted[0].hash(), block.hash());
    tokio::task::spawn_blocking(move || thread.stop()).await.unwrap().unwrap();
    drop(handle);
    assert_eq!(log_bytes(&chain.path()), 0, "the next start has no log to replay");
    chain.reopen();
    assert_eq!(chain.tree().unpersisted_blocks(), 0);
    assert_eq!(chain.view().head().hash(), block.hash());
    assert_eq!(chain.view().oldest_state(), 0);
}

/// Bytes of the write-ahead log of the database at `path`.
fn log_bytes(path: &Path) -> u64 {
    let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    let logs = files.filter(|file| file.path().extension().is_some_and(|name| name == "log"));
    logs.map(|file| file.metadata().unwrap().len()).sum()
}
