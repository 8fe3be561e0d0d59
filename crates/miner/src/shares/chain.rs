//! The chain as whoever submits shares needs it.

use super::contract::{self, Refusal, accountsCall};
use crate::connection::{NodeClient, Params};
use alloy_consensus::{SignableTransaction as _, TxEip1559, transaction::RlpEcdsaEncodableTx as _};
use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U128, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolCall as _;
use hanzo_types::COMPUTE_MINING;
use jsonrpsee::core::client::{ClientT as _, Error};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use thiserror::Error as ThisError;

/// Gas beyond the estimate, which holds for the block that comes next: by then the books of the contract
/// may be in other slots.
const SPARE_GAS: u64 = 60_000;

/// JSON-RPC's code for a call that reverts, as geth has it.
const REVERTED: i32 = 3;

/// Why something was not done.
#[derive(Debug, ThisError)]
pub(super) enum ChainError {
    /// The contract would refuse it.
    #[error("the contract refuses: {0:?}")]
    Refused(Refusal),
    /// The key has no right to submit.
    #[error(
        "the key of {key} may not submit shares of {provider}: let that account call \
         setOperator({key}) of ComputeMining"
    )]
    NotOperator {
        /// The key's account.
        key: Address,
        /// Whom the shares pay.
        provider: Address,
    },
    /// The node says no, or nothing.
    #[error("{0}")]
    Node(#[from] Error),
    /// The transaction could not be signed.
    #[error("signing: {0}")]
    Key(#[from] alloy_signer::Error),
}

/// A transaction that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) hash: B256,
    /// Its place among those of its sender.
    pub(super) place: Place,
}

/// Nonce and price of a transaction: what replaces it has the same nonce and a higher price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    nonce: u64,
    /// Wei per gas.
    tip: u128,
    /// Wei per gas.
    max_fee: u128,
}

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Receipt {
    status: U64,
    logs: Vec<ReceiptLog>,
}

/// A log, as far as the miner reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct ReceiptLog {
    pub(super) topics: Vec<B256>,
    pub(super) data: Bytes,
}

impl Receipt {
    pub(super) fn succeeded(&self) -> bool {
        self.status == U64::ONE
    }

    pub(super) fn logs(&self) -> &[ReceiptLog] {
        &self.logs
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    base_fee_per_gas: U128,
}

/// A node, and a key that signs for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShareChain<'a> {
    pub(super) client: &'a NodeClient,
    pub(super) key: &'a PrivateKeySigner,
}

impl ShareChain<'_> {
    /// Sends a call of the contract, in the place of `replaced` if it is given.
    pub(super) async fn send(
        &self,
        input: Bytes,
        replaced: Option<Place>,
    ) -> Result<Sent, ChainError> {
        let gas = self.estimate(&input).await?;
        let place = self.place(replaced).await?;
        let chain_id: U64 = self.ask("eth_chainId", json!([])).await?;
        let transaction = TxEip1559 {
            chain_id: chain_id.to(),
            nonce: place.nonce,
            gas_limit: gas.saturating_add(SPARE_GAS),
            max_fee_per_gas: place.max_fee,
            max_priority_fee_per_gas: place.tip,
            to: TxKind::Call(COMPUTE_MINING),
            value: U256::ZERO,
            access_list: Default::default(),
            input,
        };
        let signature = self.key.sign_hash_sync(&transaction.signature_hash())?;
        let mut encoded = Vec::new();
        transaction.eip2718_encode(&signature, &mut encoded);
        let raw = Bytes::from(encoded);
        let hash = self.ask("eth_sendRawTransaction", json!([raw])).await?;
        Ok(Sent { hash, place })
    }

    /// What became of a transaction; `None` while no block has it.
    pub(super) async fn receipt(&self, hash: B256) -> Result<Option<Receipt>, ChainError> {
        self.ask("eth_getTransactionReceipt", json!([hash])).await
    }

    /// Whether a provider has shares in an epoch that are not paid.
    pub(super) async fn is_owed(&self, provider: Address, epoch: u64) -> Result<bool, ChainError> {
        let input = contract::account(provider, epoch);
        let call = json!([{ "to": COMPUTE_MINING, "input": input }, "latest"]);
        let answer: Bytes = self.ask("eth_call", call).await?;
        // A node that answers something else has no such contract.
        let account = accountsCall::abi_decode_returns(&answer).ok();
        Ok(account.is_some_and(|account| account.shares > 0 && !account.claimed))
    }

    async fn estimate(&self, input: &Bytes) -> Result<u64, ChainError> {
        let call = json!([{ "from": self.key.address(), "to": COMPUTE_MINING, "input": input }]);
        let gas: Result<U64, ChainError> = self.ask("eth_estimateGas", call).await;
        Ok(gas?.to())
    }

    /// The next nonce and a price that the next blocks take.
    async fn place(&self, replaced: Option<Place>) -> Result<Place, ChainError> {
        let tip: U128 = self.ask("eth_maxPriorityFeePerGas", json!([])).await?;
        let head: Head = self.ask("eth_getBlockByNumber", json!(["latest", false])).await?;
        let tip: u128 = tip.to();
        // The base fee grows by an eighth a block at most: this is good for six full ones.
        let max_fee = head.base_fee_per_gas.to::<u128>().saturating_mul(2).saturating_add(tip);
        if let Some(replaced) = replaced {
            let [least_tip, least_fee] =
                [replaced.tip, replaced.max_fee].map(|price| price.saturating_mul(2).max(1));
            let (tip, max_fee) = (tip.max(least_tip), max_fee.max(least_fee));
            return Ok(Place { nonce: replaced.nonce, tip, max_fee });
        }
        let sender = json!([self.key.address(), "pending"]);
        let nonce: U64 = self.ask("eth_getTransactionCount", sender).await?;
        Ok(Place { nonce: nonce.to(), tip, max_fee })
    }

    async fn ask<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T, ChainError> {
        match self.client.request(method, Params(params)).await {
            Ok(answer) => Ok(answer),
            Err(Error::Call(refused)) if refused.code() == REVERTED => {
                let data = refused.data().and_then(|data| serde_json::from_str(data.get()).ok());
                let revert: Bytes = data.unwrap_or_default();
                Err(ChainError::Refused(Refusal::read(&revert)))
            }
            Err(other) => Err(other.into()),
        }
    }
}
