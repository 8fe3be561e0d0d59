//! The StateTests (GeneralStateTests) format: a world, a transaction with variations, and the
//! state root after each on each fork.

use crate::{FixtureAlloc, FixtureConfig, Quantity};
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, B256, Bytes};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One case of a StateTests file.
#[derive(Debug, Clone, Deserialize)]
pub struct StateTest {
    /// The block that the transaction is in.
    pub env: StateEnv,
    /// Accounts before the transaction.
    pub pre: FixtureAlloc,
    /// The transaction with its variations.
    pub transaction: StateTransaction,
    /// What must come out, by fork.
    pub post: BTreeMap<String, Vec<PostEntry>>,
    /// Chain id and blob parameters.
    #[serde(default)]
    pub config: FixtureConfig,
}

/// The block that the transaction is in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StateEnv {
    /// Address that fees go to.
    pub current_coinbase: Address,
    /// Difficulty; the randomness, if there is no other.
    pub current_difficulty: Quantity,
    /// Gas limit.
    pub current_gas_limit: Quantity,
    /// Number.
    pub current_number: Quantity,
    /// Unix time in seconds.
    pub current_timestamp: Quantity,
    /// Base fee.
    pub current_base_fee: Option<Quantity>,
    /// Randomness after the merge.
    pub current_random: Option<Quantity>,
    /// Excess blob gas.
    pub current_excess_blob_gas: Option<Quantity>,
    /// Hash of the parent.
    pub previous_hash: B256,
}

/// The transaction with its variations: an entry of `post` picks one of each list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateTransaction {
    /// Inputs.
    pub data: Vec<Bytes>,
    /// Gas limits.
    pub gas_limit: Vec<String>,
    /// Values in wei.
    pub value: Vec<String>,
    /// Access lists, one for each input.
    pub access_lists: Option<Vec<Option<AccessList>>>,
    /// Nonce.
    pub nonce: String,
    /// Recipient; empty for a contract creation.
    #[serde(default)]
    pub to: Option<String>,
    /// Price per gas of the types 0 and 1.
    pub gas_price: Option<String>,
    /// Fee cap. Source: EIP-1559.
    pub max_fee_per_gas: Option<String>,
    /// Tip. Source: EIP-1559.
    pub max_priority_fee_per_gas: Option<String>,
    /// Blob fee cap. Source: EIP-4844.
    pub max_fee_per_blob_gas: Option<String>,
    /// Blobs. Source: EIP-4844.
    pub blob_versioned_hashes: Option<Vec<B256>>,
    /// Delegations. Source: EIP-7702.
    pub authorization_list: Option<Vec<StateAuthorization>>,
    /// Key of the sender.
    pub secret_key: Option<Quantity>,
    /// Address of the sender.
    pub sender: Option<Address>,
}

/// A signed delegation. Source: EIP-7702.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateAuthorization {
    /// Chain it is for; zero for any.
    pub chain_id: String,
    /// Code that the signer takes over.
    pub address: Address,
    /// Nonce of the signer.
    pub nonce: String,
    /// Parity of the signature.
    #[serde(alias = "yParity")]
    pub v: String,
    /// First half of the signature.
    pub r: String,
    /// Second half of the signature.
    pub s: String,
}

/// What must come out of one variation.
#[derive(Debug, Clone, Deserialize)]
pub struct PostEntry {
    /// State root.
    pub hash: B256,
    /// Hash of the encoded logs.
    pub logs: B256,
    /// The variation.
    pub indexes: Indexes,
    /// The encoded, signed transaction.
    pub txbytes: Option<Bytes>,
    /// Why the transaction must be refused.
    #[serde(rename = "expectException")]
    pub expect_exception: Option<String>,
}

/// Positions in the lists of the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Indexes {
    /// Of the input and its access list.
    pub data: usize,
    /// Of the gas limit.
    pub gas: usize,
    /// Of the value.
    pub value: usize,
}
