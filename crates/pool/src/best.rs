//! The executable transactions in the order a block should take them.

use crate::PooledTransaction;
use alloy_primitives::{Address, map::AddressMap};
use std::{cmp::Ordering, collections::BinaryHeap, sync::Arc, vec};

/// The executable transactions of one moment: highest effective tip first, then first come, and
/// the nonces of a sender always in order. A snapshot: later changes of the pool do not show.
#[derive(Debug)]
pub struct BestTransactions {
    base_fee: u64,
    /// The next transaction of each sender.
    heads: BinaryHeap<Head>,
    /// What follows it.
    lanes: AddressMap<vec::IntoIter<Arc<PooledTransaction>>>,
}

impl BestTransactions {
    /// `lanes` are the executable transactions of each sender by ascending nonce.
    pub(crate) fn new(base_fee: u64, lanes: Vec<Vec<Arc<PooledTransaction>>>) -> Self {
        let mut best = Self {
            base_fee,
            heads: BinaryHeap::with_capacity(lanes.len()),
            lanes: AddressMap::default(),
        };
        for lane in lanes {
            let mut lane = lane.into_iter();
            if let Some(first) = lane.next() {
                best.lanes.insert(first.sender(), lane);
                best.heads.push(Head::new(first, base_fee));
            }
        }
        best
    }

    /// Drops every later transaction of the sender of `transaction`: one that did not go into the
    /// block leaves a gap in front of them.
    pub fn skip_sender_of(&mut self, transaction: &PooledTransaction) {
        self.skip_sender(transaction.sender());
    }

    fn skip_sender(&mut self, sender: Address) {
        self.lanes.remove(&sender);
    }
}

impl Iterator for BestTransactions {
    type Item = Arc<PooledTransaction>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Head { transaction, .. } = self.heads.pop()?;
            // A sender without a lane was skipped after its head was queued here.
            let Some(lane) = self.lanes.get_mut(&transaction.sender()) else { continue };
            if let Some(follower) = lane.next() {
                self.heads.push(Head::new(follower, self.base_fee));
            }
            return Some(transaction);
        }
    }
}

/// Ordered so that the greatest is the best.
#[derive(Debug)]
struct Head {
    tip: u128,
    transaction: Arc<PooledTransaction>,
}

impl Head {
    fn new(transaction: Arc<PooledTransaction>, base_fee: u64) -> Self {
        Self { tip: transaction.effective_tip(base_fee), transaction }
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        self.tip
            .cmp(&other.tip)
            .then_with(|| other.transaction.arrival.cmp(&self.transaction.arrival))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}
