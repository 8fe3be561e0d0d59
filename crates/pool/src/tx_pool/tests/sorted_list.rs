//! The pool as a sorted list that knows no index.

use super::*;
use std::{cmp::Reverse, collections::BTreeMap};

/// A pooled transaction of the list.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) checked: CheckedTransaction,
    pub(super) arrival: u64,
}

/// The pool as a list. Every question is answered by looking at all of it.
#[derive(Debug, Clone)]
pub(super) struct ListPool {
    pub(super) config: PoolConfig,
    pub(super) head: PoolHead,
    pub(super) facts: BTreeMap<Address, SenderFacts>,
    pub(super) listed: Vec<Listed>,
    pub(super) arrivals: u64,
}

impl Listed {
    pub(super) fn sender(&self) -> Address {
        self.checked.transaction.signer()
    }
}

impl ListPool {
    pub(super) fn of_sender(&self, sender: Address) -> Vec<&Listed> {
        let mut own: Vec<_> = self.listed.iter().filter(|tx| tx.sender() == sender).collect();
        own.sort_by_key(|tx| tx.checked.nonce);
        own
    }

    pub(super) fn run(&self, sender: Address) -> Vec<&Listed> {
        let (mut run, mut spent) = (Vec::new(), U256::ZERO);
        let facts = self.facts[&sender];
        for (offset, tx) in (0_u64..).zip(self.of_sender(sender)) {
            spent += tx.checked.cost;
            if tx.checked.nonce != facts.nonce + offset || spent > facts.balance {
                break;
            }
            run.push(tx);
        }
        run
    }

    pub(super) fn pending(&self, sender: Address, base_fee: u64) -> Vec<&Listed> {
        let pays = |tx: &&Listed| tx.checked.fees.cap >= u128::from(base_fee);
        self.run(sender).into_iter().take_while(pays).collect()
    }

    pub(super) fn best(&self, base_fee: u64) -> Vec<B256> {
        let mut lanes: Vec<_> =
            self.facts.keys().map(|sender| self.pending(*sender, base_fee)).collect();
        let mut best = Vec::new();
        loop {
            lanes.retain(|lane| !lane.is_empty());
            let rank = |lane: &&mut Vec<&Listed>| {
                let fees = lane[0].checked.fees;
                (fees.tip.min(fees.cap - u128::from(base_fee)), Reverse(lane[0].arrival))
            };
            let Some(lane) = lanes.iter_mut().max_by_key(rank) else { return best };
            best.push(lane.remove(0).checked.hash);
        }
    }

    /// Pending, basefee, queued.
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        let count = |part: &dyn Fn(Address) -> usize| {
            self.facts.keys().map(|sender| part(*sender)).sum::<usize>()
        };
        let pending = count(&|sender| self.pending(sender, self.head.next_base_fee).len());
        let run = count(&|sender| self.run(sender).len());
        (pending, run - pending, self.listed.len() - run)
    }

    pub(super) fn bytes(&self) -> usize {
        self.listed.iter().map(|tx| tx.checked.encoded_bytes).sum()
    }

    pub(super) fn remove(&mut self, hash: B256) {
        self.listed.retain(|tx| tx.checked.hash != hash);
    }

    /// The last transaction of some sender: queued first, then cheap, then late.
    pub(super) fn victim(&self) -> B256 {
        let rank = |sender: &Address| {
            let last = *self.of_sender(*sender).last()?;
            let held =
                |part: Vec<&Listed>| part.last().is_some_and(|tx| tx.arrival == last.arrival);
            let is_pending = held(self.pending(*sender, self.head.next_base_fee));
            let class = u8::from(is_pending) + u8::from(held(self.run(*sender)));
            Some((class, last.checked.fees.cap, Reverse(last.arrival), last.checked.hash))
        };
        self.facts.keys().filter_map(rank).min().unwrap().3
    }

    pub(super) fn insert(
        &mut self,
        new: CheckedTransaction,
        origin: TransactionOrigin,
    ) -> Result<(), String> {
        self.admit(&new, origin).map_err(|error| error.to_string())?;
        let before = self.clone();
        let (hash, sender) = (new.hash, new.transaction.signer());
        self.listed.retain(|tx| tx.sender() != sender || tx.checked.nonce != new.nonce);
        self.listed.push(Listed { checked: new, arrival: self.arrivals });
        self.arrivals += 1;
        let own = self.of_sender(sender);
        if own.len() > self.config.max_transactions_per_sender {
            let last = own.last().unwrap().checked.hash;
            self.remove(last);
        }
        while self.listed.len() > self.config.max_transactions
            || self.bytes() > self.config.max_bytes
        {
            let victim = self.victim();
            self.remove(victim);
            if victim == hash {
                *self = before;
                return Err("txpool is full".to_owned());
            }
        }
        Ok(())
    }

    pub(super) fn admit(
        &self,
        new: &CheckedTransaction,
        origin: TransactionOrigin,
    ) -> Result<(), PoolError> {
        let sender = new.transaction.signer();
        let SenderFacts { nonce: next, balance } = self.facts[&sender];
        let limit = self.config.max_transactions_per_sender;
        let is_reorged = origin == TransactionOrigin::Reorged;
        let requires = self.config.base_fee_admission == BaseFeeAdmission::RequireNextBaseFee;
        let (nonce, cost, base_fee) = (new.nonce, new.cost, self.head.next_base_fee);
        if self.listed.iter().any(|tx| tx.checked.hash == new.hash) {
            return Err(PoolError::AlreadyKnown { hash: new.hash });
        }
        if new.gas_limit > self.head.gas_limit {
            let (gas_limit, block_gas_limit) = (new.gas_limit, self.head.gas_limit);
            return Err(PoolError::ExceedsBlockGasLimit { gas_limit, block_gas_limit });
        }
        if nonce < next {
            return Err(PoolError::NonceTooLow { next, nonce });
        }
        if nonce - next >= self.config.max_nonce_distance {
            let limit = self.config.max_nonce_distance;
            return Err(PoolError::NonceTooHigh { next, nonce, limit });
        }
        if cost > balance {
            return Err(PoolError::InsufficientFunds { balance, cost });
        }
        let never = if base_fee < 7 { base_fee } else { 7 };
        if new.fees.cap < u128::from(never) {
            let fee_cap = new.fees.cap;
            return Err(PoolError::FeeCapBelowBaseFee {
                address: sender,
                fee_cap,
                base_fee: never,
            });
        }
        if requires && !is_reorged && new.fees.cap < u128::from(base_fee) {
            let fee_cap = new.fees.cap;
            return Err(PoolError::FeeCapBelowBaseFee { address: sender, fee_cap, base_fee });
        }
        let own = self.of_sender(sender);
        let queued: U256 = own.iter().map(|tx| tx.checked.cost).sum();
        if let Some(old) = own.iter().find(|tx| tx.checked.nonce == nonce) {
            let bump = cost.saturating_sub(old.checked.cost);
            if !bump.is_zero() && queued + bump > balance {
                return Err(PoolError::ReplacementOverdraft { balance, queued, bump });
            }
            let needed_fee_cap = bumped(old.checked.fees.cap, 10);
            let needed_tip = bumped(old.checked.fees.tip, 10);
            if new.fees.cap < needed_fee_cap || new.fees.tip < needed_tip {
                return Err(PoolError::ReplacementUnderpriced { needed_fee_cap, needed_tip });
            }
            return Ok(());
        }
        if !is_reorged && queued + cost > balance {
            return Err(PoolError::Overdraft { balance, queued, cost });
        }
        if own.len() >= limit && own.iter().all(|tx| tx.checked.nonce < nonce) {
            return Err(PoolError::SenderLimit { pooled: own.len(), limit });
        }
        Ok(())
    }

    pub(super) fn apply_head(&mut self, change: &HeadChange) {
        self.head = change.head;
        for (address, facts) in &change.facts {
            self.facts.insert(*address, *facts);
        }
        let (facts, gas_limit) = (self.facts.clone(), self.head.gas_limit);
        self.listed.retain(|tx| {
            tx.checked.nonce >= facts[&tx.sender()].nonce && tx.checked.gas_limit <= gas_limit
        });
        for checked in &change.reverted {
            let _ = self.insert(checked.clone(), TransactionOrigin::Reorged);
        }
    }
}
