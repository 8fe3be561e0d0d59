//! Transactions of senders that need no key: the pool and a block of known senders trust them.

use alloy_consensus::{SignableTransaction, Signed, TxEip1559};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
use hanzo_chain::{CanonObserver, Inserted};
use hanzo_pool::{Pool, PoolConfig};
use hanzo_testkit::{TestChain, seal, spec_with};
use hanzo_types::{ChainSpec, RecoveredTransaction, Transaction};
use reth_primitives_traits::Recovered;
use std::sync::Arc;

/// Fee cap of a sketched transaction, in wei per gas: above any base fee that these tests reach.
pub(crate) const FEE_CAP: u128 = 10_000_000_000;

/// Wei of each sketched sender at genesis: 1 000 AI.
pub(crate) const BALANCE: u128 = 1_000_000_000_000_000_000_000;

/// Sketched sender `index`.
pub(crate) fn sender(index: u64) -> Address {
    Address::from_word(B256::from(U256::from(0x5e_0000_0000_u64 + index)))
}

/// An account of the dev chain's genesis that owns 100 million AI.
const RESERVE: &str = "0x00000000000000000000000000000000000a1105";

/// The dev chain with `count` sketched senders that own something.
pub(crate) fn spec_with_senders(count: u64) -> Arc<ChainSpec> {
    spec_with(|genesis| {
        // Genesis supply is at its limit: what the senders own has to come from somewhere.
        genesis["alloc"][RESERVE]["balance"] = "0x1".into();
        for index in 0..count {
            let account = [("balance".to_owned(), format!("{BALANCE:#x}").into())];
            genesis["alloc"][sender(index).to_string().to_lowercase()] =
                serde_json::Value::Object(account.into_iter().collect());
        }
    })
}

/// A transfer of nothing with a fee cap and a tip.
pub(crate) fn priced(index: u64, nonce: u64, cap: u128, tip: u128) -> RecoveredTransaction {
    with(index, nonce, |transaction| {
        transaction.max_fee_per_gas = cap;
        transaction.max_priority_fee_per_gas = tip;
    })
}

/// A transfer of nothing.
pub(crate) fn transfer(index: u64, nonce: u64) -> RecoveredTransaction {
    with(index, nonce, |_| {})
}

/// A transfer of nothing after `change`.
pub(crate) fn with(
    index: u64,
    nonce: u64,
    change: impl FnOnce(&mut TxEip1559),
) -> RecoveredTransaction {
    let mut transaction = TxEip1559 {
        chain_id: 31_337,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: FEE_CAP,
        max_priority_fee_per_gas: 1_000_000_000,
        to: TxKind::Call(Address::repeat_byte(0xaa)),
        value: U256::ZERO,
        access_list: Default::default(),
        input: Bytes::new(),
    };
    change(&mut transaction);
    let mut hash = transaction.signature_hash().0;
    // One signature for all: the sender has to tell equal transactions apart.
    hash[..8].copy_from_slice(&index.to_be_bytes());
    let signed = Signed::new_unchecked(transaction, Signature::test_signature(), hash.into());
    Recovered::new_unchecked(Transaction::Eip1559(signed), sender(index))
}

/// A pool on the head of `chain`.
pub(crate) fn pool_on(chain: &TestChain, config: PoolConfig) -> Pool {
    Pool::new(config, chain.view())
}

/// Mines a block of exactly these transactions and tells the pool.
pub(crate) fn mine(chain: &mut TestChain, pool: &Pool, transactions: Vec<RecoveredTransaction>) {
    let built = chain.build(transactions);
    let inserted = chain.import_mined(seal(built.block), built.prebuilt).unwrap();
    let Inserted::Head(update) = inserted else { panic!("not the head") };
    pool.on_canon_update(&update);
}
