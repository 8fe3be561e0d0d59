//! The transaction that no block has yet.

use super::{
    book::{Share, ShareOrder},
    price::Price,
};
use alloy_primitives::B256;

/// Heads after which a transaction that no block has makes room for a better paid one.
const PATIENCE_HEADS: u64 = 8;

/// What a transaction is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cargo {
    Shares(Vec<Share>),
    Claim { epoch: u64 },
}

/// A transaction that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) hash: B256,
    pub(super) price: Price,
    pub(super) cargo: Cargo,
}

/// Transactions with one nonce, of which a block takes one at most: each was sent in place of the one
/// before. There is never another nonce under way.
#[derive(Debug)]
pub(super) struct Flight {
    nonce: u64,
    attempts: Vec<Attempt>,
    /// Heads since the last one was sent. Counted, for numbers of heads can go back.
    heads: u64,
}

/// What became of a flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// A block has a transaction with this nonce.
    Landed,
    /// No block will take it: the node does not know it, or the chain has lost what came before it.
    Gone,
    /// It may still come.
    UnderWay,
}

impl Flight {
    pub(super) fn new(nonce: u64, first: Attempt) -> Self {
        Self { nonce, attempts: vec![first], heads: 0 }
    }

    pub(super) const fn nonce(&self) -> u64 {
        self.nonce
    }

    /// A transaction was sent in place of the last one.
    pub(super) fn replace(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
        self.heads = 0;
    }

    /// The node has not taken the last one. Returns whether there is none left.
    pub(super) fn take_back(&mut self, hash: B256) -> bool {
        self.attempts.retain(|attempt| attempt.hash != hash);
        self.attempts.is_empty()
    }

    /// The newest first: it is likelier to be in a block.
    pub(super) fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().rev()
    }

    /// What the last one offers.
    pub(super) fn price(&self) -> Option<Price> {
        self.attempts.last().map(|attempt| attempt.price)
    }

    /// Whether one of them has this share.
    pub(super) fn carries(&self, order: &ShareOrder) -> bool {
        self.attempts.iter().any(|attempt| match &attempt.cargo {
            Cargo::Shares(shares) => {
                shares.binary_search_by(|share| share.order.cmp(order)).is_ok()
            }
            Cargo::Claim { .. } => false,
        })
    }

    /// There is another head.
    pub(super) const fn see_head(&mut self) {
        self.heads = self.heads.saturating_add(1);
    }

    /// Whether it has had its time.
    pub(super) const fn is_late(&self) -> bool {
        self.heads >= PATIENCE_HEADS
    }

    /// What became of it, where the sender's next nonce is `next` and the node has `known` the last one.
    pub(super) const fn fate(&self, next: u64, known: Known) -> Fate {
        if next > self.nonce {
            return Fate::Landed;
        }
        // Where the nonces before it are free again, it may never be executed: the sender starts anew.
        if next < self.nonce {
            return Fate::Gone;
        }
        match known {
            Known::Yes => Fate::UnderWay,
            Known::No => Fate::Gone,
        }
    }
}

/// Whether a node knows a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Bytes, U256};

    fn attempt(hash: u8, shares: &[u64]) -> Attempt {
        let share = |number: &u64| Share {
            order: order(*number),
            parent: B256::ZERO,
            header: Bytes::new(),
        };
        Attempt {
            hash: B256::repeat_byte(hash),
            price: Price { tip: 1, max_fee: u128::from(hash) },
            cargo: Cargo::Shares(shares.iter().map(share).collect()),
        }
    }

    fn order(number: u64) -> ShareOrder {
        ShareOrder { number, pow: U256::ONE }
    }

    #[test]
    fn a_used_nonce_ends_a_flight_whoever_used_it() {
        let flight = Flight::new(5, attempt(1, &[1]));
        for known in [Known::Yes, Known::No] {
            assert_eq!(flight.fate(6, known), Fate::Landed);
        }
    }

    #[test]
    fn what_the_node_does_not_know_any_more_is_gone_at_once() {
        let flight = Flight::new(5, attempt(1, &[1]));
        assert_eq!(flight.fate(5, Known::Yes), Fate::UnderWay);
        assert_eq!(flight.fate(5, Known::No), Fate::Gone);
    }

    #[test]
    fn a_nonce_that_went_back_ends_a_flight() {
        let flight = Flight::new(5, attempt(1, &[1]));
        assert_eq!(flight.fate(4, Known::Yes), Fate::Gone);
    }

    #[test]
    fn patience_is_counted_in_heads_and_starts_anew_with_each_transaction() {
        let mut flight = Flight::new(5, attempt(1, &[1]));
        for _ in 0..PATIENCE_HEADS {
            assert!(!flight.is_late());
            flight.see_head();
        }
        assert!(flight.is_late());
        flight.replace(attempt(2, &[1]));
        assert!(!flight.is_late());
    }

    #[test]
    fn a_flight_carries_the_shares_of_all_its_transactions() {
        let mut flight = Flight::new(5, attempt(1, &[1, 2]));
        flight.replace(attempt(2, &[2, 3]));
        let carried = [0, 1, 2, 3, 4].map(|number| flight.carries(&order(number)));
        assert_eq!(carried, [false, true, true, true, false]);
        assert_eq!(flight.price().unwrap().max_fee, 2);
        let hashes: Vec<_> = flight.attempts().map(|attempt| attempt.hash.0[0]).collect();
        assert_eq!(hashes, [2, 1]);
    }

    #[test]
    fn what_the_node_has_not_taken_leaves_the_one_before_in_its_place() {
        let mut flight = Flight::new(5, attempt(1, &[1]));
        flight.replace(attempt(2, &[1]));
        assert!(!flight.take_back(B256::repeat_byte(2)));
        assert_eq!(flight.price().unwrap().max_fee, 1);
        assert!(flight.take_back(B256::repeat_byte(1)));
    }
}
