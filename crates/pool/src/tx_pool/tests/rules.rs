//! One rule at a time, where only the core shows it.

use super::*;

#[test]
fn nothing_stays_behind_after_many_rounds_of_adding_and_mining() {
    let mut pool = pool();
    let mut number = 0;
    for round in 0..200 {
        for nonce in [2, 0, 1] {
            for sender in 0..20 {
                number += 1;
                let sketch = Sketch::simple(sender, round * 3 + nonce, 20);
                let origin = TransactionOrigin::Local;
                pool.insert(sketch.checked(number), rich(round * 3), origin).unwrap();
            }
        }
        assert_eq!(pool.drain_promoted().len(), 60);
        let mined: Vec<_> = (0..20).map(|sender| (sender, rich(round * 3 + 3))).collect();
        pool.apply_head(change(head(10), &mined));
        assert!(pool.senders.is_empty() && pool.by_hash.is_empty() && pool.promoted.is_empty());
        assert!(pool.lowest_pending.is_empty() && pool.blocked.is_empty());
        assert!(pool.evictable.is_empty());
        assert_eq!(pool.bytes, 0);
    }
    assert_eq!(pool.status().counters.settled, number);
}

#[test]
fn two_thousand_transactions_of_one_thousand_senders_out_of_order_all_become_executable() {
    let mut pool = pool();
    for nonce in [1, 0] {
        for sender in 0..1_000_u64 {
            let mut transaction = Sketch::simple(0, nonce, 20).checked(2 * sender + nonce);
            let signer = Address::from_word(B256::from(U256::from(sender + 1)));
            transaction.transaction =
                Recovered::new_unchecked(transaction.transaction.into_inner(), signer);
            pool.insert(transaction, rich(0), TransactionOrigin::Local).unwrap();
        }
    }
    assert_eq!(pool.status().pending, 2_000);
    assert_eq!(pool.best_hashes(10).len(), 2_000);
    pool.assert_consistent();
}

#[test]
fn what_closes_a_gap_takes_the_place_of_the_senders_last_at_the_limit() {
    let mut pool = TxPool::new(config(BaseFeeAdmission::Park), head(10));
    let mut add = |nonce| {
        let checked = Sketch::simple(1, nonce, 20).checked(nonce);
        let added = pool.insert(checked, rich(0), TransactionOrigin::Local);
        (added.map_err(|error| error.to_string()), pool.pending_nonce(address(1)))
    };
    for nonce in 1..=5 {
        assert!(add(nonce).0.is_ok());
    }
    let refused = "account limit exceeded: pooled 5 txs, limit 5".to_owned();
    assert_eq!(add(6), (Err(refused), None));
    assert!(matches!(add(0), (Ok(_), Some(5))));
    assert_eq!(pool.status().counters.evicted, 1);
}

#[test]
fn a_newcomer_that_pays_least_is_refused_and_nothing_else_moves() {
    let mut pool = TxPool::new(config(BaseFeeAdmission::Park), head(10));
    for number in 0..10 {
        let sketch = Sketch::simple(turn(number, 2), number / 2, 20);
        pool.insert(sketch.checked(number), rich(0), TransactionOrigin::Local).unwrap();
    }
    let (before, version) = (pool.best_hashes(0), pool.version());
    let cheap = Sketch::simple(9, 0, 11).checked(90);
    let error = pool.insert(cheap, rich(0), TransactionOrigin::Local).unwrap_err();
    assert_eq!(error.to_string(), "txpool is full");
    assert_eq!((pool.best_hashes(0), pool.version()), (before, version));
    assert_eq!(pool.status().counters.evicted, 0);

    let dear = Sketch::simple(9, 0, 21).checked(91);
    pool.insert(dear, rich(0), TransactionOrigin::Local).unwrap();
    assert_eq!(pool.status().counters.evicted, 1);
    pool.assert_consistent();
}

#[test]
fn a_queued_transaction_is_evicted_before_a_cheaper_executable_one() {
    let mut pool = TxPool::new(config(BaseFeeAdmission::Park), head(10));
    for number in 0..9 {
        let sketch = Sketch::simple(turn(number, 3), number / 3, 12);
        pool.insert(sketch.checked(number), rich(0), TransactionOrigin::Local).unwrap();
    }
    let gapped = Sketch::simple(7, 3, 500);
    pool.insert(gapped.checked(50), rich(0), TransactionOrigin::Local).unwrap();
    let newcomer = Sketch::simple(8, 0, 13);
    pool.insert(newcomer.checked(51), rich(0), TransactionOrigin::Local).unwrap();
    assert!(!pool.contains(B256::from(U256::from(50_u64))));
    assert_eq!(pool.status().pending, 10);
}

#[test]
fn a_falling_balance_queues_what_it_does_not_cover_and_a_rising_one_brings_it_back() {
    let mut pool = pool();
    for nonce in 0..3 {
        let checked = Sketch::simple(1, nonce, 20).checked(nonce);
        pool.insert(checked, rich(0), TransactionOrigin::Local).unwrap();
    }
    let poor = SenderFacts { nonce: 0, balance: U256::from(2 * 20 * GAS) };
    pool.apply_head(change(head(10), &[(1, poor)]));
    assert_eq!((pool.status().pending, pool.status().queued), (2, 1));
    pool.apply_head(change(head(10), &[(1, rich(0))]));
    assert_eq!(pool.status().pending, 3);
}

#[test]
fn a_transaction_above_a_fallen_block_gas_limit_is_dropped() {
    let mut pool = pool();
    let big = Sketch { gas_limit: 90_000, ..Sketch::simple(1, 0, 20) };
    pool.insert(big.checked(1), rich(0), TransactionOrigin::Local).unwrap();
    let small = Sketch::simple(2, 0, 20);
    pool.insert(small.checked(2), rich(0), TransactionOrigin::Local).unwrap();
    pool.apply_head(change(PoolHead { gas_limit: 89_999, ..head(10) }, &[]));
    assert_eq!((pool.status().total(), pool.status().counters.unexecutable), (1, 1));
}

#[test]
fn skipping_a_sender_drops_its_later_transactions_and_nobody_elses() {
    let mut pool = pool();
    for number in 0..6 {
        let checked = Sketch::simple(turn(number, 2), number / 2, 20).checked(number);
        pool.insert(checked, rich(0), TransactionOrigin::Local).unwrap();
    }
    let mut best = BestTransactions::new(10, pool.executable_lanes(10));
    let failed = best.next().unwrap();
    best.skip_sender_of(&failed);
    assert!(best.all(|transaction| transaction.sender() != failed.sender()));
    let mut best = BestTransactions::new(10, pool.executable_lanes(10));
    best.skip_sender_of(&failed);
    assert_eq!(best.count(), 3);
}

#[test]
fn a_replacement_needs_ten_percent_more_rounded_up_and_always_more() {
    assert_eq!(bumped(100, 10), 110);
    assert_eq!(bumped(101, 10), 112);
    assert_eq!(bumped(1, 10), 2);
    assert_eq!(bumped(0, 10), 1);
    assert_eq!(bumped(5, 0), 6);
    assert_eq!(bumped(u128::MAX, 10), u128::MAX);
}

#[test]
fn a_fee_cap_that_no_base_fee_can_fall_to_is_refused_even_where_transactions_park() {
    let mut pool = TxPool::new(config(BaseFeeAdmission::Park), head(1_000));
    let mut add = |number, cap| {
        let checked = Sketch::simple(1, number, cap).checked(number);
        pool.insert(checked, rich(0), TransactionOrigin::Local).map(drop)
    };
    assert!(add(0, 7).is_ok());
    assert!(matches!(
        add(1, 6),
        Err(PoolError::FeeCapBelowBaseFee { fee_cap: 6, base_fee: 7, .. })
    ));
    // A chain that began below can stay below.
    let mut pool = TxPool::new(config(BaseFeeAdmission::Park), head(3));
    let checked = Sketch::simple(1, 0, 3).checked(9);
    assert!(pool.insert(checked, rich(0), TransactionOrigin::Local).is_ok());
}
