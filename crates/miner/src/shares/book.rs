//! The shares that are good for something yet.

use super::contract::LastShare;
use alloy_primitives::{B256, Bytes, U256};
use hanzo_types::SHARE_WINDOW_BLOCKS;
use std::collections::BTreeMap;

/// A share is given up when it is good for fewer blocks than this. A transaction is refused as a whole if
/// the block that takes it comes too late for one of its shares, so those that are almost out of time
/// would take all others with them.
const MIN_LIFE_BLOCKS: u64 = 16;

/// So many shares are worth a transaction.
const WORTH_SENDING: usize = 32;

/// Shares are sent, however few, when the oldest is so many blocks old: a quarter of the time that they
/// are good for, so that a lost transaction can be repeated.
const MAX_AGE_BLOCKS: u64 = 16;

/// Most shares that wait, and most that were accepted and are kept: more than a machine finds at the
/// least difficulty while they are good.
const MAX_SHARES: usize = 4_096;

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
    /// The block that it builds on.
    pub(super) parent: B256,
    /// RLP.
    pub(super) header: Bytes,
}

/// A share, and what was tried with it.
#[derive(Debug)]
struct Entry {
    share: Share,
    /// Whether a transaction with it was sent.
    is_sent: bool,
}

/// The shares that are good for something yet, in the order in which the contract takes them. The newest
/// of those that were accepted are kept, for the blocks with them may be taken back.
#[derive(Debug, Default)]
pub(super) struct ShareBook {
    waiting: BTreeMap<ShareOrder, Entry>,
    accepted: BTreeMap<ShareOrder, Entry>,
}

/// What the contract's last share says of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Compared {
    /// Shares that were accepted, and are not any more: they wait again.
    pub(super) reopened: usize,
    /// Shares that were sent, and that it must have accepted.
    pub(super) accepted: usize,
    /// Shares that were never sent, and that it would not take any more.
    pub(super) passed: usize,
}

impl ShareBook {
    /// Keeps a share. Returns whether there was room for it.
    pub(super) fn add(&mut self, share: Share) -> bool {
        if self.waiting.len() >= MAX_SHARES {
            return false;
        }
        self.waiting.insert(share.order, Entry { share, is_sent: false });
        true
    }

    /// Shares that wait, those that are under way included.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes out what blocks after `head` accept for too short a time, but what is under way only when
    /// none of them does. Returns how many.
    pub(super) fn expire(&mut self, head: u64, is_carried: impl Fn(&ShareOrder) -> bool) -> usize {
        let before = self.waiting.len();
        self.waiting.retain(|order, _| {
            let least = if is_carried(order) { 1 } else { MIN_LIFE_BLOCKS };
            has_time(order.number, head, least)
        });
        before.saturating_sub(self.waiting.len())
    }

    /// The shares that should be sent now, in their order and `most` of them: none if they are few and
    /// young.
    ///
    /// Those of the newest two numbers stay: more of them may come, and a lower one after a higher
    /// would be refused.
    pub(super) fn due(&self, head: u64, most: usize) -> Vec<Share> {
        let ready = || {
            let complete = self.waiting.values().take_while(|entry| entry.number() < head);
            complete.skip_while(|entry| !has_time(entry.number(), head, MIN_LIFE_BLOCKS))
        };
        let is_old =
            ready().next().is_some_and(|one| one.number().saturating_add(MAX_AGE_BLOCKS) <= head);
        if !is_old && ready().nth(WORTH_SENDING.saturating_sub(1)).is_none() {
            return Vec::new();
        }
        ready().take(most).map(Entry::share).collect()
    }

    /// What the block after `head` can take and is not under way, `most` of it: nothing more will come.
    pub(super) fn rest(
        &self,
        head: u64,
        most: usize,
        is_carried: impl Fn(&ShareOrder) -> bool,
    ) -> Vec<Share> {
        let next = head.saturating_add(1);
        let ready = self.waiting.values().take_while(|entry| entry.number() <= next);
        let left = ready.filter(|entry| !is_carried(&entry.share.order));
        let fresh = left.filter(|entry| has_time(entry.number(), head, MIN_LIFE_BLOCKS));
        fresh.take(most).map(Entry::share).collect()
    }

    /// A transaction with these shares was sent.
    pub(super) fn mark_sent(&mut self, shares: &[Share]) {
        for share in shares {
            if let Some(entry) = self.waiting.get_mut(&share.order) {
                entry.is_sent = true;
            }
        }
    }

    /// These are with the node, and nobody will hear what became of them.
    pub(super) fn hand_over(&mut self, shares: &[Share]) {
        for share in shares {
            self.waiting.remove(&share.order);
        }
    }

    /// Shares that wait and are not under way.
    pub(super) fn left(&self, is_carried: impl Fn(&ShareOrder) -> bool) -> usize {
        self.waiting.keys().filter(|order| !is_carried(order)).count()
    }

    /// These were accepted. Returns how many of them were not known to be.
    pub(super) fn accept(&mut self, shares: &[Share]) -> usize {
        let taken = shares.iter().filter_map(|share| self.waiting.remove(&share.order));
        let taken: Vec<Entry> = taken.collect();
        let count = taken.len();
        for entry in taken {
            self.accepted.insert(entry.share.order, entry);
        }
        while self.accepted.len() > MAX_SHARES {
            self.accepted.pop_first();
        }
        count
    }

    /// The contract will not take this share, nor any on the same wrong block. Returns how many go.
    pub(super) fn refuse(&mut self, refused: &Share, scope: RefusalScope) -> usize {
        let before = self.waiting.len();
        match scope {
            RefusalScope::Share => drop(self.waiting.remove(&refused.order)),
            RefusalScope::Siblings => self.waiting.retain(|order, entry| {
                order.number != refused.order.number || entry.share.parent != refused.parent
            }),
        }
        before.saturating_sub(self.waiting.len())
    }

    /// Sorts the shares by the last one that the contract has accepted after block `head`.
    pub(super) fn compare(&mut self, last: LastShare, head: u64) -> Compared {
        let mut compared = Compared::default();
        let next = head.saturating_add(1);
        for (order, entry) in self.accepted.extract_if(.., |order, _| !last.is_at_least(order)) {
            // What builds on blocks that are gone is worth nothing on those that come in their place.
            if order.number <= next && has_time(order.number, head, MIN_LIFE_BLOCKS) {
                compared.reopened = compared.reopened.saturating_add(1);
                self.waiting.insert(order, entry);
            }
        }
        for (order, entry) in self.waiting.extract_if(.., |order, _| last.is_at_least(order)) {
            if entry.is_sent {
                compared.accepted = compared.accepted.saturating_add(1);
                self.accepted.insert(order, entry);
            } else {
                compared.passed = compared.passed.saturating_add(1);
            }
        }
        compared
    }
}

/// What a refusal of a share says of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefusalScope {
    /// Nothing.
    Share,
    /// All that build on the same block are refused.
    Siblings,
}

impl Entry {
    const fn number(&self) -> u64 {
        self.share.order.number
    }

    fn share(&self) -> Share {
        self.share.clone()
    }
}

/// Whether shares of block `number` are accepted by `blocks` blocks after `head`.
const fn has_time(number: u64, head: u64, blocks: u64) -> bool {
    // The last block that takes them is number + 63.
    number.saturating_add(SHARE_WINDOW_BLOCKS) > head.saturating_add(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(number: u64, pow: u64) -> ShareOrder {
        ShareOrder { number, pow: U256::from(pow) << 64 }
    }

    fn share(number: u64, pow: u64) -> Share {
        let parent = B256::with_last_byte(1);
        Share { order: order(number, pow), parent, header: Bytes::from(vec![1]) }
    }

    fn book(shares: impl IntoIterator<Item = (u64, u64)>) -> ShareBook {
        let mut book = ShareBook::default();
        for (number, pow) in shares {
            assert!(book.add(share(number, pow)));
        }
        book
    }

    fn orders(shares: &[Share]) -> Vec<(u64, u64)> {
        let pow = |share: &Share| (share.order.pow >> 64_u8).to();
        shares.iter().map(|share| (share.order.number, pow(share))).collect()
    }

    fn last(number: u64, pow: u64) -> LastShare {
        LastShare { number, pow_bits: U256::from(pow) }
    }

    const NONE: fn(&ShareOrder) -> bool = |_| false;
    const ALL: fn(&ShareOrder) -> bool = |_| true;

    #[test]
    fn few_young_shares_wait_and_are_sent_when_the_oldest_is_16_blocks_old() {
        let book = book([(100, 9), (101, 3), (100, 4)]);
        assert_eq!(book.due(115, 128), []);
        assert_eq!(orders(&book.due(116, 128)), [(100, 4), (100, 9), (101, 3)]);
        assert_eq!(book.waiting(), 3, "they wait until they are accepted");
    }

    #[test]
    fn many_shares_are_sent_at_once_and_no_more_than_a_batch() {
        let book = book((0..164).map(|pow| (7, pow)));
        let due = book.due(8, 128);
        assert_eq!((due.len(), due.first().unwrap().order.pow), (128, U256::ZERO));
        assert_eq!(book.due(8, 50).len(), 50);
    }

    #[test]
    fn shares_of_numbers_that_may_still_get_more_stay() {
        let book = book((0..40).map(|pow| (7, pow)).chain([(8, 1), (9, 1)]));
        assert_eq!(book.due(7, 128), []);
        assert!(book.due(8, 128).iter().all(|share| share.order.number == 7));
    }

    #[test]
    fn shares_of_blocks_that_are_not_there_wait_and_are_not_refused() {
        let mut book = book((0..40).map(|pow| (700, pow)));
        assert_eq!(book.due(300, 128), []);
        assert_eq!(book.expire(300, NONE), 0);
        assert_eq!(book.rest(300, 128, NONE), []);
        assert_eq!(book.rest(699, 128, NONE).len(), 40, "they build on block 699");
    }

    #[test]
    fn a_share_is_given_up_before_a_transaction_with_it_could_come_too_late() {
        let mut book = book([(10, 1), (11, 1)]);
        // Block 73 is the last that takes shares of block 10: the sixteenth after block 57.
        assert_eq!(book.expire(57, NONE), 0);
        assert_eq!(book.expire(58, NONE), 1);
        assert_eq!(book.waiting(), 1);
    }

    #[test]
    fn what_is_under_way_is_given_up_when_no_block_can_take_it() {
        let mut book = book([(10, 1)]);
        assert_eq!(book.due(60, 128), [], "it is too old to be sent");
        assert_eq!(book.expire(72, ALL), 0);
        assert_eq!(book.expire(73, ALL), 1);
    }

    #[test]
    fn what_finds_no_room_is_refused() {
        let mut book = book((0..4_096).map(|pow| (7, pow)));
        assert!(!book.add(share(7, 5_000)));
    }

    #[test]
    fn the_rest_is_what_the_next_block_takes_and_no_transaction_has() {
        let book = book([(10, 1), (11, 1), (12, 1)]);
        let rest = book.rest(10, 128, |order| order.number == 10);
        assert_eq!(orders(&rest), [(11, 1)]);
        assert_eq!(orders(&book.rest(11, 1, NONE)), [(10, 1)]);
        assert_eq!(orders(&book.rest(58, 128, NONE)), [(11, 1), (12, 1)]);
    }

    #[test]
    fn an_accepted_share_is_counted_once() {
        let mut book = book([(10, 1), (10, 2)]);
        let shares = book.due(26, 128);
        assert_eq!(book.accept(&shares), 2);
        assert_eq!(book.accept(&shares), 0);
        assert_eq!(book.waiting(), 0);
    }

    #[test]
    fn shares_that_only_a_lost_block_has_accepted_wait_again_while_they_are_fresh() {
        let mut book = book([(10, 1), (10, 2), (11, 1)]);
        let shares = book.due(26, 128);
        book.mark_sent(&shares);
        book.accept(&shares);
        assert_eq!(book.compare(last(11, 1), 26), Compared::default());
        let reopened = Compared { reopened: 2, ..Compared::default() };
        assert_eq!(book.compare(last(10, 1), 27), reopened);
        assert_eq!(orders(&book.due(27, 128)), [(10, 2), (11, 1)]);
        // The block came back, or another with the same transaction.
        let accepted = Compared { accepted: 2, ..Compared::default() };
        assert_eq!(book.compare(last(11, 1), 28), accepted);
        assert_eq!(book.waiting(), 0);
        assert_eq!(book.compare(last(0, 0), 59), Compared::default(), "too old by now");
    }

    #[test]
    fn a_head_far_back_makes_old_shares_fresh_and_forgets_those_on_lost_blocks() {
        let mut book = book([(10, 1), (11, 1), (12, 1)]);
        let shares = book.due(28, 128);
        book.mark_sent(&shares);
        book.accept(&shares);
        book.expire(200, NONE);
        let reopened = Compared { reopened: 2, ..Compared::default() };
        assert_eq!(book.compare(last(0, 0), 10), reopened);
        assert_eq!(orders(&book.rest(10, 128, NONE)), [(10, 1), (11, 1)]);
        assert_eq!(book.compare(last(0, 0), 30), Compared::default(), "forgotten");
    }

    #[test]
    fn shares_below_the_last_accepted_one_are_worth_nothing_unless_they_were_sent() {
        let mut book = book([(10, 1), (10, 2), (10, 3)]);
        book.mark_sent(&[share(10, 1)]);
        let compared = book.compare(last(10, 2), 26);
        assert_eq!(compared, Compared { reopened: 0, accepted: 1, passed: 1 });
        assert_eq!(orders(&book.due(26, 128)), [(10, 3)]);
    }

    #[test]
    fn a_wrong_parent_takes_all_shares_on_it_along_and_another_refusal_none() {
        let mut book = book([(10, 1), (10, 2), (11, 1)]);
        let mut other = share(10, 3);
        other.parent = B256::ZERO;
        assert!(book.add(other));
        assert_eq!(book.refuse(&share(11, 1), RefusalScope::Share), 1);
        assert_eq!(book.refuse(&share(10, 1), RefusalScope::Siblings), 2);
        assert_eq!(orders(&book.due(26, 128)), [(10, 3)]);
    }
}
