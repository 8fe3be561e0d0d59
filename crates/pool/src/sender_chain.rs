//! The transactions of one sender, by nonce.

use crate::{PooledTransaction, sender_facts::SenderFacts};
use alloy_primitives::U256;
use std::{collections::BTreeMap, sync::Arc};

/// The transactions of one sender, by nonce, and how far they are executable.
#[derive(Debug, Clone)]
pub(crate) struct SenderChain {
    facts: SenderFacts,
    entries: BTreeMap<u64, Entry>,
    /// Sum of the costs of all entries. It cannot overflow: an entry that would make it is refused.
    total_cost: U256,
    run: Run,
}

/// A transaction and whether subscribers have heard of it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) transaction: Arc<PooledTransaction>,
    pub(crate) announced: bool,
}

/// The executable run: the transactions from the account's nonce on that have no gap between them
/// and that the balance covers together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// First nonce after the run.
    pub(crate) end: u64,
    /// Transactions in the run.
    pub(crate) length: usize,
    /// Sum of their costs, in wei.
    cost: U256,
    /// How many of them, from the front, pay the base fee.
    pub(crate) pending: usize,
    /// Lowest fee cap among those: the base fee that splits them.
    pub(crate) lowest_pending_fee_cap: Option<u128>,
    /// Fee cap of the first that does not pay the base fee: the base fee that frees it.
    pub(crate) blocked_fee_cap: Option<u128>,
}

/// Which part of the pool a transaction is in. Ordered by how soon space may be taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SubPool {
    /// Waits for a missing nonce or for balance.
    Queued,
    /// Waits for a lower base fee.
    BaseFee,
    /// Executable in the next block.
    Pending,
}

impl Run {
    const fn empty(nonce: u64) -> Self {
        Self {
            end: nonce,
            length: 0,
            cost: U256::ZERO,
            pending: 0,
            lowest_pending_fee_cap: None,
            blocked_fee_cap: None,
        }
    }

    fn append(&mut self, transaction: &PooledTransaction, base_fee: u64) {
        self.end = self.end.saturating_add(1);
        self.length = self.length.saturating_add(1);
        self.cost = self.cost.saturating_add(transaction.cost);
        if self.blocked_fee_cap.is_some() {
            return;
        }
        let fee_cap = transaction.fee_cap;
        if fee_cap < u128::from(base_fee) {
            self.blocked_fee_cap = Some(fee_cap);
            return;
        }
        self.pending = self.pending.saturating_add(1);
        let lowest = self.lowest_pending_fee_cap.map_or(fee_cap, |lowest| lowest.min(fee_cap));
        self.lowest_pending_fee_cap = Some(lowest);
    }
}

impl SenderChain {
    pub(crate) const fn new(facts: SenderFacts) -> Self {
        let run = Run::empty(facts.nonce);
        Self { facts, entries: BTreeMap::new(), total_cost: U256::ZERO, run }
    }

    pub(crate) const fn facts(&self) -> SenderFacts {
        self.facts
    }

    pub(crate) const fn run(&self) -> Run {
        self.run
    }

    pub(crate) const fn total_cost(&self) -> U256 {
        self.total_cost
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn get(&self, nonce: u64) -> Option<&Arc<PooledTransaction>> {
        self.entries.get(&nonce).map(|entry| &entry.transaction)
    }

    pub(crate) fn entry_mut(&mut self, nonce: u64) -> Option<&mut Entry> {
        self.entries.get_mut(&nonce)
    }

    /// The transaction with the highest nonce: the only one that leaves no gap when it goes.
    pub(crate) fn last(&self) -> Option<&Arc<PooledTransaction>> {
        self.entries.last_key_value().map(|(_, entry)| &entry.transaction)
    }

    /// Where [`Self::last`] is.
    pub(crate) fn sub_pool_of_last(&self) -> SubPool {
        if self.run.length < self.entries.len() {
            SubPool::Queued
        } else if self.run.pending < self.run.length {
            SubPool::BaseFee
        } else {
            SubPool::Pending
        }
    }

    /// All transactions by ascending nonce.
    pub(crate) fn transactions(&self) -> impl Iterator<Item = &Arc<PooledTransaction>> {
        self.entries.values().map(|entry| &entry.transaction)
    }

    /// The executable run by ascending nonce, whatever the base fee.
    pub(crate) fn executable(&self) -> impl Iterator<Item = &Arc<PooledTransaction>> {
        self.transactions().take(self.run.length)
    }

    /// Everything behind the executable run.
    pub(crate) fn queued(&self) -> impl Iterator<Item = &Arc<PooledTransaction>> {
        self.transactions().skip(self.run.length)
    }

    /// Puts a transaction in its place; call [`Self::extend_run`] afterwards.
    pub(crate) fn put(&mut self, entry: Entry) -> Option<Entry> {
        let (nonce, cost) = (entry.transaction.nonce, entry.transaction.cost);
        self.invalidate_run(nonce);
        let replaced = self.entries.insert(nonce, entry);
        let freed = replaced.as_ref().map_or(U256::ZERO, |old| old.transaction.cost);
        self.total_cost = self.total_cost.saturating_sub(freed).saturating_add(cost);
        replaced
    }

    /// Takes a transaction out; call [`Self::extend_run`] afterwards.
    pub(crate) fn take(&mut self, nonce: u64) -> Option<Entry> {
        let entry = self.entries.remove(&nonce)?;
        self.invalidate_run(nonce);
        self.total_cost = self.total_cost.saturating_sub(entry.transaction.cost);
        Some(entry)
    }

    /// Follows the account on the chain and returns what its nonce has passed; call
    /// [`Self::extend_run`] afterwards.
    pub(crate) fn set_facts(&mut self, facts: SenderFacts) -> BTreeMap<u64, Entry> {
        self.facts = facts;
        self.reset_run();
        let kept = self.entries.split_off(&facts.nonce);
        let settled = std::mem::replace(&mut self.entries, kept);
        for entry in settled.values() {
            self.total_cost = self.total_cost.saturating_sub(entry.transaction.cost);
        }
        settled
    }

    /// Forgets the run, so that [`Self::extend_run`] computes it anew.
    pub(crate) const fn reset_run(&mut self) {
        self.run = Run::empty(self.facts.nonce);
    }

    fn invalidate_run(&mut self, nonce: u64) {
        if nonce < self.run.end {
            self.reset_run();
        }
    }

    /// Extends the run as far as nonces and balance allow. Appends to `promoted` what is pending
    /// and not announced yet. Costs what it adds to the run, not what is in the run already: a
    /// sender that appends thousands of transactions one by one pays for each once.
    pub(crate) fn extend_run(&mut self, base_fee: u64, promoted: &mut Vec<Arc<PooledTransaction>>) {
        for (nonce, entry) in self.entries.range(self.run.end..) {
            let transaction = &entry.transaction;
            let covered = self
                .run
                .cost
                .checked_add(transaction.cost)
                .is_some_and(|cost| cost <= self.facts.balance);
            if *nonce != self.run.end || !covered {
                return;
            }
            let pending = self.run.pending;
            self.run.append(transaction, base_fee);
            if self.run.pending > pending && !entry.announced {
                promoted.push(Arc::clone(transaction));
            }
        }
    }
}
