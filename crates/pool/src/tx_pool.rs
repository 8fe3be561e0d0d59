//! The pool without locks and channels.

use crate::{
    BaseFeeAdmission, PoolConfig, PoolCounters, PoolError, PoolStatus, PooledTransaction,
    TransactionOrigin,
    checked_transaction::CheckedTransaction,
    head_change::{HeadChange, PoolHead},
    sender_chain::{Entry, SenderChain, SubPool},
    sender_facts::SenderFacts,
};
use alloy_primitives::{
    Address, B256, U256,
    map::{AddressMap, B256Map},
};
use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

/// The pool without locks and channels: pure, and told what it has to know about accounts.
///
/// Every sender is in the ordered sets below exactly as its chain says; [`TxPool::edit`] is the
/// one place that changes a chain and keeps them so.
#[derive(Debug)]
pub(crate) struct TxPool {
    config: PoolConfig,
    head: PoolHead,
    senders: AddressMap<SenderChain>,
    /// Senders that were in the pool when the head last changed and that it concerned, as of the
    /// head: they often send again before the next block.
    recent: AddressMap<SenderFacts>,
    by_hash: B256Map<Arc<PooledTransaction>>,
    /// Lowest pending fee cap of each sender: those that a rising base fee passes change.
    lowest_pending: BTreeSet<(u128, Address)>,
    /// First blocked fee cap of each sender: those that a falling base fee passes change.
    blocked: BTreeSet<(u128, Address)>,
    /// Last transaction of each sender, the one to go next for lack of space first.
    evictable: BTreeSet<EvictionRank>,
    sizes: Sizes,
    bytes: usize,
    /// No pooled transaction has a higher gas limit; not every value down to it occurs.
    highest_gas_limit: u64,
    next_arrival: u64,
    version: u64,
    counters: PoolCounters,
    /// What became pending and may not be announced yet.
    promoted: Vec<Arc<PooledTransaction>>,
}

/// Queued before executable, cheap before dear, late before early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct EvictionRank {
    sub_pool: SubPool,
    fee_cap: u128,
    arrival: Reverse<u64>,
    sender: Address,
    nonce: u64,
}

/// How many transactions are in each part.
#[derive(Debug, Clone, Copy, Default)]
struct Sizes {
    pending: usize,
    basefee: usize,
    queued: usize,
}

/// A transaction that was taken out, and what its sender looked like.
#[derive(Debug)]
struct Removed {
    entry: Entry,
    facts: SenderFacts,
}

/// From here the base fee cannot fall: its step is an eighth, rounded down. A transaction that pays
/// less would wait for ever. Source: EIP-1559.
pub(crate) const LOWEST_BASE_FEE: u64 = 7;

impl TxPool {
    pub(crate) fn new(config: PoolConfig, head: PoolHead) -> Self {
        Self {
            config,
            head,
            senders: AddressMap::default(),
            recent: AddressMap::default(),
            by_hash: B256Map::default(),
            lowest_pending: BTreeSet::new(),
            blocked: BTreeSet::new(),
            evictable: BTreeSet::new(),
            sizes: Sizes::default(),
            bytes: 0,
            highest_gas_limit: 0,
            next_arrival: 0,
            version: 0,
            counters: PoolCounters::default(),
            promoted: Vec::new(),
        }
    }

    pub(crate) const fn head(&self) -> PoolHead {
        self.head
    }

    pub(crate) const fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn get(&self, hash: B256) -> Option<Arc<PooledTransaction>> {
        self.by_hash.get(&hash).cloned()
    }

    pub(crate) fn contains(&self, hash: B256) -> bool {
        self.by_hash.contains_key(&hash)
    }

    /// What is known of a sender as of [`Self::head`] without reading its account. It was read when
    /// the sender came into the pool, and every change of the head says what became of it.
    pub(crate) fn known_sender(&self, sender: Address) -> Option<SenderFacts> {
        let pooled = self.senders.get(&sender).map(SenderChain::facts);
        pooled.or_else(|| self.recent.get(&sender).copied())
    }

    /// Nonce after the sender's executable run, if it has one.
    pub(crate) fn pending_nonce(&self, sender: Address) -> Option<u64> {
        let run = self.senders.get(&sender)?.run();
        (run.length > 0).then_some(run.end)
    }

    pub(crate) fn has_base_fee_parked(&self) -> bool {
        !self.blocked.is_empty()
    }

    pub(crate) const fn status(&self) -> PoolStatus {
        PoolStatus {
            pending: self.sizes.pending,
            basefee: self.sizes.basefee,
            queued: self.sizes.queued,
            bytes: self.bytes,
            counters: self.counters,
        }
    }

    /// For each sender that has any, its executable transactions at `base_fee` by nonce.
    pub(crate) fn executable_lanes(&self, base_fee: u64) -> Vec<Vec<Arc<PooledTransaction>>> {
        let pays =
            |transaction: &&Arc<PooledTransaction>| transaction.fee_cap >= u128::from(base_fee);
        self.senders
            .values()
            .map(|chain| chain.executable().take_while(pays).cloned().collect::<Vec<_>>())
            .filter(|lane| !lane.is_empty())
            .collect()
    }

    /// For each sender that has any, what waits for a missing nonce or for balance, by nonce.
    pub(crate) fn queued_lanes(&self) -> Vec<Vec<Arc<PooledTransaction>>> {
        self.senders
            .values()
            .map(|chain| chain.queued().cloned().collect::<Vec<_>>())
            .filter(|lane| !lane.is_empty())
            .collect()
    }

    /// Takes a transaction in. `facts` describe its sender as of [`Self::head`].
    ///
    /// # Errors
    /// [`PoolError`]; the pool is unchanged.
    pub(crate) fn insert(
        &mut self,
        checked: CheckedTransaction,
        facts: SenderFacts,
        origin: TransactionOrigin,
    ) -> Result<B256, PoolError> {
        self.check_admission(&checked, facts, origin)?;
        let arrival = self.next_arrival;
        let transaction = Arc::new(PooledTransaction::new(checked, arrival, origin));
        let (hash, version) = (transaction.hash, self.version);
        let replaced = self.put(Entry { transaction, announced: false }, facts);
        let evicted = match self.make_room(hash) {
            Ok(evicted) => evicted,
            Err(removed) => {
                self.restore(removed, replaced, facts);
                self.version = version;
                return Err(PoolError::Full {
                    max_transactions: self.config.max_transactions,
                    max_bytes: self.config.max_bytes,
                });
            }
        };
        self.next_arrival = arrival.saturating_add(1);
        count(&mut self.counters.added, 1);
        count(&mut self.counters.replaced, usize::from(replaced.is_some()));
        count(&mut self.counters.evicted, evicted);
        Ok(hash)
    }

    /// Follows the chain to a new head.
    pub(crate) fn apply_head(&mut self, change: HeadChange) {
        let HeadChange { head, facts, reverted } = change;
        self.head = head;
        // What the change does not mention may be of an older head.
        self.recent.clear();
        for (address, facts) in &facts {
            self.follow_account(*address, *facts);
        }
        self.repartition();
        if head.gas_limit < self.highest_gas_limit {
            self.drop_above_block_gas_limit();
        }
        for checked in reverted {
            let (hash, sender) = (checked.hash, checked.transaction.signer());
            // A reverted transaction changed its sender's nonce, so the sender is among the facts.
            let facts = facts.get(&sender).copied().unwrap_or_default();
            match self.insert(checked, facts, TransactionOrigin::Reorged) {
                Ok(_) => count(&mut self.counters.reinjected, 1),
                Err(error) => {
                    tracing::debug!(target: "pool", %hash, %error, "reverted transaction dropped");
                }
            }
        }
    }

    /// Drops a transaction that can never be executed. Returns whether it was there.
    pub(crate) fn remove_unexecutable(&mut self, hash: B256) -> bool {
        let Some(transaction) = self.get(hash) else { return false };
        self.take(transaction.sender(), transaction.nonce);
        count(&mut self.counters.unexecutable, 1);
        true
    }

    /// What became pending since the last call and is pending still, in order of arrival.
    pub(crate) fn drain_promoted(&mut self) -> Vec<Arc<PooledTransaction>> {
        let mut promoted = std::mem::take(&mut self.promoted);
        promoted.sort_unstable_by_key(|transaction| transaction.arrival);
        promoted.retain(|transaction| self.announce(transaction));
        promoted
    }

    /// Marks a transaction as announced. Returns whether it is pending and was not announced yet.
    fn announce(&mut self, transaction: &PooledTransaction) -> bool {
        let Some(chain) = self.senders.get_mut(&transaction.sender()) else { return false };
        let pending = chain.run().pending;
        let offset = transaction.nonce.saturating_sub(chain.facts().nonce);
        let is_pending = usize::try_from(offset).is_ok_and(|offset| offset < pending);
        let Some(entry) = chain.entry_mut(transaction.nonce) else { return false };
        if !is_pending || entry.announced || entry.transaction.hash != transaction.hash {
            return false;
        }
        entry.announced = true;
        true
    }

    fn check_admission(
        &self,
        checked: &CheckedTransaction,
        facts: SenderFacts,
        origin: TransactionOrigin,
    ) -> Result<(), PoolError> {
        if self.contains(checked.hash) {
            return Err(PoolError::AlreadyKnown { hash: checked.hash });
        }
        if checked.gas_limit > self.head.gas_limit {
            return Err(PoolError::ExceedsBlockGasLimit {
                gas_limit: checked.gas_limit,
                block_gas_limit: self.head.gas_limit,
            });
        }
        self.check_nonce(checked.nonce, facts.nonce)?;
        if checked.cost > facts.balance {
            return Err(PoolError::InsufficientFunds {
                balance: facts.balance,
                cost: checked.cost,
            });
        }
        self.check_base_fee(checked, origin)?;
        let Some(chain) = self.senders.get(&checked.transaction.signer()) else { return Ok(()) };
        match chain.get(checked.nonce) {
            Some(old) => self.check_replacement(checked, old, chain),
            None => self.check_addition(checked, chain, origin),
        }
    }

    const fn check_nonce(&self, nonce: u64, next: u64) -> Result<(), PoolError> {
        let Some(distance) = nonce.checked_sub(next) else {
            return Err(PoolError::NonceTooLow { next, nonce });
        };
        let limit = self.config.max_nonce_distance;
        if distance >= limit {
            return Err(PoolError::NonceTooHigh { next, nonce, limit });
        }
        Ok(())
    }

    fn check_base_fee(
        &self,
        checked: &CheckedTransaction,
        origin: TransactionOrigin,
    ) -> Result<(), PoolError> {
        let base_fee = self.head.next_base_fee;
        let lowest = base_fee.min(LOWEST_BASE_FEE);
        if checked.fees.cap < u128::from(lowest) {
            let (address, fee_cap) = (checked.transaction.signer(), checked.fees.cap);
            return Err(PoolError::FeeCapBelowBaseFee { address, fee_cap, base_fee: lowest });
        }
        // Nobody waits for an answer about a reverted transaction: it is parked on every chain.
        let parks = self.config.base_fee_admission == BaseFeeAdmission::Park
            || origin == TransactionOrigin::Reorged;
        if !parks && checked.fees.cap < u128::from(base_fee) {
            return Err(PoolError::FeeCapBelowBaseFee {
                address: checked.transaction.signer(),
                fee_cap: checked.fees.cap,
                base_fee,
            });
        }
        Ok(())
    }

    fn check_replacement(
        &self,
        checked: &CheckedTransaction,
        old: &PooledTransaction,
        chain: &SenderChain,
    ) -> Result<(), PoolError> {
        // One that costs less is allowed even to a sender that cannot pay for all: it helps.
        let (balance, queued) = (chain.facts().balance, chain.total_cost());
        let bump = checked.cost.saturating_sub(old.cost);
        if !bump.is_zero() && !covers(balance, queued, bump) {
            return Err(PoolError::ReplacementOverdraft { balance, queued, bump });
        }
        let needed_fee_cap = bumped(old.fee_cap, self.config.replacement_bump_percent);
        let needed_tip = bumped(old.tip, self.config.replacement_bump_percent);
        if checked.fees.cap < needed_fee_cap || checked.fees.tip < needed_tip {
            return Err(PoolError::ReplacementUnderpriced { needed_fee_cap, needed_tip });
        }
        Ok(())
    }

    fn check_addition(
        &self,
        checked: &CheckedTransaction,
        chain: &SenderChain,
        origin: TransactionOrigin,
    ) -> Result<(), PoolError> {
        let (balance, queued, cost) = (chain.facts().balance, chain.total_cost(), checked.cost);
        // A reverted transaction may wait for the ones before it to cost less than they might.
        let limit = match origin {
            TransactionOrigin::Reorged => U256::MAX,
            TransactionOrigin::Local | TransactionOrigin::Gossip => balance,
        };
        if !covers(limit, queued, cost) {
            return Err(PoolError::Overdraft { balance, queued, cost });
        }
        // One in front of the last takes the last one's place: what closes a gap always gets in.
        let is_behind = chain.last().is_some_and(|last| last.nonce < checked.nonce);
        let limit = self.config.max_transactions_per_sender;
        if is_behind && chain.len() >= limit {
            return Err(PoolError::SenderLimit { pooled: chain.len(), limit });
        }
        Ok(())
    }

    /// Takes out what is too much, the least valuable first. Returns how many went.
    ///
    /// # Errors
    /// What was taken out, if `newcomer` was among it; the caller puts it back.
    fn make_room(&mut self, newcomer: B256) -> Result<usize, Vec<Removed>> {
        let mut removed = Vec::new();
        while let Some((sender, nonce)) = self.next_to_go(newcomer) {
            let Some(gone) = self.take(sender, nonce) else { break };
            let is_newcomer = gone.entry.transaction.hash == newcomer;
            removed.push(gone);
            if is_newcomer {
                return Err(removed);
            }
        }
        Ok(removed.len())
    }

    fn next_to_go(&self, newcomer: B256) -> Option<(Address, u64)> {
        let sender = self.by_hash.get(&newcomer)?.sender();
        let chain = self.senders.get(&sender)?;
        if chain.len() > self.config.max_transactions_per_sender {
            return chain.last().map(|last| (sender, last.nonce));
        }
        if self.by_hash.len() > self.config.max_transactions || self.bytes > self.config.max_bytes {
            return self.evictable.first().map(|rank| (rank.sender, rank.nonce));
        }
        None
    }

    /// Undoes an insertion: what went comes back, and so does what the newcomer replaced.
    fn restore(&mut self, removed: Vec<Removed>, replaced: Option<Entry>, facts: SenderFacts) {
        // The newcomer is the last one, and it stays out.
        for gone in removed.into_iter().rev().skip(1) {
            self.put(gone.entry, gone.facts);
        }
        if let Some(entry) = replaced {
            self.put(entry, facts);
        }
    }

    fn follow_account(&mut self, address: Address, facts: SenderFacts) {
        let Some(settled) = self.edit(address, |chain| chain.set_facts(facts)) else { return };
        self.recent.insert(address, facts);
        for entry in settled.values() {
            self.unlink(&entry.transaction);
        }
        count(&mut self.counters.settled, settled.len());
    }

    /// Moves transactions between pending and basefee after the base fee has changed. Touches
    /// only senders that the change concerns.
    fn repartition(&mut self) {
        let base_fee = u128::from(self.head.next_base_fee);
        while let Some((fee_cap, sender)) = self.lowest_pending.first().copied()
            && fee_cap < base_fee
        {
            self.edit(sender, SenderChain::reset_run);
        }
        while let Some((fee_cap, sender)) = self.blocked.last().copied()
            && fee_cap >= base_fee
        {
            self.edit(sender, SenderChain::reset_run);
        }
    }

    fn drop_above_block_gas_limit(&mut self) {
        let limit = self.head.gas_limit;
        let too_big: Vec<_> = self
            .by_hash
            .values()
            .filter(|transaction| transaction.gas_limit > limit)
            .map(|transaction| (transaction.sender(), transaction.nonce))
            .collect();
        for (sender, nonce) in &too_big {
            self.take(*sender, *nonce);
        }
        self.highest_gas_limit = limit;
        count(&mut self.counters.unexecutable, too_big.len());
    }

    /// Puts a transaction into its sender's chain and returns what it replaced.
    fn put(&mut self, entry: Entry, facts: SenderFacts) -> Option<Entry> {
        let transaction = Arc::clone(&entry.transaction);
        let sender = transaction.sender();
        self.senders.entry(sender).or_insert_with(|| SenderChain::new(facts));
        let replaced = self.edit(sender, |chain| chain.put(entry)).flatten();
        if let Some(old) = &replaced {
            self.unlink(&old.transaction);
            // The run may look the same although another transaction is in it.
            self.version = self.version.saturating_add(1);
        }
        self.bytes = self.bytes.saturating_add(transaction.encoded_bytes);
        self.highest_gas_limit = self.highest_gas_limit.max(transaction.gas_limit);
        self.by_hash.insert(transaction.hash, transaction);
        replaced
    }

    /// Takes a transaction out of its sender's chain.
    fn take(&mut self, sender: Address, nonce: u64) -> Option<Removed> {
        let facts = self.senders.get(&sender)?.facts();
        let entry = self.edit(sender, |chain| chain.take(nonce)).flatten()?;
        self.unlink(&entry.transaction);
        Some(Removed { entry, facts })
    }

    fn unlink(&mut self, transaction: &PooledTransaction) {
        self.bytes = self.bytes.saturating_sub(transaction.encoded_bytes);
        self.by_hash.remove(&transaction.hash);
    }

    /// Changes one sender's chain and everything that is derived from it. Does nothing if the pool
    /// has no such sender.
    fn edit<T>(
        &mut self,
        sender: Address,
        change: impl FnOnce(&mut SenderChain) -> T,
    ) -> Option<T> {
        let mut chain = self.senders.remove(&sender)?;
        let before = chain.run();
        self.unindex(sender, &chain);
        let changed = change(&mut chain);
        chain.extend_run(self.head.next_base_fee, &mut self.promoted);
        if chain.run() != before {
            self.version = self.version.saturating_add(1);
        }
        if !chain.is_empty() {
            self.index(sender, &chain);
            self.senders.insert(sender, chain);
        }
        Some(changed)
    }

    fn index(&mut self, sender: Address, chain: &SenderChain) {
        let run = chain.run();
        self.sizes.pending = self.sizes.pending.saturating_add(run.pending);
        self.sizes.basefee =
            self.sizes.basefee.saturating_add(run.length.saturating_sub(run.pending));
        self.sizes.queued =
            self.sizes.queued.saturating_add(chain.len().saturating_sub(run.length));
        self.lowest_pending.extend(run.lowest_pending_fee_cap.map(|fee_cap| (fee_cap, sender)));
        self.blocked.extend(run.blocked_fee_cap.map(|fee_cap| (fee_cap, sender)));
        self.evictable.extend(eviction_rank(sender, chain));
    }

    fn unindex(&mut self, sender: Address, chain: &SenderChain) {
        let run = chain.run();
        self.sizes.pending = self.sizes.pending.saturating_sub(run.pending);
        self.sizes.basefee =
            self.sizes.basefee.saturating_sub(run.length.saturating_sub(run.pending));
        self.sizes.queued =
            self.sizes.queued.saturating_sub(chain.len().saturating_sub(run.length));
        if let Some(fee_cap) = run.lowest_pending_fee_cap {
            self.lowest_pending.remove(&(fee_cap, sender));
        }
        if let Some(fee_cap) = run.blocked_fee_cap {
            self.blocked.remove(&(fee_cap, sender));
        }
        if let Some(rank) = eviction_rank(sender, chain) {
            self.evictable.remove(&rank);
        }
    }
}

fn eviction_rank(sender: Address, chain: &SenderChain) -> Option<EvictionRank> {
    chain.last().map(|last| EvictionRank {
        sub_pool: chain.sub_pool_of_last(),
        fee_cap: last.fee_cap,
        arrival: Reverse(last.arrival),
        sender,
        nonce: last.nonce,
    })
}

/// Least fee of a replacement: `percent` more, rounded up, and always more.
fn bumped(fee: u128, percent: u64) -> u128 {
    let bump = fee.saturating_mul(u128::from(percent)).div_ceil(100);
    fee.saturating_add(bump.max(1))
}

fn covers(balance: U256, queued: U256, cost: U256) -> bool {
    queued.checked_add(cost).is_some_and(|sum| sum <= balance)
}

fn count(counter: &mut u64, events: usize) {
    *counter = counter.saturating_add(u64::try_from(events).unwrap_or(u64::MAX));
}

#[cfg(test)]
mod tests;
