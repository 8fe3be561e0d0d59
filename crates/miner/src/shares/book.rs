//! The shares that are not accepted yet.

use alloy_primitives::{Bytes, U256};
use hanzo_types::SHARE_WINDOW_BLOCKS;
use std::collections::BTreeMap;

/// Shares in one transaction: an eighth of the gas of a block, and two thirds of the bytes that a pool
/// takes in one.
pub(super) const MAX_BATCH: usize = 128;

/// A share is given up when it is good for fewer blocks than this. A transaction is refused as a whole if
/// the block that takes it comes too late for one of its shares, so those that are almost out of time
/// would take all others with them.
const MIN_LIFE_BLOCKS: u64 = 16;

/// So many shares are worth a transaction.
const WORTH_SENDING: usize = 32;

/// Shares are sent, however few, when the oldest is so many blocks old: a quarter of the time that they
/// are good for, so that a lost transaction can be repeated.
const MAX_AGE_BLOCKS: u64 = 16;

/// Most shares that wait: more than a machine finds at the least difficulty while they are good.
const MAX_WAITING: usize = 4_096;

/// Where a share comes in the order in which the contract takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ShareOrder {
    /// Block number of its header.
    pub(super) number: u64,
    /// Its lottery number.
    pub(super) pow: U256,
}

/// A sealed header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Share {
    pub(super) order: ShareOrder,
    /// RLP.
    pub(super) header: Bytes,
}

/// The shares that are not accepted yet, in the order in which the contract takes them.
#[derive(Debug, Default)]
pub(super) struct ShareBook(BTreeMap<ShareOrder, Bytes>);

impl ShareBook {
    /// Keeps a share. Returns whether there was room for it.
    pub(super) fn add(&mut self, share: Share) -> bool {
        if self.0.len() >= MAX_WAITING {
            return false;
        }
        self.0.insert(share.order, share.header);
        true
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes out what blocks after `head` accept for too short a time. Returns how many.
    pub(super) fn expire(&mut self, head: u64) -> usize {
        let before = self.0.len();
        self.0.retain(|order, _| has_time(order.number, head, MIN_LIFE_BLOCKS));
        before.saturating_sub(self.0.len())
    }

    /// Takes out the shares that should be sent now, in their order: none if they are few and young.
    ///
    /// Those of the newest two numbers stay: more of them may come, and a lower one after a higher
    /// would be refused.
    pub(super) fn due(&mut self, head: u64) -> Option<Vec<Share>> {
        let oldest = self.0.first_key_value()?.0.number;
        let is_old = oldest.saturating_add(MAX_AGE_BLOCKS) <= head;
        let complete = self.0.keys().filter(|order| order.number < head).count();
        if complete == 0 || (complete < WORTH_SENDING && !is_old) {
            return None;
        }
        Some(self.take(complete))
    }

    /// Takes out all shares, for nothing more will come.
    pub(super) fn rest(&mut self) -> Vec<Share> {
        self.take(usize::MAX)
    }

    fn take(&mut self, count: usize) -> Vec<Share> {
        let taken = std::iter::from_fn(|| self.0.pop_first()).take(count.min(MAX_BATCH));
        taken.map(|(order, header)| Share { order, header }).collect()
    }
}

/// Whether shares of block `number` are accepted by `blocks` blocks after `head`.
pub(super) const fn has_time(number: u64, head: u64, blocks: u64) -> bool {
    // The last block that takes them is number + 63.
    number.saturating_add(SHARE_WINDOW_BLOCKS) > head.saturating_add(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(number: u64, pow: u64) -> Share {
        let order = ShareOrder { number, pow: U256::from(pow) };
        Share { order, header: Bytes::from(vec![1]) }
    }

    fn book(shares: impl IntoIterator<Item = (u64, u64)>) -> ShareBook {
        let mut book = ShareBook::default();
        for (number, pow) in shares {
            assert!(book.add(share(number, pow)));
        }
        book
    }

    fn orders(shares: &[Share]) -> Vec<(u64, u64)> {
        shares.iter().map(|share| (share.order.number, share.order.pow.to())).collect()
    }

    #[test]
    fn few_young_shares_wait_and_are_sent_when_the_oldest_is_16_blocks_old() {
        let mut book = book([(100, 9), (101, 3), (100, 4)]);
        assert_eq!(book.due(115), None);
        let due = book.due(116).unwrap();
        assert_eq!(orders(&due), [(100, 4), (100, 9), (101, 3)]);
        assert_eq!(book.len(), 0);
    }

    #[test]
    fn many_shares_are_sent_at_once_up_to_a_batch() {
        let mut book = book((0..164).map(|pow| (7, pow)));
        let due = book.due(8).unwrap();
        assert_eq!(due.len(), MAX_BATCH);
        assert_eq!(due.first().unwrap().order.pow, U256::ZERO);
        assert_eq!(book.len(), 36);
    }

    #[test]
    fn shares_of_numbers_that_may_still_get_more_stay() {
        let mut book = book((0..40).map(|pow| (7, pow)).chain([(8, 1), (9, 1)]));
        assert_eq!(book.due(7), None);
        let due = book.due(8).unwrap();
        assert!(due.iter().all(|share| share.order.number == 7));
        assert_eq!(book.len(), 2);
    }

    #[test]
    fn a_share_is_given_up_before_a_transaction_with_it_could_come_too_late() {
        let mut book = book([(10, 1), (11, 1)]);
        // Block 73 is the last that takes shares of block 10: the sixteenth after block 57.
        assert_eq!(book.expire(57), 0);
        assert_eq!(book.expire(58), 1);
        assert_eq!(book.len(), 1);
        assert!(has_time(10, 72, 1) && !has_time(10, 73, 1));
    }

    #[test]
    fn what_finds_no_room_is_refused() {
        let mut book = book((0..4_096).map(|pow| (7, pow)));
        assert!(!book.add(share(7, 5_000)));
    }
}
