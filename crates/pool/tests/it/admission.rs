//! Every reason to refuse a transaction, in geth's words.

use crate::sketch::{
    BALANCE, FEE_CAP, mine, pool_on, priced, sender, spec_with_senders, transfer, with,
};
use alloy_consensus::{SignableTransaction as _, TxEip7702, TxLegacy};
use alloy_primitives::{Address, Bytes, Signature, TxKind, U256};
use hanzo_pool::{BaseFeeAdmission, Pool, PoolConfig, PoolError, TransactionOrigin};
use hanzo_state::StateError;
use hanzo_testkit::{Signer, TestChain};
use hanzo_types::{AI_SUPPLY, DEV_ACCOUNTS, Fault, RecoveredTransaction, Transaction};
use reth_primitives_traits::Recovered;

fn chain() -> TestChain {
    TestChain::new(spec_with_senders(3))
}

fn pool() -> Pool {
    pool_on(&chain(), PoolConfig::default())
}

fn add(pool: &Pool, transaction: RecoveredTransaction) -> Result<(), PoolError> {
    pool.add(transaction, TransactionOrigin::Local).map(drop)
}

/// Adds a transaction that can never be valid and returns the reason.
fn never(transaction: RecoveredTransaction) -> String {
    let pool = pool();
    let error = add(&pool, transaction).unwrap_err();
    assert_eq!(error.fault(), Fault::Peer, "{error}");
    assert_eq!(pool.status().total(), 0);
    error.to_string()
}

/// Adds a transaction that cannot be taken now and returns the reason.
fn not_now(pool: &Pool, transaction: RecoveredTransaction) -> String {
    let before = pool.status();
    let error = add(pool, transaction).unwrap_err();
    assert_eq!(error.fault(), Fault::Transient, "{error}");
    assert_eq!(pool.status(), before);
    error.to_string()
}

#[test]
fn oversized() {
    let transaction = with(0, 0, |tx| {
        tx.input = Bytes::from(vec![0; 131_072]);
        tx.gas_limit = 10_000_000;
    });
    let words = never(transaction);
    assert!(words.starts_with("oversized data: transaction size 1311"), "{words}");
    assert!(words.ends_with(", limit 131072"), "{words}");
}

#[test]
fn blobs() {
    let spec = spec_with_senders(0);
    let words = never(Signer::dev(0, &spec).blob(0, DEV_ACCOUNTS[1]));
    assert!(words.starts_with("transaction type not supported: blob transactions"), "{words}");
}

#[test]
fn wrong_chain_id() {
    let words = never(with(0, 0, |tx| tx.chain_id = 1));
    assert_eq!(words, "invalid chain id for signer: have 1 want 31337");
}

#[test]
fn no_chain_id() {
    let transaction = TxLegacy { gas_limit: 21_000, ..TxLegacy::default() };
    let signed: Transaction = transaction.into_signed(Signature::test_signature()).into();
    let words = never(Recovered::new_unchecked(signed, sender(0)));
    assert_eq!(words, "only replay-protected (EIP-155) transactions allowed over RPC");
}

#[test]
fn init_code_too_large() {
    let words = never(with(0, 0, |tx| {
        tx.to = TxKind::Create;
        tx.input = Bytes::from(vec![0; 49_153]);
    }));
    assert_eq!(words, "max initcode size exceeded: code size 49153 limit 49152");
}

#[test]
fn gas_limit_above_the_transaction_cap() {
    let words = never(with(0, 0, |tx| tx.gas_limit = 16_777_217));
    assert_eq!(words, "transaction gas limit too high (cap: 16777216, tx: 16777217)");
}

#[test]
fn gas_limit_above_the_block_gas_limit() {
    let spec = hanzo_testkit::spec_with(|genesis| genesis["gasLimit"] = "0x500000".into());
    let chain = TestChain::new(std::sync::Arc::clone(&spec));
    let pool = pool_on(&chain, PoolConfig::default());
    let alice = Signer::dev(0, &spec);
    let limit = chain.view().head().gas_limit;
    let to = DEV_ACCOUNTS[1];
    let fits = alice.call(0, to, U256::ZERO, Bytes::new(), limit);
    add(&pool, fits).unwrap();
    let exceeds = alice.call(1, to, U256::ZERO, Bytes::new(), limit + 1);
    assert_eq!(not_now(&pool, exceeds), "exceeds block gas limit");
}

#[test]
fn tip_above_the_fee_cap() {
    let words = never(priced(0, 0, 5, 6));
    assert_eq!(words, "max priority fee per gas higher than max fee per gas");
}

#[test]
fn largest_nonce() {
    assert_eq!(never(transfer(0, u64::MAX)), "nonce has max value");
}

#[test]
fn intrinsic_gas_too_low() {
    let words = never(with(0, 0, |tx| tx.gas_limit = 20_000));
    assert_eq!(words, "intrinsic gas too low: gas 20000, minimum needed 21000");
}

#[test]
fn floor_data_gas_too_low() {
    // 100 bytes that are not zero: 21 000 + 1 600 to start, 21 000 + 4 000 at least.
    let words = never(with(0, 0, |tx| {
        tx.input = Bytes::from(vec![1; 100]);
        tx.gas_limit = 24_999;
    }));
    assert_eq!(words, "insufficient gas for floor data gas cost: gas 24999, minimum needed 25000");
}

#[test]
fn no_authorization() {
    let transaction = TxEip7702 {
        chain_id: 31_337,
        gas_limit: 100_000,
        max_fee_per_gas: FEE_CAP,
        ..TxEip7702::default()
    };
    let signed: Transaction = transaction.into_signed(Signature::test_signature()).into();
    let words = never(Recovered::new_unchecked(signed, sender(0)));
    assert_eq!(words, "set code tx must have at least one authorization tuple");
}

#[test]
fn already_known() {
    let pool = pool();
    add(&pool, transfer(0, 0)).unwrap();
    assert_eq!(not_now(&pool, transfer(0, 0)), "already known");
}

#[test]
fn nonce_too_low() {
    let mut chain = chain();
    let pool = pool_on(&chain, PoolConfig::default());
    mine(&mut chain, &pool, vec![transfer(0, 0), transfer(0, 1)]);
    let words = not_now(&pool, priced(0, 1, FEE_CAP * 2, 7));
    assert_eq!(words, "nonce too low: next nonce 2, tx nonce 1");
}

#[test]
fn nonce_too_far_ahead() {
    let pool = pool();
    add(&pool, transfer(0, 16_383)).unwrap();
    let words = not_now(&pool, transfer(0, 16_384));
    assert_eq!(words, "nonce too high: tx nonce 16384, next nonce 0, limit 16384 ahead");
}

#[test]
fn sender_with_code() {
    let pool = pool();
    let (inner, _) = transfer(0, 0).into_parts();
    let contract = alloy_primitives::address!("0000f90827f1c53a10cb7a02335b175320002935");
    let words = not_now(&pool, Recovered::new_unchecked(inner.clone(), contract));
    let prefix =
        "sender not an eoa: address 0x0000F90827F1C53a10cb7A02335B175320002935, codehash: 0x";
    assert!(words.starts_with(prefix), "{words}");
    let words = not_now(&pool, Recovered::new_unchecked(inner, AI_SUPPLY));
    assert!(words.starts_with("sender not an eoa"), "{words}");
}

#[test]
fn a_sender_that_delegates_its_code_is_welcome() {
    let spec = spec_with_senders(0);
    let mut chain = TestChain::new(std::sync::Arc::clone(&spec));
    let pool = pool_on(&chain, PoolConfig::default());
    let (alice, bob) = (Signer::dev(0, &spec), Signer::dev(1, &spec));
    mine(&mut chain, &pool, vec![alice.delegate(0, &bob, DEV_ACCOUNTS[3])]);
    add(&pool, bob.transfer(1, DEV_ACCOUNTS[2], 1)).unwrap();
    assert_eq!(pool.status().pending, 1);
}

#[test]
fn insufficient_funds() {
    let pool = pool();
    let words = not_now(&pool, with(0, 0, |tx| tx.value = U256::from(BALANCE)));
    let cost = U256::from(BALANCE) + U256::from(21_000 * FEE_CAP);
    assert_eq!(
        words,
        format!(
            "insufficient funds for gas * price + value: balance {BALANCE}, tx cost {cost}, \
             overshot {}",
            21_000 * FEE_CAP
        )
    );
    // Nobody knows this one; a cost beyond 256 bits is no reason to wrap.
    let words = not_now(&pool, with(77, 0, |tx| tx.value = U256::MAX));
    assert!(words.contains(&format!("balance 0, tx cost {}", U256::MAX)), "{words}");
}

#[test]
fn insufficient_funds_for_all_of_the_senders_transactions() {
    let pool = pool();
    let value = U256::from(BALANCE / 2);
    add(&pool, with(0, 0, |tx| tx.value = value)).unwrap();
    let words = not_now(&pool, with(0, 1, |tx| tx.value = value));
    let cost = BALANCE / 2 + 21_000 * FEE_CAP;
    assert_eq!(
        words,
        format!(
            "insufficient funds for gas * price + value: balance {BALANCE}, queued cost {cost}, \
             tx cost {cost}, overshot {}",
            2 * cost - BALANCE
        )
    );
}

#[test]
fn insufficient_funds_for_a_replacement() {
    let pool = pool();
    let value = U256::from(BALANCE / 4);
    for nonce in 0..3 {
        add(&pool, with(0, nonce, |tx| tx.value = value)).unwrap();
    }
    let words = not_now(&pool, with(0, 1, |tx| tx.value = U256::from(BALANCE * 3 / 4)));
    let queued = 3 * (BALANCE / 4 + 21_000 * FEE_CAP);
    assert_eq!(
        words,
        format!(
            "insufficient funds for gas * price + value: balance {BALANCE}, queued cost {queued}, \
             tx bumped {}, overshot {}",
            BALANCE / 2,
            queued + BALANCE / 2 - BALANCE
        )
    );
}

#[test]
fn a_fee_cap_below_the_next_base_fee_is_refused_where_blocks_are_instant() {
    let chain = chain();
    let admission = BaseFeeAdmission::RequireNextBaseFee;
    let config = PoolConfig { base_fee_admission: admission, ..PoolConfig::default() };
    let pool = pool_on(&chain, config);
    let base_fee = chain.view().next_base_fee();
    let words = not_now(&pool, priced(0, 0, u128::from(base_fee) - 1, 0));
    assert_eq!(
        words,
        format!(
            "max fee per gas less than block base fee: address {}, maxFeePerGas: {}, baseFee: \
             {base_fee}",
            sender(0),
            base_fee - 1
        )
    );
    add(&pool, priced(0, 0, u128::from(base_fee), 0)).unwrap();
}

#[test]
fn a_fee_cap_below_the_next_base_fee_is_parked_elsewhere() {
    let chain = chain();
    let pool = pool_on(&chain, PoolConfig::default());
    add(&pool, priced(0, 0, 7, 0)).unwrap();
    assert_eq!((pool.status().pending, pool.status().basefee), (0, 1));
    assert!(pool.has_base_fee_parked());
    assert_eq!(pool.best(chain.view().next_base_fee()).count(), 0);
}

#[test]
fn replacement_below_ten_percent_bump_is_refused() {
    let pool = pool();
    add(&pool, priced(0, 0, 10_000_000_001, 1_000_000_001)).unwrap();
    for (cap, tip) in [
        (10_000_000_001, 2_000_000_000),
        (11_000_000_001, 2_000_000_000),
        (20_000_000_000, 1_000_000_001),
        (20_000_000_000, 1_100_000_001),
    ] {
        let words = not_now(&pool, priced(0, 0, cap, tip));
        assert_eq!(words, "replacement transaction underpriced");
    }
    let better = priced(0, 0, 11_000_000_002, 1_100_000_002);
    let hash = *better.tx_hash();
    add(&pool, better).unwrap();
    assert_eq!((pool.status().total(), pool.status().counters.replaced), (1, 1));
    assert!(pool.get(hash).is_some());
}

#[test]
fn more_than_one_sender_may_have() {
    let config = PoolConfig { max_transactions_per_sender: 2, ..PoolConfig::default() };
    let pool = pool_on(&chain(), config);
    add(&pool, transfer(0, 0)).unwrap();
    add(&pool, transfer(0, 1)).unwrap();
    let words = not_now(&pool, transfer(0, 2));
    assert_eq!(words, "account limit exceeded: pooled 2 txs, limit 2");
}

#[test]
fn a_full_pool() {
    let config =
        PoolConfig { max_transactions: 2, max_transactions_per_sender: 2, ..PoolConfig::default() };
    let pool = pool_on(&chain(), config);
    add(&pool, transfer(0, 0)).unwrap();
    add(&pool, transfer(1, 0)).unwrap();
    assert_eq!(not_now(&pool, transfer(2, 0)), "txpool is full");
    add(&pool, priced(2, 0, 2 * FEE_CAP, 1)).unwrap();
    assert_eq!((pool.status().total(), pool.status().counters.evicted), (2, 1));
}

#[test]
fn what_only_the_node_can_cause_is_its_own_fault() {
    let lost = PoolError::State(StateError::MissingCode(Default::default()));
    assert_eq!(lost.fault(), Fault::Local);
    let moved = PoolError::HeadMoved { attempts: 8 };
    assert_eq!(moved.fault(), Fault::Transient);
    assert!(moved.to_string().contains("8 times"));
    assert!(PoolError::UnsupportedType { ty: 9 }.to_string().ends_with("type 9"));
    let address = Address::ZERO;
    let far = PoolError::FeeCapBelowBaseFee { address, fee_cap: 1, base_fee: 2 };
    assert_eq!(far.fault(), Fault::Transient);
}
