//! Rules of transactions that a node is to tell others of, one at a time.

use alloy_primitives::Bytes;
use hanzo_network::{MAX_OUTGOING_TRANSACTIONS, OutgoingTransactions, TransactionBatch};
use std::time::Duration;

fn transaction(bytes: usize) -> Bytes {
    vec![1; bytes].into()
}

fn counts(batches: &[TransactionBatch]) -> Vec<usize> {
    batches.iter().map(|batch| batch.transactions().len()).collect()
}

#[test]
fn the_first_transaction_goes_at_once_and_those_after_it_together() {
    let mut outgoing = OutgoingTransactions::default();
    let at = Duration::from_millis;
    assert!(outgoing.due(at(1_000)).is_empty());
    outgoing.push(transaction(100));
    assert_eq!(counts(&outgoing.due(at(1_000))), [1]);
    for time in [1_001, 1_050, 1_099] {
        outgoing.push(transaction(100));
        assert!(outgoing.due(at(time)).is_empty(), "at {time} ms");
    }
    assert_eq!(counts(&outgoing.due(at(1_100))), [3]);
    outgoing.push(transaction(100));
    assert!(outgoing.due(at(1_199)).is_empty());
    assert_eq!(counts(&outgoing.due(at(1_200))), [1]);
}

#[test]
fn a_full_batch_does_not_wait() {
    let mut outgoing = OutgoingTransactions::default();
    let now = Duration::from_secs(1);
    outgoing.push(transaction(100));
    assert_eq!(outgoing.due(now).len(), 1);
    outgoing.push(transaction(100_000));
    assert!(outgoing.due(now).is_empty());
    outgoing.push(transaction(100_000));
    assert_eq!(counts(&outgoing.due(now)), [1, 1]);
}

#[test]
fn a_node_that_stops_takes_everything_that_waits() {
    let mut outgoing = OutgoingTransactions::default();
    outgoing.push(transaction(100));
    assert_eq!(outgoing.due(Duration::ZERO).len(), 1);
    outgoing.push(transaction(100));
    outgoing.push(transaction(100));
    assert_eq!(counts(&outgoing.take_all()), [2]);
    assert!(outgoing.take_all().is_empty());
    assert!(outgoing.due(Duration::MAX).is_empty());
}

#[test]
fn no_more_wait_than_there_is_room_for() {
    let mut outgoing = OutgoingTransactions::default();
    for _ in 0..MAX_OUTGOING_TRANSACTIONS {
        assert!(outgoing.push(transaction(1)));
    }
    assert!(!outgoing.push(transaction(1)));
    let sent: usize = counts(&outgoing.take_all()).iter().sum();
    assert_eq!(sent, MAX_OUTGOING_TRANSACTIONS);
    assert!(outgoing.push(transaction(1)));
}
