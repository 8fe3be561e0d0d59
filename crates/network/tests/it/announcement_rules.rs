//! Which announcements are passed on.

use alloy_primitives::B256;
use hanzo_network::{
    BlockAnnouncement, Examined, GossipId, Job, JobDone, Now, PeerId, WireError, Worker,
};
use hanzo_pool::{Pool, PoolConfig};
use hanzo_testkit::{Signer, TestChain, dev_spec};
use std::sync::Arc;

/// What a node at its genesis block makes of the announcement of a block with one transfer, after a change.
fn examined(change: impl FnOnce(&mut BlockAnnouncement)) -> Examined {
    let (ours, mut theirs) = (TestChain::new(dev_spec()), TestChain::new(dev_spec()));
    let transfer = Signer::dev(0, &dev_spec()).transfer(0, alloy_primitives::Address::ZERO, 1);
    let block = theirs.mine(vec![transfer]);
    assert_eq!(block.gas_used, 21_000);
    let mut announcement = BlockAnnouncement::of(block.sealed_block()).unwrap();
    change(&mut announcement);
    let view = ours.view();
    let pool = Pool::new(PoolConfig::default(), Arc::clone(&view));
    let worker = Worker { consensus: Arc::clone(ours.consensus()), pool };
    let (message, source) = (GossipId(1), PeerId::random());
    let bytes = alloy_rlp::encode(&announcement).into();
    let now = Now { unix: u64::MAX / 2, ..Now::default() };
    let done = worker.run(Job::ExamineBlock { message, source, bytes }, &view, now);
    let JobDone::ExaminedBlock { examined, .. } = done else { panic!("{done:?}") };
    examined
}

#[test]
fn hashes_that_may_be_those_of_the_block_are_passed_on() {
    assert!(matches!(examined(|_| {}), Examined::Good(_)));
    let other = examined(|announcement| announcement.transactions = vec![B256::ZERO]);
    assert!(matches!(other, Examined::Good(_)), "nobody can tell without the transactions");
}

#[test]
fn more_hashes_than_the_gas_of_the_block_pays_for_are_malformed() {
    let longer = examined(|announcement| announcement.transactions.push(B256::ZERO));
    let Examined::Malformed(WireError::TooMany { found: 2, max: 1, .. }) = longer else {
        panic!("{longer:?}")
    };
}
