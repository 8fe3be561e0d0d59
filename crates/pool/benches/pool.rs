//! What the pool costs at its default size: 16 384 transactions of 1 024 senders.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure here is a failed measurement"
)]

use alloy_consensus::{Signed, TxEip1559};
use alloy_primitives::{Address, B256, Signature, TxKind, U256};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hanzo_chain::{CanonObserver as _, CanonUpdate};
use hanzo_pool::{Pool, PoolConfig, TransactionOrigin};
use hanzo_testkit::{TestChain, spec_with};
use hanzo_types::{RecoveredTransaction, Transaction};
use reth_primitives_traits::Recovered;
use std::{hint::black_box, sync::Arc};

const SENDERS: u64 = 1_024;
const TRANSACTIONS: u64 = 16_384;

/// An account of the dev chain's genesis that owns 100 million AI.
const RESERVE: &str = "0x00000000000000000000000000000000000a1105";

fn sender(index: u64) -> Address {
    Address::from_word(B256::from(U256::from(0x5e_0000_0000_u64 + index)))
}

fn chain() -> TestChain {
    TestChain::new(spec_with(|genesis| {
        genesis["alloc"][RESERVE]["balance"] = "0x1".into();
        for index in 0..SENDERS {
            let account = serde_json::json!({ "balance": "0x3635c9adc5dea00000" });
            genesis["alloc"][sender(index).to_string().to_lowercase()] = account;
        }
    }))
}

/// Transaction `number`, of the sender `number` modulo the number of senders.
fn transaction(number: u64, fee_cap: u128) -> RecoveredTransaction {
    let transaction = TxEip1559 {
        chain_id: 31_337,
        nonce: number / SENDERS,
        gas_limit: 21_000,
        max_fee_per_gas: fee_cap,
        max_priority_fee_per_gas: u128::from(number % 97),
        to: TxKind::Call(Address::ZERO),
        ..TxEip1559::default()
    };
    let hash = B256::from(U256::from(number));
    let signed = Signed::new_unchecked(transaction, Signature::test_signature(), hash);
    Recovered::new_unchecked(Transaction::Eip1559(signed), sender(number % SENDERS))
}

fn filled(chain: &TestChain, fee_cap: u128) -> Pool {
    let pool = Pool::new(PoolConfig::default(), chain.view());
    for number in 0..TRANSACTIONS {
        pool.add(transaction(number, fee_cap), TransactionOrigin::Local).unwrap();
    }
    pool
}

fn benches(c: &mut Criterion) {
    let mut chain = chain();
    let before = chain.view();
    let dear = filled(&chain, 10_000_000_000);
    // Between the base fee of the first block and the lower one of the second.
    let between = filled(&chain, u128::from(before.next_base_fee()) - 1);
    chain.mine(Vec::new());
    let after = chain.view();
    let head = |view: &Arc<_>| CanonUpdate {
        reverted: Vec::new(),
        adopted: Vec::new(),
        view: Arc::clone(view),
    };

    let mut group = c.benchmark_group("pool");
    group.bench_function("add/transactions=16384", |b| {
        let refill = || Pool::new(PoolConfig::default(), Arc::clone(&before));
        b.iter_batched(
            refill,
            |pool| {
                for number in 0..TRANSACTIONS {
                    let transaction = transaction(number, 10_000_000_000);
                    pool.add(transaction, TransactionOrigin::Local).unwrap();
                }
                pool
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("best/transactions=16384 take=1428", |b| {
        b.iter(|| black_box(dear.best(before.next_base_fee()).take(1_428).count()));
    });
    group.bench_function("base_fee/transactions=16384 moved=0", |b| {
        b.iter(|| {
            dear.on_canon_update(&head(&after));
            dear.on_canon_update(&head(&before));
        });
    });
    group.bench_function("base_fee/transactions=16384 moved=16384", |b| {
        b.iter(|| {
            between.on_canon_update(&head(&after));
            between.on_canon_update(&head(&before));
        });
    });
    group.finish();
}

criterion_group! {
    name = pool;
    config = Criterion::default().sample_size(10);
    targets = benches
}
criterion_main!(pool);
