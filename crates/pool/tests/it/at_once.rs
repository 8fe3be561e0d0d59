//! What the pool decides without reading an account.

use crate::sketch::{mine, pool_on, sender, spec_with_senders, transfer};
use hanzo_pool::{Admission, Pool, PoolConfig, PoolError, TransactionOrigin};
use hanzo_testkit::TestChain;
use hanzo_types::RecoveredTransaction;

fn chain_and_pool() -> (TestChain, Pool) {
    let chain = TestChain::new(spec_with_senders(2));
    let pool = pool_on(&chain, PoolConfig::default());
    (chain, pool)
}

/// What the pool says at once, or `None` if it has to read the account.
fn at_once(pool: &Pool, transaction: RecoveredTransaction) -> Option<Result<(), PoolError>> {
    match pool.add_at_once(transaction, TransactionOrigin::Local) {
        Admission::Decided(result) => Some(result.map(drop)),
        Admission::NeedsAccount(_) => None,
    }
}

#[test]
fn only_the_first_transaction_of_a_sender_needs_its_account() {
    let (_chain, pool) = chain_and_pool();
    let first = pool.add_at_once(transfer(0, 0), TransactionOrigin::Local);
    let Admission::NeedsAccount(unread) = first else { panic!("{first:?}") };
    assert_eq!(pool.status().total(), 0);
    pool.add_unread(*unread).unwrap();
    assert!(matches!(at_once(&pool, transfer(0, 1)), Some(Ok(()))));
    assert!(at_once(&pool, transfer(1, 0)).is_none(), "of another sender");
    let known = at_once(&pool, transfer(0, 1));
    assert!(matches!(known, Some(Err(PoolError::AlreadyKnown { .. }))), "{known:?}");
    assert_eq!(pool.pending_nonce(sender(0)), Some(2));
}

#[test]
fn what_a_block_made_of_a_sender_is_known_until_the_next_block() {
    let (mut chain, pool) = chain_and_pool();
    pool.add(transfer(0, 0), TransactionOrigin::Local).unwrap();
    mine(&mut chain, &pool, vec![transfer(0, 0)]);
    assert_eq!(pool.status().total(), 0);
    let mined = at_once(&pool, transfer(0, 0));
    assert!(matches!(mined, Some(Err(PoolError::NonceTooLow { next: 1, nonce: 0 }))), "{mined:?}");
    // Out of the pool's sight the sender goes on; the pool must not believe what it knew.
    mine(&mut chain, &pool, vec![transfer(0, 1)]);
    assert!(at_once(&pool, transfer(0, 1)).is_none());
    pool.add(transfer(0, 2), TransactionOrigin::Local).unwrap();
    assert_eq!(pool.pending_nonce(sender(0)), Some(3));
}
