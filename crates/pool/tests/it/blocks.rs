//! What blocks do to the pool.

use crate::sketch::{FEE_CAP, mine, pool_on, priced, sender, spec_with_senders, transfer, with};
use alloy_primitives::U256;
use hanzo_chain::{CanonObserver as _, Inserted};
use hanzo_pool::{Pool, PoolConfig, TransactionOrigin};
use hanzo_testkit::{Signer, TestChain};
use hanzo_types::{DEV_ACCOUNTS, RecoveredTransaction};
use std::sync::Arc;

fn chain() -> TestChain {
    TestChain::new(spec_with_senders(4))
}

fn add(pool: &Pool, transaction: RecoveredTransaction) {
    pool.add(transaction, TransactionOrigin::Local).unwrap();
}

fn parts(pool: &Pool) -> (usize, usize, usize) {
    let status = pool.status();
    (status.pending, status.basefee, status.queued)
}

#[test]
fn mined_transactions_leave_and_their_successors_stay_executable() {
    let mut chain = chain();
    let pool = pool_on(&chain, PoolConfig::default());
    for nonce in 0..3 {
        add(&pool, transfer(0, nonce));
    }
    assert_eq!(pool.pending_nonce(sender(0)), Some(3));
    mine(&mut chain, &pool, vec![transfer(0, 0), transfer(0, 1)]);
    assert_eq!(parts(&pool), (1, 0, 0));
    assert_eq!(pool.status().counters.settled, 2);
    mine(&mut chain, &pool, vec![transfer(0, 2)]);
    assert_eq!((pool.status().total(), pool.status().bytes), (0, 0));
    assert_eq!(pool.pending_nonce(sender(0)), None);
}

#[test]
fn a_transaction_whose_nonce_another_one_used_leaves() {
    let mut chain = chain();
    let pool = pool_on(&chain, PoolConfig::default());
    add(&pool, transfer(0, 0));
    mine(&mut chain, &pool, vec![priced(0, 0, FEE_CAP, 5)]);
    assert_eq!(pool.status().total(), 0);
}

#[test]
fn a_nonce_gap_waits_until_a_block_or_a_transaction_closes_it() {
    let mut chain = chain();
    let pool = pool_on(&chain, PoolConfig::default());
    add(&pool, transfer(0, 1));
    add(&pool, transfer(0, 3));
    assert_eq!(parts(&pool), (0, 0, 2));
    mine(&mut chain, &pool, vec![transfer(0, 0)]);
    assert_eq!(parts(&pool), (1, 0, 1));
    add(&pool, transfer(0, 2));
    assert_eq!(parts(&pool), (3, 0, 0));
}

#[test]
fn a_transfer_out_of_the_pools_sight_queues_what_the_balance_no_longer_covers() {
    let spec = spec_with_senders(0);
    let mut chain = TestChain::new(Arc::clone(&spec));
    let pool = pool_on(&chain, PoolConfig::default());
    let alice = Signer::dev(0, &spec);
    let balance = {
        use hanzo_state::StateRead as _;
        chain.view().latest_state().account(alice.address()).unwrap().unwrap().balance
    };
    add(&pool, alice.transfer(1, DEV_ACCOUNTS[1], 1));
    let fee = U256::from(21_000) * U256::from(10_000_000_000_u64);
    let drain = alice.call(0, DEV_ACCOUNTS[1], balance - fee, Default::default(), 21_000);
    mine(&mut chain, &pool, vec![drain]);
    assert_eq!(parts(&pool), (0, 0, 1));
    let bob = Signer::dev(1, &spec);
    let refill = bob.call(0, alice.address(), fee * U256::from(2), Default::default(), 21_000);
    mine(&mut chain, &pool, vec![refill]);
    assert_eq!(parts(&pool), (1, 0, 0));
}

#[test]
fn a_falling_base_fee_frees_what_was_parked() {
    let mut chain = chain();
    let pool = pool_on(&chain, PoolConfig::default());
    let base_fee = u128::from(chain.view().next_base_fee());
    let parked = priced(0, 0, base_fee - 1, 0);
    add(&pool, parked);
    add(&pool, transfer(0, 1));
    assert_eq!(parts(&pool), (0, 2, 0));
    assert_eq!(pool.pending_nonce(sender(0)), Some(2));
    let mut promoted = pool.subscribe();
    mine(&mut chain, &pool, Vec::new());
    assert!(u128::from(chain.view().next_base_fee()) < base_fee);
    assert_eq!(parts(&pool), (2, 0, 0));
    assert!(!pool.has_base_fee_parked());
    let announced: Vec<_> = std::iter::from_fn(|| promoted.try_recv().ok()).collect();
    assert_eq!(announced.iter().map(|tx| tx.nonce()).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn reverted_transactions_come_back_unless_the_winning_branch_has_them() {
    let spec = spec_with_senders(4);
    let mut ours = TestChain::new(Arc::clone(&spec));
    let mut theirs = TestChain::new(Arc::clone(&spec));
    let pool = pool_on(&ours, PoolConfig::default());
    let (alice, bob) = (Signer::dev(0, &spec), Signer::dev(1, &spec));
    let shared = bob.transfer(0, DEV_ACCOUNTS[2], 5);
    let mine_first = vec![alice.transfer(0, DEV_ACCOUNTS[2], 1), shared.clone()];
    let lost = alice.transfer(1, DEV_ACCOUNTS[2], 1);
    mine(&mut ours, &pool, mine_first);
    mine(&mut ours, &pool, vec![lost]);
    add(&pool, alice.transfer(2, DEV_ACCOUNTS[2], 1));

    let branch: Vec<_> =
        [vec![shared.clone()], vec![], vec![]].map(|body| theirs.mine(body)).into_iter().collect();
    for block in &branch {
        if let Inserted::Head(update) = ours.import_foreign(block).unwrap() {
            pool.on_canon_update(&update);
        }
    }
    assert_eq!(ours.view().head().hash(), theirs.view().head().hash());
    assert_eq!(parts(&pool), (3, 0, 0));
    assert_eq!(pool.status().counters.reinjected, 2);
    assert_eq!(pool.pending_nonce(alice.address()), Some(3));
    assert!(pool.get(*shared.tx_hash()).is_none());
    let best: Vec<_> = pool.best(ours.view().next_base_fee()).map(|tx| tx.nonce()).collect();
    assert_eq!(best, [0, 1, 2]);
}

#[test]
fn the_content_divides_executable_and_waiting_by_sender_and_nonce() {
    let chain = chain();
    let pool = pool_on(&chain, PoolConfig::default());
    add(&pool, transfer(1, 0));
    add(&pool, transfer(0, 1));
    add(&pool, transfer(0, 0));
    add(&pool, transfer(0, 7));
    add(&pool, priced(2, 0, 7, 0));
    let content = pool.content();
    assert_eq!(content.pending[&sender(0)].keys().copied().collect::<Vec<_>>(), [0, 1]);
    assert_eq!(content.pending[&sender(1)].len(), 1);
    assert_eq!(content.pending[&sender(2)].len(), 1);
    assert_eq!(content.queued.keys().copied().collect::<Vec<_>>(), [sender(0)]);
    assert_eq!(content.queued[&sender(0)][&7].nonce(), 7);
}

#[test]
fn the_version_channel_wakes_on_what_is_executable_and_sleeps_through_the_rest() {
    let mut chain = chain();
    let pool = pool_on(&chain, PoolConfig::default());
    let mut changed = pool.changed();
    add(&pool, transfer(0, 1));
    assert!(!changed.has_changed().unwrap(), "a gap is not executable");
    mine(&mut chain, &pool, Vec::new());
    assert!(!changed.has_changed().unwrap(), "an empty block changes nothing here");
    add(&pool, transfer(0, 0));
    assert!(changed.has_changed().unwrap());
    assert_eq!(*changed.borrow_and_update(), pool.version());
    pool.remove_unexecutable(*transfer(0, 0).tx_hash());
    assert!(changed.has_changed().unwrap());
    assert_eq!(parts(&pool), (0, 0, 1));
}

#[test]
fn the_best_pay_most_at_the_base_fee_that_is_asked_for() {
    let chain = chain();
    let pool = pool_on(&chain, PoolConfig::default());
    add(&pool, priced(0, 0, 3_000_000_000, 3_000_000_000));
    add(&pool, priced(1, 0, 9_000_000_000, 2_000_000_000));
    add(&pool, with(1, 1, |tx| tx.max_priority_fee_per_gas = 9_000_000_000));
    let order = |base_fee| pool.best(base_fee).map(|tx| tx.arrival).collect::<Vec<_>>();
    assert_eq!(order(0), [0, 1, 2]);
    assert_eq!(order(2_000_000_000), [1, 2, 0]);
    assert_eq!(order(3_000_000_001), [1, 2]);
    assert_eq!(order(9_000_000_001), [0_u64; 0]);
}
