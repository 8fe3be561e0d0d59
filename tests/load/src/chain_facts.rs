//! What transactions have to know about the chain they are for.

use crate::node_client::NodeClient;
use alloy_primitives::{U64, U128};
use anyhow::bail;
use serde::Deserialize;
use serde_json::json;

/// Tip where the node suggests none, in wei per gas.
const DEFAULT_TIP: u128 = 1_000_000_000;

/// What transactions have to know about the chain they are for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChainFacts {
    pub(crate) chain_id: u64,
    pub(crate) head: u64,
    pub(crate) gas_limit: u64,
    pub(crate) prices: Prices,
}

/// What gas costs now, in wei per gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prices {
    /// A chain without base fee.
    Legacy { price: u128 },
    /// A chain with EIP-1559.
    Dynamic { base_fee: u128, tip: u128 },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    number: U64,
    gas_limit: U64,
    base_fee_per_gas: Option<U128>,
}

impl ChainFacts {
    pub(crate) fn read(node: &mut NodeClient) -> anyhow::Result<Self> {
        let chain_id: U64 = node.call("eth_chainId", &json!([]))?;
        let head: Head = node.call("eth_getBlockByNumber", &json!(["latest", false]))?;
        let prices = match head.base_fee_per_gas {
            Some(base_fee) => {
                // Not every node suggests a tip.
                let tip = node.call::<U128>("eth_maxPriorityFeePerGas", &json!([]));
                let tip = tip.map_or(DEFAULT_TIP, |tip| tip.to::<u128>().max(1));
                Prices::Dynamic { base_fee: base_fee.to(), tip }
            }
            None => {
                let price: U128 = node.call("eth_gasPrice", &json!([]))?;
                Prices::Legacy { price: price.to() }
            }
        };
        let gas_limit = head.gas_limit.to();
        if gas_limit == 0 {
            bail!("the gas limit of the head is 0");
        }
        Ok(Self { chain_id: chain_id.to(), head: head.number.to(), gas_limit, prices })
    }
}
