//! Transactions that no block may contain.

use super::{
    blocks::with_transactions,
    forge::{Forge, GAS_LIMIT, GAS_PRICE, Plan, dynamic, legacy, sign, transfer},
    scenario::Scenario,
};
use crate::Fork;
use alloy_consensus::{TxEip1559, TxEip2930, TxEip4844, TxLegacy};
use alloy_primitives::{Address, B256, Signature, U256};
use hanzo_types::{RecoveredTransaction, Transaction};
use std::sync::Arc;

const PAYEE: Address = Address::repeat_byte(0x77);

pub(crate) fn scenarios() -> Vec<Scenario> {
    let istanbul = Forge::new("Istanbul", Fork::Istanbul);
    let berlin = Forge::new("Berlin", Fork::Berlin);
    let london = Forge::new("London", Fork::London);
    let cancun = Forge::new("Cancun", Fork::Cancun);
    let osaka = Forge::new("Osaka", Fork::Osaka);
    let mut all = accounts(&berlin);
    all.extend(gas_and_fees(&london));
    all.extend(types(&istanbul, &berlin, &cancun));
    all.extend(blobs(&cancun));
    all.push(refused(
        "gas_limit_above_the_cap",
        "From Osaka on the gas limit of a transaction has a cap.",
        "TransactionException.GAS_LIMIT_EXCEEDS_MAXIMUM",
        sign(1, TxEip1559 { gas_limit: (1 << 24) + 1, ..dynamic(0, PAYEE) }),
        &osaka,
    ));
    all
}

fn accounts(berlin: &Arc<Forge>) -> Vec<Scenario> {
    vec![
        refused(
            "nonce_too_low",
            "A nonce that was used already.",
            "TransactionException.NONCE_MISMATCH_TOO_LOW",
            transfer(2, 0, PAYEE, 1),
            berlin,
        ),
        refused(
            "nonce_too_high",
            "A nonce that leaves a gap.",
            "TransactionException.NONCE_MISMATCH_TOO_HIGH",
            transfer(1, 1, PAYEE, 1),
            berlin,
        ),
        refused(
            "balance_too_low",
            "A sender that cannot pay value and gas.",
            "TransactionException.INSUFFICIENT_ACCOUNT_FUNDS",
            sign(1, TxLegacy { value: U256::from(10).pow(U256::from(21)), ..legacy(0, PAYEE) }),
            berlin,
        ),
        refused(
            "signature_of_zero",
            "A signature that recovers to no sender.",
            "TransactionException.INVALID_SIGNATURE_VRS",
            unsigned(transfer(1, 0, PAYEE, 1)),
            berlin,
        ),
        refused(
            "wrong_chain_id",
            "A transaction that was signed for another chain.",
            "TransactionException.INVALID_CHAINID",
            sign(1, TxLegacy { chain_id: Some(2), ..legacy(0, PAYEE) }),
            berlin,
        ),
    ]
}

fn gas_and_fees(london: &Arc<Forge>) -> Vec<Scenario> {
    vec![
        refused(
            "gas_limit_above_the_block",
            "A transaction that could use more gas than the block has.",
            "TransactionException.GAS_ALLOWANCE_EXCEEDED",
            sign(1, TxLegacy { gas_limit: GAS_LIMIT + 1, ..legacy(0, PAYEE) }),
            london,
        ),
        refused(
            "gas_below_the_intrinsic_cost",
            "A transaction that cannot pay for its own existence.",
            "TransactionException.INTRINSIC_GAS_TOO_LOW",
            sign(1, TxLegacy { gas_limit: 20_999, ..legacy(0, PAYEE) }),
            london,
        ),
        refused(
            "fee_cap_below_the_base_fee",
            "A fee cap that does not cover the base fee.",
            "TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS",
            sign(
                1,
                TxEip1559 { max_fee_per_gas: 7, max_priority_fee_per_gas: 0, ..dynamic(0, PAYEE) },
            ),
            london,
        ),
        refused(
            "tip_above_the_fee_cap",
            "A tip that is more than the whole fee.",
            "TransactionException.PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS",
            sign(1, TxEip1559 { max_priority_fee_per_gas: GAS_PRICE + 1, ..dynamic(0, PAYEE) }),
            london,
        ),
    ]
}

fn types(istanbul: &Arc<Forge>, berlin: &Arc<Forge>, cancun: &Arc<Forge>) -> Vec<Scenario> {
    let list = TxEip2930 {
        chain_id: 1,
        gas_price: GAS_PRICE,
        gas_limit: 21_000,
        to: PAYEE.into(),
        ..Default::default()
    };
    let delegation = alloy_consensus::TxEip7702 {
        chain_id: 1,
        gas_limit: 100_000,
        max_fee_per_gas: GAS_PRICE,
        to: PAYEE,
        ..Default::default()
    };
    vec![
        refused(
            "access_list_before_berlin",
            "Type 1 does not exist before Berlin.",
            "TransactionException.TYPE_1_TX_PRE_FORK",
            sign(1, list),
            istanbul,
        ),
        refused(
            "dynamic_fee_before_london",
            "Type 2 does not exist before London.",
            "TransactionException.TYPE_2_TX_PRE_FORK",
            sign(1, dynamic(0, PAYEE)),
            berlin,
        ),
        refused(
            "delegation_before_prague",
            "Type 4 does not exist before Prague.",
            "TransactionException.TYPE_4_TX_PRE_FORK",
            sign(1, delegation),
            cancun,
        ),
    ]
}

fn blobs(cancun: &Arc<Forge>) -> Vec<Scenario> {
    let blob = TxEip4844 {
        chain_id: 1,
        gas_limit: 21_000,
        max_fee_per_gas: GAS_PRICE,
        to: PAYEE,
        max_fee_per_blob_gas: GAS_PRICE,
        ..Default::default()
    };
    let version = |byte: u8| {
        let mut hash = B256::with_last_byte(1);
        hash[0] = byte;
        hash
    };
    vec![
        refused(
            "blob_transaction_without_blobs",
            "A blob transaction has at least one blob.",
            "TransactionException.TYPE_3_TX_ZERO_BLOBS",
            sign(1, blob.clone()),
            cancun,
        ),
        refused(
            "blob_of_unknown_version",
            "The hash of a blob starts with its version, which is 1.",
            "TransactionException.TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH",
            sign(1, TxEip4844 { blob_versioned_hashes: vec![version(2)], ..blob.clone() }),
            cancun,
        ),
        refused(
            "too_many_blobs",
            "A block has at most as many blobs as its fork allows.",
            "TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED",
            sign(1, TxEip4844 { blob_versioned_hashes: vec![version(1); 7], ..blob }),
            cancun,
        ),
    ]
}

/// A block in which the second account pays, one with `bad` on top, and one without it.
fn refused(
    name: &'static str,
    rule: &'static str,
    exception: &'static str,
    bad: RecoveredTransaction,
    forge: &Arc<Forge>,
) -> Scenario {
    let mut chain = forge.chain();
    let first = chain.mine(Plan::default().with(transfer(2, 0, PAYEE, 5)));
    let good = transfer(3, 0, PAYEE, 5);
    let second = chain.mine(Plan::default().with(good.clone()));
    let both = with_transactions(&second, vec![good.into_inner(), bad.into_inner()]);
    Scenario::new(name, rule, forge)
        .takes([&first])
        .refuses(&both, exception)
        .takes([&second])
        .ends_with(&mut chain)
}

/// The transaction with a signature of zeros.
fn unsigned(transaction: RecoveredTransaction) -> RecoveredTransaction {
    let (transaction, sender) = transaction.into_parts();
    let typed = alloy_consensus::EthereumTypedTransaction::from(transaction);
    let signature = Signature::new(U256::ZERO, U256::ZERO, false);
    let unsigned: Transaction = typed.into_envelope(signature);
    reth_primitives_traits::Recovered::new_unchecked(unsigned, sender)
}
