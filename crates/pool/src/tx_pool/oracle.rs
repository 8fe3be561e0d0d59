//! The pool against a sorted list that knows no index, and the checks of what only the core shows.

use super::{Sizes, TxPool, bumped, eviction_rank};
use crate::{
    BaseFeeAdmission, BestTransactions, PoolConfig, PoolError, TransactionOrigin, TransactionRules,
    checked_transaction::CheckedTransaction,
    head_change::{HeadChange, PoolHead},
    sender_facts::SenderFacts,
};
use alloy_consensus::{Signed, TxEip1559};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, map::AddressMap};
use hanzo_types::{RecoveredTransaction, Transaction};
use proptest::{collection::vec, prelude::*};
use reth_primitives_traits::Recovered;
use std::{cmp::Reverse, collections::BTreeMap};

const RULES: TransactionRules = TransactionRules {
    chain_id: 1,
    max_transaction_bytes: 131_072,
    max_init_code_bytes: 49_152,
    gas_limit_cap: 16_777_216,
};

const GAS: u64 = 21_000;

/// What a test says about a transaction.
#[derive(Debug, Clone, Copy)]
struct Sketch {
    sender: u8,
    nonce: u64,
    fee_cap: u128,
    tip: u128,
    value: u64,
    gas_limit: u64,
    input_bytes: usize,
}

impl Sketch {
    const fn simple(sender: u8, nonce: u64, fee_cap: u128) -> Self {
        Self { sender, nonce, fee_cap, tip: fee_cap, value: 0, gas_limit: GAS, input_bytes: 0 }
    }

    /// The transaction with a signature that nobody checks and a hash made of `number`.
    fn signed(self, number: u64) -> RecoveredTransaction {
        let transaction = TxEip1559 {
            chain_id: RULES.chain_id,
            nonce: self.nonce,
            gas_limit: self.gas_limit,
            max_fee_per_gas: self.fee_cap,
            max_priority_fee_per_gas: self.tip.min(self.fee_cap),
            to: TxKind::Call(Address::ZERO),
            value: U256::from(self.value),
            access_list: Default::default(),
            input: Bytes::from(vec![0; self.input_bytes]),
        };
        let hash = B256::from(U256::from(number));
        let signed = Signed::new_unchecked(transaction, Signature::test_signature(), hash);
        Recovered::new_unchecked(Transaction::Eip1559(signed), address(self.sender))
    }

    fn checked(self, number: u64) -> CheckedTransaction {
        CheckedTransaction::check(self.signed(number), &RULES).unwrap()
    }
}

fn address(sender: u8) -> Address {
    Address::repeat_byte(sender)
}

/// Sender of transaction `number` where `senders` take turns.
fn turn(number: u64, senders: u64) -> u8 {
    u8::try_from(number % senders).unwrap()
}

fn rich(nonce: u64) -> SenderFacts {
    SenderFacts { nonce, balance: U256::from(u64::MAX) }
}

fn head(next_base_fee: u64) -> PoolHead {
    PoolHead { hash: B256::ZERO, next_base_fee, gas_limit: 30_000_000 }
}

fn change(head: PoolHead, facts: &[(u8, SenderFacts)]) -> HeadChange {
    let facts = facts.iter().map(|(sender, facts)| (address(*sender), *facts)).collect();
    HeadChange { head, facts, reverted: Vec::new() }
}

impl TxPool {
    /// Everything derived equals what is derived anew from the chains.
    fn assert_consistent(&self) {
        let (mut sizes, mut bytes, mut hashes) = (Sizes::default(), 0, 0);
        let (mut lowest, mut blocked, mut evictable) = (vec![], vec![], vec![]);
        for (sender, chain) in &self.senders {
            assert!(!chain.is_empty(), "empty chain kept");
            let mut fresh = chain.clone();
            fresh.reset_run();
            fresh.extend_run(self.head.next_base_fee, &mut Vec::new());
            assert_eq!(fresh.run(), chain.run());
            let run = chain.run();
            sizes.pending += run.pending;
            sizes.basefee += run.length - run.pending;
            sizes.queued += chain.len() - run.length;
            lowest.extend(run.lowest_pending_fee_cap.map(|cap| (cap, *sender)));
            blocked.extend(run.blocked_fee_cap.map(|cap| (cap, *sender)));
            evictable.extend(eviction_rank(*sender, chain));
            let mut total = U256::ZERO;
            for transaction in chain.transactions() {
                assert!(transaction.nonce >= chain.facts().nonce);
                assert_eq!(self.by_hash[&transaction.hash].arrival, transaction.arrival);
                bytes += transaction.encoded_bytes;
                hashes += 1;
                total += transaction.cost;
            }
            assert_eq!(chain.total_cost(), total);
            assert!(chain.len() <= self.config.max_transactions_per_sender);
        }
        for list in [&mut lowest, &mut blocked] {
            list.sort_unstable();
        }
        evictable.sort_unstable();
        assert!(self.lowest_pending.iter().eq(&lowest));
        assert!(self.blocked.iter().eq(&blocked));
        assert!(self.evictable.iter().eq(&evictable));
        assert_eq!((self.by_hash.len(), self.bytes), (hashes, bytes));
        assert_eq!(self.sizes.pending, sizes.pending);
        assert_eq!(self.sizes.basefee, sizes.basefee);
        assert_eq!(self.sizes.queued, sizes.queued);
        assert!(hashes <= self.config.max_transactions && bytes <= self.config.max_bytes);
    }

    fn best_hashes(&self, base_fee: u64) -> Vec<B256> {
        BestTransactions::new(base_fee, self.executable_lanes(base_fee)).map(|tx| tx.hash).collect()
    }
}

/// A pooled transaction of the list.
#[derive(Debug, Clone)]
struct Listed {
    checked: CheckedTransaction,
    arrival: u64,
}

/// The pool as a list. Every question is answered by looking at all of it.
#[derive(Debug, Clone)]
struct ListPool {
    config: PoolConfig,
    head: PoolHead,
    facts: BTreeMap<Address, SenderFacts>,
    listed: Vec<Listed>,
    arrivals: u64,
}

impl Listed {
    fn sender(&self) -> Address {
        self.checked.transaction.signer()
    }
}

impl ListPool {
    fn of_sender(&self, sender: Address) -> Vec<&Listed> {
        let mut own: Vec<_> = self.listed.iter().filter(|tx| tx.sender() == sender).collect();
        own.sort_by_key(|tx| tx.checked.nonce);
        own
    }

    fn run(&self, sender: Address) -> Vec<&Listed> {
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

    fn pending(&self, sender: Address, base_fee: u64) -> Vec<&Listed> {
        let pays = |tx: &&Listed| tx.checked.fees.cap >= u128::from(base_fee);
        self.run(sender).into_iter().take_while(pays).collect()
    }

    fn best(&self, base_fee: u64) -> Vec<B256> {
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
    fn sizes(&self) -> (usize, usize, usize) {
        let count = |part: &dyn Fn(Address) -> usize| {
            self.facts.keys().map(|sender| part(*sender)).sum::<usize>()
        };
        let pending = count(&|sender| self.pending(sender, self.head.next_base_fee).len());
        let run = count(&|sender| self.run(sender).len());
        (pending, run - pending, self.listed.len() - run)
    }

    fn bytes(&self) -> usize {
        self.listed.iter().map(|tx| tx.checked.encoded_bytes).sum()
    }

    fn remove(&mut self, hash: B256) {
        self.listed.retain(|tx| tx.checked.hash != hash);
    }

    /// The last transaction of some sender: queued first, then cheap, then late.
    fn victim(&self) -> B256 {
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

    fn insert(&mut self, new: CheckedTransaction, origin: TransactionOrigin) -> Result<(), String> {
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

    fn admit(&self, new: &CheckedTransaction, origin: TransactionOrigin) -> Result<(), PoolError> {
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

    fn apply_head(&mut self, change: &HeadChange) {
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

const SENDERS: u8 = 4;

#[derive(Debug, Clone)]
enum Operation {
    Add { sketch: Sketch, origin: TransactionOrigin },
    AddAgain { which: usize },
    Head { base_fee: u64, gas_limit: u64, accounts: Vec<(u8, u64, u64)>, reverted: Vec<Sketch> },
    Unexecutable { which: usize },
}

/// Nonces are relative to the account until the operation runs.
fn sketch() -> impl Strategy<Value = Sketch> {
    let nonce = prop_oneof![8 => 0..6_u64, 1 => 6..16_u64];
    (0..SENDERS, nonce, 1..40_u128, 0..40_u128, 0..3_u64, 0..3_usize).prop_map(
        |(sender, nonce, fee_cap, tip, gas, size)| Sketch {
            sender,
            nonce,
            fee_cap,
            tip,
            value: gas * GAS,
            gas_limit: [GAS, 60_000, 90_000][usize::try_from(gas).unwrap()],
            // Zero bytes cost ten gas at least, so that 100 of them need 22 000.
            input_bytes: if gas == 0 { 0 } else { [0, 100, 400][size] },
        },
    )
}

fn operation() -> impl Strategy<Value = Operation> {
    let account = (0..SENDERS, 0..3_u64, 0..400 * GAS);
    prop_oneof![
        12 => sketch().prop_map(|sketch| Operation::Add { sketch, origin: TransactionOrigin::Local }),
        1 => any::<usize>().prop_map(|which| Operation::AddAgain { which }),
        1 => any::<usize>().prop_map(|which| Operation::Unexecutable { which }),
        3 => (0..40_u64, 0..8_u64, vec(account, 0..3), vec(sketch(), 0..3)).prop_map(
            |(base_fee, gas, accounts, reverted)| Operation::Head {
                base_fee,
                gas_limit: if gas == 0 { 70_000 } else { 30_000_000 },
                accounts,
                reverted,
            }
        ),
    ]
}

fn config(admission: BaseFeeAdmission) -> PoolConfig {
    PoolConfig {
        max_transactions: 10,
        max_bytes: 2_500,
        max_transactions_per_sender: 5,
        max_nonce_distance: 12,
        base_fee_admission: admission,
        ..PoolConfig::default()
    }
}

/// Runs the same operations on both and compares after each.
struct Pair {
    core: TxPool,
    list: ListPool,
    numbers: u64,
}

impl Pair {
    fn new(admission: BaseFeeAdmission) -> Self {
        let (config, head) = (config(admission), head(10));
        let balance = U256::from(200 * GAS);
        let facts = (0..SENDERS).map(|s| (address(s), SenderFacts { nonce: 0, balance })).collect();
        let list = ListPool { config, head, facts, listed: Vec::new(), arrivals: 0 };
        Self { core: TxPool::new(config, head), list, numbers: 0 }
    }

    /// The transaction with its nonce counted from the account's, one below it included.
    fn checked(&mut self, mut sketch: Sketch) -> CheckedTransaction {
        let next = self.list.facts[&address(sketch.sender)].nonce;
        sketch.nonce = (next + sketch.nonce).saturating_sub(1);
        self.numbers += 1;
        sketch.checked(self.numbers)
    }

    fn insert(&mut self, checked: CheckedTransaction, origin: TransactionOrigin) {
        let facts = self.list.facts[&checked.transaction.signer()];
        let expected = self.list.insert(checked.clone(), origin);
        let found = self.core.insert(checked, facts, origin);
        assert_eq!(found.map(drop).map_err(|error| error.to_string()), expected);
    }

    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Add { sketch, origin } => {
                let checked = self.checked(sketch);
                self.insert(checked, origin);
            }
            Operation::AddAgain { which } if !self.list.listed.is_empty() => {
                let which = which % self.list.listed.len();
                let checked = self.list.listed[which].checked.clone();
                self.insert(checked, TransactionOrigin::Local);
            }
            Operation::Unexecutable { which } if !self.list.listed.is_empty() => {
                let which = which % self.list.listed.len();
                let hash = self.list.listed[which].checked.hash;
                self.list.remove(hash);
                assert!(self.core.remove_unexecutable(hash));
            }
            Operation::AddAgain { .. } | Operation::Unexecutable { .. } => {}
            Operation::Head { base_fee, gas_limit, accounts, reverted } => {
                let head = PoolHead { gas_limit, ..head(base_fee) };
                let change = self.head_change(head, &accounts, &reverted);
                self.list.apply_head(&change);
                self.core.apply_head(change);
            }
        }
        self.compare();
    }

    /// A reverted transaction takes its sender's nonce back to its own, as a reorganisation does.
    fn head_change(
        &mut self,
        head: PoolHead,
        accounts: &[(u8, u64, u64)],
        reverted: &[Sketch],
    ) -> HeadChange {
        let mut facts = AddressMap::default();
        for (sender, advance, balance) in accounts {
            let nonce = self.list.facts[&address(*sender)].nonce + advance;
            facts.insert(address(*sender), SenderFacts { nonce, balance: U256::from(*balance) });
        }
        let reverted: Vec<_> = reverted.iter().map(|sketch| self.checked(*sketch)).collect();
        for checked in &reverted {
            let sender = checked.transaction.signer();
            let old = self.list.facts[&sender];
            let entry = facts.entry(sender).or_insert(old);
            entry.nonce = entry.nonce.min(checked.nonce);
        }
        HeadChange { head, facts, reverted }
    }

    fn compare(&self) {
        self.core.assert_consistent();
        let status = self.core.status();
        assert_eq!((status.pending, status.basefee, status.queued), self.list.sizes());
        assert_eq!(status.bytes, self.list.bytes());
        assert_eq!(self.core.has_base_fee_parked(), self.list.sizes().1 > 0);
        for base_fee in [self.list.head.next_base_fee, 0, 20] {
            assert_eq!(self.core.best_hashes(base_fee), self.list.best(base_fee));
        }
        for (sender, facts) in &self.list.facts {
            let length = self.list.run(*sender).len();
            let expected = (length > 0).then(|| facts.nonce + length as u64);
            assert_eq!(self.core.pending_nonce(*sender), expected);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_pool_equals_a_sorted_list(
        operations in vec(operation(), 1..80),
        parks in any::<bool>(),
    ) {
        let admission =
            if parks { BaseFeeAdmission::Park } else { BaseFeeAdmission::RequireNextBaseFee };
        let mut pair = Pair::new(admission);
        for operation in operations {
            pair.apply(operation);
        }
    }

    #[test]
    fn every_transaction_is_announced_once_and_only_while_pending(
        operations in vec(operation(), 1..80),
    ) {
        let mut pair = Pair::new(BaseFeeAdmission::Park);
        let mut announced = std::collections::BTreeSet::new();
        for operation in operations {
            pair.apply(operation);
            let promoted = pair.core.drain_promoted();
            let best = pair.core.best_hashes(pair.core.head.next_base_fee);
            let arrivals: Vec<_> = promoted.iter().map(|tx| tx.arrival).collect();
            prop_assert!(arrivals.is_sorted());
            for transaction in promoted {
                prop_assert!(best.contains(&transaction.hash));
                // One that left and came back is another arrival.
                prop_assert!(announced.insert((transaction.hash, transaction.arrival)));
            }
            for hash in best {
                let arrival = pair.core.by_hash[&hash].arrival;
                prop_assert!(announced.contains(&(hash, arrival)));
            }
        }
    }

    #[test]
    fn the_version_changes_with_the_executable_transactions(
        operations in vec(operation(), 1..80),
    ) {
        let mut pair = Pair::new(BaseFeeAdmission::Park);
        for operation in operations {
            let (version, best) = (pair.core.version(), pair.core.best_hashes(0));
            let parked = pair.core.has_base_fee_parked();
            pair.apply(operation);
            if pair.core.best_hashes(0) != best || pair.core.has_base_fee_parked() != parked {
                prop_assert_ne!(pair.core.version(), version);
            }
        }
    }
}

fn pool() -> TxPool {
    TxPool::new(PoolConfig::default(), head(10))
}

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
