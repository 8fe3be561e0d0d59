//! Tests of the pool's core, and what they make transactions with.

mod properties;
mod rules;
mod sorted_list;

use super::{Sizes, TxPool, bumped, eviction_rank};
use crate::{
    BaseFeeAdmission, BestTransactions, PoolConfig, PoolError, TransactionOrigin, TransactionRules,
    checked_transaction::CheckedTransaction,
    head_change::{HeadChange, PoolHead},
    sender_facts::SenderFacts,
};
use alloy_consensus::{Signed, TxEip1559};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
use hanzo_types::{RecoveredTransaction, Transaction};
use reth_primitives_traits::Recovered;

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

fn pool() -> TxPool {
    TxPool::new(PoolConfig::default(), head(10))
}

/// Limits that a few dozen transactions reach.
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
