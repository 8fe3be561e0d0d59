//! Own fixtures in the StateTests format.
//!
//! What must come out is worked out here by arithmetic and by a full rebuild of the trie, not by
//! running anything.

use super::{
    fixture_json::{AccountFields, Info, account_fields},
    forge::{GAS_LIMIT, GAS_PRICE, key, legacy, sign},
    standard_world::{LOGGER, standard_world},
};
use crate::{FixtureAlloc, Fork, Quantity};
use alloy_consensus::TxLegacy;
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, Log, U256, keccak256};
use alloy_trie::{KECCAK_EMPTY, TrieAccount, root};
use serde::Serialize;
use std::collections::BTreeMap;

const COINBASE: Address = Address::repeat_byte(0xc0);
const PAYEE: Address = Address::repeat_byte(0x77);

/// Base fee of the block on forks that have one, in wei.
const BASE_FEE: u64 = 7;

/// Gas of a transfer. Source: Yellow Paper appendix G.
const TRANSFER_GAS: u64 = 21_000;

/// Gas of a call of the logger with a word of zeros from Istanbul on: the transfer, two pushes, a
/// log without topics, and the word.
const LOGGER_GAS: u64 = TRANSFER_GAS + 2 * 3 + 375 + 32 * 4;

/// The files, as name and contents.
pub(crate) fn files() -> Vec<(String, String)> {
    let cases = [
        ("state_of_transfers", transfers()),
        ("state_of_a_call", call()),
        ("state_of_a_refused_transaction", refused()),
    ];
    let write = |(name, case): (&str, StateCase)| {
        let file = BTreeMap::from([(name, case)]);
        (format!("{name}.json"), serde_json::to_string_pretty(&file).unwrap() + "\n")
    };
    cases.into_iter().map(write).collect()
}

#[derive(Serialize)]
struct StateCase {
    #[serde(rename = "_info")]
    info: Info<'static>,
    env: Env,
    pre: BTreeMap<Address, AccountFields>,
    transaction: Parts,
    post: BTreeMap<&'static str, Vec<Entry>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Env {
    current_coinbase: Address,
    current_difficulty: U256,
    current_gas_limit: U256,
    current_number: U256,
    current_timestamp: U256,
    current_base_fee: U256,
    current_random: B256,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Parts {
    data: Vec<Bytes>,
    gas_limit: Vec<U256>,
    value: Vec<U256>,
    nonce: U256,
    to: Address,
    gas_price: U256,
    secret_key: B256,
    sender: Address,
}

#[derive(Serialize)]
struct Entry {
    indexes: Indexes,
    hash: B256,
    logs: B256,
    #[serde(skip_serializing_if = "Option::is_none")]
    txbytes: Option<Bytes>,
    #[serde(rename = "expectException", skip_serializing_if = "Option::is_none")]
    exception: Option<&'static str>,
}

#[derive(Clone, Copy, Serialize)]
struct Indexes {
    data: usize,
    gas: usize,
    value: usize,
}

/// What a transaction does to the world, besides what it pays for gas.
struct Effect {
    gas_used: u64,
    value: u64,
    logs: Vec<Log>,
}

fn transfers() -> StateCase {
    let world = world();
    let values = [0_u64, 5];
    let transaction = parts(PAYEE, Bytes::new(), &[21_000, 50_000], &values, 0);
    let mut post = BTreeMap::new();
    for (fork, base_fee) in [("Berlin", 0), ("London", BASE_FEE), ("Osaka", BASE_FEE)] {
        let entries = post.entry(fork).or_insert_with(Vec::new);
        for (gas, value) in [(0, 0), (0, 1), (1, 1)] {
            let effect = Effect { gas_used: TRANSFER_GAS, value: values[value], logs: Vec::new() };
            let indexes = Indexes { data: 0, gas, value };
            entries.push(taken(&world, PAYEE, &effect, base_fee, indexes));
        }
    }
    case("A transfer pays value, fee and tip; unused gas comes back.", &world, transaction, post)
}

fn call() -> StateCase {
    let world = world();
    let input = Bytes::from_static(&[0; 32]);
    let transaction = parts(LOGGER, input.clone(), &[100_000], &[0], 0);
    let logs = vec![Log::new_unchecked(LOGGER, Vec::new(), Bytes::new())];
    let effect = Effect { gas_used: LOGGER_GAS, value: 0, logs };
    let indexes = Indexes { data: 0, gas: 0, value: 0 };
    let assembled = taken(&world, LOGGER, &effect, BASE_FEE, indexes);
    let signed = sign(1, TxLegacy { input, gas_limit: 100_000, ..legacy(0, LOGGER) });
    let txbytes = Some(signed.encoded_2718().into());
    let encoded = Entry { txbytes, ..taken(&world, LOGGER, &effect, BASE_FEE, indexes) };
    let post = BTreeMap::from([("London", vec![assembled, encoded])]);
    case("A call leaves a log; with parts or with the encoding.", &world, transaction, post)
}

fn refused() -> StateCase {
    let world = world();
    let transaction = parts(PAYEE, Bytes::new(), &[21_000], &[5], 1);
    let entry = Entry {
        indexes: Indexes { data: 0, gas: 0, value: 0 },
        hash: state_root(&world),
        logs: logs_hash(&[]),
        txbytes: None,
        exception: Some("TransactionException.NONCE_MISMATCH_TOO_HIGH"),
    };
    let post = BTreeMap::from([("London", vec![entry])]);
    case("A transaction that is refused changes nothing.", &world, transaction, post)
}

fn world() -> FixtureAlloc {
    standard_world(&[key(1).address()], Fork::Frontier)
}

fn parts(to: Address, data: Bytes, gas: &[u64], values: &[u64], nonce: u64) -> Parts {
    let numbers = |list: &[u64]| list.iter().map(|number| U256::from(*number)).collect();
    Parts {
        data: vec![data],
        gas_limit: numbers(gas),
        value: numbers(values),
        nonce: U256::from(nonce),
        to,
        gas_price: U256::from(GAS_PRICE),
        secret_key: B256::with_last_byte(1),
        sender: key(1).address(),
    }
}

/// A transaction that runs.
fn taken(
    world: &FixtureAlloc,
    to: Address,
    effect: &Effect,
    base_fee: u64,
    indexes: Indexes,
) -> Entry {
    let mut after = world.clone();
    let gas = U256::from(effect.gas_used);
    let (price, value) = (U256::from(GAS_PRICE), U256::from(effect.value));
    let sender = after.entry(key(1).address()).or_default();
    sender.nonce = Quantity(U256::from(1));
    sender.balance.0 -= gas * price + value;
    after.entry(COINBASE).or_default().balance.0 += gas * (price - U256::from(base_fee));
    if !value.is_zero() {
        after.entry(to).or_default().balance.0 += value;
    }
    let (hash, logs) = (state_root(&after), logs_hash(&effect.logs));
    Entry { indexes, hash, logs, txbytes: None, exception: None }
}

fn case(
    rule: &'static str,
    world: &FixtureAlloc,
    transaction: Parts,
    post: BTreeMap<&'static str, Vec<Entry>>,
) -> StateCase {
    StateCase {
        info: Info { comment: rule },
        env: Env {
            current_coinbase: COINBASE,
            current_difficulty: U256::from(131_072),
            current_gas_limit: U256::from(GAS_LIMIT),
            current_number: U256::from(1),
            current_timestamp: U256::from(1_000),
            current_base_fee: U256::from(BASE_FEE),
            current_random: B256::repeat_byte(0x11),
        },
        pre: account_fields(world),
        transaction,
        post,
    }
}

fn logs_hash(logs: &[Log]) -> B256 {
    keccak256(alloy_rlp::encode(logs.to_vec()))
}

/// The root by a full rebuild.
fn state_root(world: &FixtureAlloc) -> B256 {
    let leaves = world.iter().map(|(address, account)| {
        let slots = account.slots().map(|(slot, value)| (slot.to_word(), value.0));
        let code_hash =
            if account.code.is_empty() { KECCAK_EMPTY } else { keccak256(&account.code) };
        let leaf = TrieAccount {
            nonce: account.nonce.to_u64().unwrap(),
            balance: account.balance.0,
            storage_root: root::storage_root_unhashed(slots),
            code_hash,
        };
        (*address, leaf)
    });
    root::state_root_unhashed(leaves)
}
