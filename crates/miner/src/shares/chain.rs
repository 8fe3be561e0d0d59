//! The chain as whoever submits shares needs it.

use super::{
    contract::{LastShare, Refusal, claimableCall, epochsCall, lastShareCall},
    flight::Known,
    price::{EpochSoFar, Market, Price},
};
use crate::connection::{NodeClient, Params};
use alloy_consensus::{SignableTransaction as _, TxEip1559, transaction::RlpEcdsaEncodableTx as _};
use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U128, U256, keccak256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolCall;
use hanzo_types::{COMPUTE_MINING, ShareEpoch};
use jsonrpsee::core::client::{ClientT as _, Error};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use thiserror::Error as ThisError;

/// JSON-RPC's code for a call that reverts, as geth has it.
const REVERTED: i32 = 3;

/// Why something was not done.
#[derive(Debug, ThisError)]
pub(super) enum ChainError {
    /// The contract would refuse it.
    #[error("ComputeMining refuses {0}")]
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
    /// Gas costs more than is paid for it.
    #[error(
        "gas costs {} gwei at least, and {} gwei is the most to be paid for it",
        gwei(*needed),
        gwei(*ceiling)
    )]
    TooDear {
        /// Wei per gas.
        needed: u128,
        /// Wei per gas.
        ceiling: u128,
    },
    /// The key's account cannot pay.
    #[error("the account {key} of the key has {balance} wei, and a call costs up to {cost}")]
    Unfunded {
        /// The key's account.
        key: Address,
        /// What it has, in wei.
        balance: U256,
        /// The most that the call costs, in wei.
        cost: U256,
        /// Shares that it can pay for.
        payable: usize,
    },
    /// The account of the key has transactions in the pool that are not of this process.
    #[error(
        "a transaction of {key} waits in the pool that this miner has not sent, or not since it was \
         started"
    )]
    InTheWay {
        /// The key's account.
        key: Address,
    },
    /// There is no `ComputeMining`.
    #[error("the chain of this node has no ComputeMining")]
    NoContract,
    /// The node says no.
    #[error("the node refuses: {message}")]
    Objection {
        /// What it means for the miner.
        kind: Objection,
        /// The node's words.
        message: String,
    },
    /// The node says nothing.
    #[error("no answer from the node: {0}")]
    NoAnswer(Error),
    /// The transaction could not be signed.
    #[error("signing: {0}")]
    Key(#[from] alloy_signer::Error),
}

/// Why a node does not take a transaction, by the words that Ethereum's clients share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Objection {
    /// It needs more gas than a block has, or more bytes than the pool takes.
    TooBig,
    /// Its sender cannot pay for it.
    Unfunded,
    /// It offers too little more than what has its place.
    Underpriced,
    /// Its place is taken.
    NonceTaken,
    /// The pool has it.
    Known,
    /// Anything else.
    Other,
}

impl Objection {
    fn read(message: &str) -> Self {
        let says = |words: &str| message.contains(words);
        if says("exceeds allowance") || says("exceeds block gas limit") || says("oversized data") {
            Self::TooBig
        } else if says("insufficient funds") {
            Self::Unfunded
        } else if says("replacement transaction underpriced") {
            Self::Underpriced
        } else if says("nonce too low") {
            Self::NonceTaken
        } else if says("already known") {
            Self::Known
        } else {
            Self::Other
        }
    }
}

impl ChainError {
    /// How many of `shares` might be taken, if fewer are.
    pub(super) fn fewer(&self, shares: usize) -> Option<usize> {
        let fewer = match self {
            Self::Unfunded { payable, .. } if *payable < shares => *payable,
            // They may take more gas than was thought when they were counted.
            Self::Objection { kind: Objection::TooBig | Objection::Unfunded, .. }
            | Self::Unfunded { .. } => shares / 2,
            Self::Objection {
                kind:
                    Objection::Underpriced | Objection::NonceTaken | Objection::Known | Objection::Other,
                ..
            }
            | Self::Refused(_)
            | Self::NotOperator { .. }
            | Self::TooDear { .. }
            | Self::InTheWay { .. }
            | Self::NoContract
            | Self::NoAnswer(_)
            | Self::Key(_) => return None,
        };
        (1..shares).contains(&fewer).then_some(fewer)
    }

    /// Whether the next head may well settle it: nothing that people should hear of.
    pub(super) const fn is_passing(&self) -> bool {
        match self {
            Self::Refused(Refusal::TooEarly)
            | Self::Objection { kind: Objection::Underpriced | Objection::NonceTaken, .. }
            | Self::NoAnswer(Error::RestartNeeded(_)) => true,
            Self::Refused(_)
            | Self::Objection { .. }
            | Self::NotOperator { .. }
            | Self::TooDear { .. }
            | Self::Unfunded { .. }
            | Self::InTheWay { .. }
            | Self::NoContract
            | Self::NoAnswer(_)
            | Self::Key(_) => false,
        }
    }
}

/// A price for people.
fn gwei(wei: u128) -> String {
    format!("{}.{:03}", wei / 1_000_000_000, wei % 1_000_000_000 / 1_000_000)
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

/// The newest block of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head {
    number: U64,
    pub(super) hash: B256,
    pub(super) parent_hash: B256,
    base_fee_per_gas: U128,
    gas_limit: U64,
    difficulty: U256,
}

impl Head {
    pub(super) fn number(&self) -> u64 {
        self.number.to()
    }

    /// Gas of a block.
    pub(super) fn gas_limit(&self) -> u64 {
        self.gas_limit.to()
    }
}

#[derive(Deserialize)]
struct Named {
    hash: B256,
}

/// A state of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StateOf {
    /// After the head.
    Head,
    /// After the block that is being made, in whose place a call takes part.
    Next,
}

impl StateOf {
    const fn tag(self) -> &'static str {
        match self {
            Self::Head => "latest",
            Self::Next => "pending",
        }
    }
}

/// A call that can be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) nonce: u64,
    pub(super) gas_limit: u64,
    pub(super) price: Price,
    pub(super) input: Bytes,
}

/// A signed transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) hash: B256,
    raw: Bytes,
}

/// A node, and a key that signs for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShareChain<'a> {
    pub(super) client: &'a NodeClient,
    pub(super) key: &'a PrivateKeySigner,
}

impl ShareChain<'_> {
    pub(super) async fn head(&self) -> Result<Head, ChainError> {
        self.ask("eth_getBlockByNumber", json!(["latest", false])).await
    }

    /// Hash of the block with this number; `None` above the head.
    pub(super) async fn hash_of(&self, number: u64) -> Result<Option<B256>, ChainError> {
        let number = U64::from(number);
        let block: Option<Named> = self.ask("eth_getBlockByNumber", json!([number, false])).await?;
        Ok(block.map(|block| block.hash))
    }

    /// The next nonce of the key's account.
    pub(super) async fn nonce(&self, after: StateOf) -> Result<u64, ChainError> {
        let account = json!([self.key.address(), after.tag()]);
        let nonce: U64 = self.ask("eth_getTransactionCount", account).await?;
        Ok(nonce.to())
    }

    /// What the key's account owns, in wei.
    pub(super) async fn balance(&self) -> Result<U256, ChainError> {
        self.ask("eth_getBalance", json!([self.key.address(), "latest"])).await
    }

    pub(super) async fn market(&self, head: &Head) -> Result<Market, ChainError> {
        let tip: U128 = self.ask("eth_maxPriorityFeePerGas", json!([])).await?;
        Ok(Market { base_fee: head.base_fee_per_gas.to(), tip: tip.to() })
    }

    /// Whether the node has this transaction, in a block or in its pool.
    pub(super) async fn knows(&self, hash: B256) -> Result<Known, ChainError> {
        let found: Option<Named> = self.ask("eth_getTransactionByHash", json!([hash])).await?;
        Ok(found.map_or(Known::No, |_| Known::Yes))
    }

    /// What became of a transaction; `None` while no block has it.
    pub(super) async fn receipt(&self, hash: B256) -> Result<Option<Receipt>, ChainError> {
        self.ask("eth_getTransactionReceipt", json!([hash])).await
    }

    /// What a provider would be paid for an epoch, in wei.
    pub(super) async fn claimable(
        &self,
        provider: Address,
        epoch: u64,
    ) -> Result<U256, ChainError> {
        self.view(&claimableCall { provider, epoch: U256::from(epoch) }).await
    }

    pub(super) async fn last_share(&self, provider: Address) -> Result<LastShare, ChainError> {
        let last = self.view(&lastShareCall { provider }).await?;
        Ok(LastShare { number: last.number.saturating_to(), pow_bits: last.powBits })
    }

    /// The epoch of `head`.
    pub(super) async fn epoch_so_far(&self, head: &Head) -> Result<EpochSoFar, ChainError> {
        let epoch = ShareEpoch::of_block(head.number()).number();
        let epoch = self.view(&epochsCall { epoch: U256::from(epoch) }).await?;
        Ok(EpochSoFar {
            head: head.number(),
            pool: epoch.pool,
            share_difficulty: epoch.shareDifficulty,
            difficulty: head.difficulty,
        })
    }

    /// Gas that a call of the contract takes.
    pub(super) async fn estimate(&self, input: &Bytes, on: StateOf) -> Result<u64, ChainError> {
        let call = json!({ "from": self.key.address(), "to": COMPUTE_MINING, "input": input });
        let gas: U64 = self.ask("eth_estimateGas", json!([call, on.tag()])).await?;
        Ok(gas.to())
    }

    /// Signs a call of the contract.
    pub(super) async fn sign(&self, call: Call) -> Result<Signed, ChainError> {
        let chain_id: U64 = self.ask("eth_chainId", json!([])).await?;
        let transaction = TxEip1559 {
            chain_id: chain_id.to(),
            nonce: call.nonce,
            gas_limit: call.gas_limit,
            max_fee_per_gas: call.price.max_fee,
            max_priority_fee_per_gas: call.price.tip,
            to: TxKind::Call(COMPUTE_MINING),
            value: U256::ZERO,
            access_list: Default::default(),
            input: call.input,
        };
        let signature = self.key.sign_hash_sync(&transaction.signature_hash())?;
        let mut encoded = Vec::new();
        transaction.eip2718_encode(&signature, &mut encoded);
        Ok(Signed { hash: keccak256(&encoded), raw: encoded.into() })
    }

    /// Hands a transaction to the node. One that it has already is no error.
    pub(super) async fn publish(&self, signed: &Signed) -> Result<(), ChainError> {
        match self.ask::<B256>("eth_sendRawTransaction", json!([signed.raw])).await {
            Ok(_) | Err(ChainError::Objection { kind: Objection::Known, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn view<C: SolCall>(&self, call: &C) -> Result<C::Return, ChainError> {
        let input = Bytes::from(call.abi_encode());
        let call = json!([{ "to": COMPUTE_MINING, "input": input }, StateOf::Head.tag()]);
        let answer: Bytes = self.ask("eth_call", call).await?;
        C::abi_decode_returns(&answer).map_err(|_| ChainError::NoContract)
    }

    async fn ask<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T, ChainError> {
        match self.client.request(method, Params(params)).await {
            Ok(answer) => Ok(answer),
            Err(Error::Call(refused)) if refused.code() == REVERTED => {
                let data = refused.data().and_then(|data| serde_json::from_str(data.get()).ok());
                let revert: Bytes = data.unwrap_or_default();
                Err(ChainError::Refused(Refusal::read(&revert)))
            }
            Err(Error::Call(refused)) => {
                let message = refused.message().to_owned();
                Err(ChainError::Objection { kind: Objection::read(&message), message })
            }
            Err(other) => Err(ChainError::NoAnswer(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objection(message: &str) -> ChainError {
        ChainError::Objection { kind: Objection::read(message), message: message.to_owned() }
    }

    #[test]
    fn a_batch_is_halved_when_the_node_says_that_it_is_too_much() {
        for words in [
            "gas required exceeds allowance (3000000)",
            "exceeds block gas limit",
            "oversized data: transaction size 200000, limit 131072",
            "insufficient funds for gas * price + value: balance 1, tx cost 2, overshot 1",
        ] {
            assert_eq!(objection(words).fewer(128), Some(64), "{words}");
            assert_eq!(objection(words).fewer(2), Some(1), "{words}");
            assert_eq!(objection(words).fewer(1), None, "{words}");
        }
        assert_eq!(objection("txpool is full").fewer(128), None);
    }

    #[test]
    fn a_batch_is_cut_to_what_the_account_can_pay() {
        let unfunded = |payable| ChainError::Unfunded {
            key: Address::ZERO,
            balance: U256::ZERO,
            cost: U256::ZERO,
            payable,
        };
        assert_eq!(unfunded(62).fewer(128), Some(62));
        assert_eq!(unfunded(62).fewer(62), Some(31), "they take more gas than usual");
        assert_eq!(unfunded(1).fewer(1), None);
        assert_eq!(unfunded(0).fewer(128), None);
    }

    #[test]
    fn words_about_a_place_are_for_the_next_head() {
        for words in ["replacement transaction underpriced", "nonce too low: next nonce 2"] {
            assert!(objection(words).is_passing(), "{words}");
        }
        assert!(!objection("txpool is full").is_passing());
        assert_eq!(Objection::read("already known"), Objection::Known);
    }

    #[test]
    fn errors_are_said_in_units_of_people() {
        let dear = ChainError::TooDear { needed: 6_364_500_000_000, ceiling: 1_000_000 };
        let said = "gas costs 6364.500 gwei at least, and 0.001 gwei is the most to be paid for it";
        assert_eq!(dear.to_string(), said);
        let said = objection("txpool is full").to_string();
        assert_eq!(said, "the node refuses: txpool is full");
    }
}
