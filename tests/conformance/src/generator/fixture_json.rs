//! Scenarios in the BlockchainTests format.

use super::scenario::{Arrival, Fate, Scenario};
use crate::{FixtureAccount, FixtureAlloc};
use alloy_consensus::Header;
use alloy_primitives::{Address, B64, B256, Bloom, Bytes, U256};
use serde::Serialize;
use std::collections::BTreeMap;

/// The file of a scenario: one case, with the fields in a fixed order.
pub(crate) fn write(scenario: &Scenario) -> String {
    let genesis = scenario.forge().spec().genesis_block();
    let case = Case {
        info: Info { comment: scenario.rule() },
        network: scenario.forge().network(),
        seal_engine: "NoProof",
        config: Config { chainid: U256::from(scenario.forge().spec().chain_id()) },
        genesis_block_header: HeaderFields::of(&genesis.header),
        genesis_rlp: alloy_rlp::encode(&genesis).into(),
        pre: account_fields(scenario.forge().world()),
        blocks: scenario.arrivals().iter().map(block).collect(),
        lastblockhash: scenario.end().head,
        post_state: account_fields(&scenario.end().world),
    };
    let file = BTreeMap::from([(scenario.name(), case)]);
    let mut text = serde_json::to_string_pretty(&file).unwrap();
    text.push('\n');
    text
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Case<'a> {
    #[serde(rename = "_info")]
    info: Info<'a>,
    network: &'a str,
    seal_engine: &'a str,
    config: Config,
    genesis_block_header: HeaderFields<'a>,
    #[serde(rename = "genesisRLP")]
    genesis_rlp: Bytes,
    pre: BTreeMap<Address, AccountFields>,
    blocks: Vec<BlockFields<'a>>,
    lastblockhash: B256,
    post_state: BTreeMap<Address, AccountFields>,
}

#[derive(Serialize)]
pub(crate) struct Info<'a> {
    pub(crate) comment: &'a str,
}

#[derive(Serialize)]
struct Config {
    chainid: U256,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockFields<'a> {
    rlp: &'a Bytes,
    #[serde(skip_serializing_if = "Option::is_none")]
    block_header: Option<HeaderFields<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expect_exception: Option<&'a str>,
}

#[derive(Serialize)]
pub(crate) struct AccountFields {
    nonce: U256,
    balance: U256,
    code: Bytes,
    storage: BTreeMap<U256, U256>,
}

/// A header under the names of the format.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeaderFields<'a> {
    hash: B256,
    parent_hash: B256,
    uncle_hash: B256,
    coinbase: Address,
    state_root: B256,
    transactions_trie: B256,
    receipt_trie: B256,
    bloom: Bloom,
    difficulty: U256,
    number: U256,
    gas_limit: U256,
    gas_used: U256,
    timestamp: U256,
    extra_data: &'a Bytes,
    mix_hash: B256,
    nonce: B64,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_fee_per_gas: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawals_root: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob_gas_used: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excess_blob_gas: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_beacon_block_root: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_hash: Option<B256>,
}

impl<'a> HeaderFields<'a> {
    fn of(header: &'a Header) -> Self {
        Self {
            hash: header.hash_slow(),
            parent_hash: header.parent_hash,
            uncle_hash: header.ommers_hash,
            coinbase: header.beneficiary,
            state_root: header.state_root,
            transactions_trie: header.transactions_root,
            receipt_trie: header.receipts_root,
            bloom: header.logs_bloom,
            difficulty: header.difficulty,
            number: U256::from(header.number),
            gas_limit: U256::from(header.gas_limit),
            gas_used: U256::from(header.gas_used),
            timestamp: U256::from(header.timestamp),
            extra_data: &header.extra_data,
            mix_hash: header.mix_hash,
            nonce: header.nonce,
            base_fee_per_gas: header.base_fee_per_gas.map(U256::from),
            withdrawals_root: header.withdrawals_root,
            blob_gas_used: header.blob_gas_used.map(U256::from),
            excess_blob_gas: header.excess_blob_gas.map(U256::from),
            parent_beacon_block_root: header.parent_beacon_block_root,
            requests_hash: header.requests_hash,
        }
    }
}

fn block(arrival: &Arrival) -> BlockFields<'_> {
    match &arrival.fate {
        Fate::Taken(header) => BlockFields {
            rlp: &arrival.rlp,
            block_header: Some(HeaderFields::of(header)),
            expect_exception: None,
        },
        Fate::Refused(reason) => {
            BlockFields { rlp: &arrival.rlp, block_header: None, expect_exception: Some(reason) }
        }
    }
}

/// Accounts under the names of the format.
pub(crate) fn account_fields(alloc: &FixtureAlloc) -> BTreeMap<Address, AccountFields> {
    alloc.iter().map(|(address, account)| (*address, fields(account))).collect()
}

fn fields(account: &FixtureAccount) -> AccountFields {
    AccountFields {
        nonce: account.nonce.0,
        balance: account.balance.0,
        code: account.code.clone(),
        storage: account.slots().map(|(slot, value)| (slot.0, value.0)).collect(),
    }
}
