//! Many transactions at once, in no particular order.

use crate::sketch::{mine, pool_on, sender, spec_with_senders, transfer};
use hanzo_pool::{Pool, PoolConfig, PoolError, TransactionOrigin};
use hanzo_testkit::TestChain;
use std::{collections::BTreeSet, thread};

/// Transfers that a block of 30 Mgas has room for.
const BLOCK_TRANSFERS: usize = 1_400;

#[test]
fn two_thousand_transactions_of_one_thousand_senders_from_eight_threads_are_all_mined() {
    let mut chain = TestChain::new(spec_with_senders(1_000));
    let pool = pool_on(&chain, PoolConfig::default());
    thread::scope(|scope| {
        for part in 0..8_u64 {
            let pool = &pool;
            scope.spawn(move || {
                // The second nonce of every sender comes first, from another thread.
                for index in (part..1_000).step_by(8) {
                    let other = (index + 1) % 1_000;
                    pool.add(transfer(other, 1), TransactionOrigin::Local).unwrap();
                    pool.add(transfer(index, 0), TransactionOrigin::Local).unwrap();
                }
            });
        }
    });
    assert_eq!((pool.status().pending, pool.status().queued), (2_000, 0));
    while pool.status().total() > 0 {
        let base_fee = chain.view().next_base_fee();
        let body: Vec<_> =
            pool.best(base_fee).take(BLOCK_TRANSFERS).map(|tx| tx.transaction.clone()).collect();
        assert!(!body.is_empty(), "executable transactions and no block for them");
        mine(&mut chain, &pool, body);
    }
    assert_eq!(chain.view().head_number(), 2);
    assert_eq!(pool.status().bytes, 0);
}

#[test]
fn eight_threads_on_the_same_senders_lose_nothing_and_take_nothing_twice() {
    let chain = TestChain::new(spec_with_senders(4));
    let pool = pool_on(&chain, PoolConfig::default());
    let mut promoted = pool.subscribe();
    let mut changed = pool.changed();
    changed.borrow_and_update();
    let accepted: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..)
            .zip([7, 11, 13, 17, 19, 23, 29, 31])
            .map(|(part, stride)| {
                let pool = &pool;
                scope.spawn(move || hammer(pool, part, stride))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(accepted, 800);
    assert_eq!((pool.status().pending, pool.status().total()), (800, 800));
    for index in 0..4 {
        assert_eq!(pool.pending_nonce(sender(index)), Some(200));
    }
    let hashes: BTreeSet<_> =
        std::iter::from_fn(|| promoted.try_recv().ok()).map(|tx| tx.hash()).collect();
    assert_eq!(hashes.len(), 800);
    assert_eq!(*changed.borrow_and_update(), pool.version());
}

/// Sends every transaction that two threads share, each thread in another order. Returns how many
/// were taken from this one.
fn hammer(pool: &Pool, part: u64, stride: u64) -> usize {
    let mut accepted = 0;
    for step in 0..200_u64 {
        // A stride that is coprime to 200 visits every nonce once.
        let nonce = (step * stride + part) % 200;
        match pool.add(transfer(part % 4, nonce), TransactionOrigin::Local) {
            Ok(_) => accepted += 1,
            Err(PoolError::AlreadyKnown { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    accepted
}

#[test]
fn nothing_is_lost_while_blocks_come_in() {
    let mut chain = TestChain::new(spec_with_senders(8));
    let pool = pool_on(&chain, PoolConfig::default());
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8_u64)
            .map(|index| {
                let pool = &pool;
                scope.spawn(move || {
                    for nonce in [1, 0, 3, 2, 5, 4, 7, 6, 9, 8] {
                        pool.add(transfer(index, nonce), TransactionOrigin::Local).unwrap();
                    }
                })
            })
            .collect();
        while threads.iter().any(|thread| !thread.is_finished()) {
            mine_best(&mut chain, &pool);
        }
    });
    mine_best(&mut chain, &pool);
    assert_eq!(pool.status().total(), 0);
    assert_eq!(pool.status().counters.settled, 80);
}

fn mine_best(chain: &mut TestChain, pool: &Pool) {
    let body = pool.best(chain.view().next_base_fee()).map(|tx| tx.transaction.clone()).collect();
    mine(chain, pool, body);
}
