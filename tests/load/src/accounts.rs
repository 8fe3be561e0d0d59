//! The accounts that send.

use crate::node_client::NodeClient;
use alloy_primitives::{Address, B256, U64, keccak256};
use alloy_signer_local::PrivateKeySigner;
use anyhow::Context as _;
use rayon::prelude::*;
use serde_json::json;

/// An account that sends.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) key: PrivateKeySigner,
    /// Its next nonce.
    pub(crate) nonce: u64,
}

impl Account {
    /// The account of a private key, as of the head of the node.
    pub(crate) fn of_key(key: &B256, node: &mut NodeClient) -> anyhow::Result<Self> {
        let key = PrivateKeySigner::from_bytes(key).context("not a private key")?;
        let nonce = next_nonce(node, key.address())?;
        Ok(Self { key, nonce })
    }

    pub(crate) const fn address(&self) -> Address {
        self.key.address()
    }
}

/// Accounts whose keys are hashes of a seed: the same in every run, and nobody's on any chain.
pub(crate) fn from_seed(
    seed: &str,
    count: usize,
    node: &mut NodeClient,
) -> anyhow::Result<Vec<Account>> {
    let keys: Vec<PrivateKeySigner> = (0..count)
        .into_par_iter()
        .map(|index| {
            let secret = keccak256(format!("hanzo-load/{seed}/{index}"));
            PrivateKeySigner::from_bytes(&secret).context("a hash that is no private key")
        })
        .collect::<anyhow::Result<_>>()?;
    let account = |key: PrivateKeySigner| {
        let nonce = next_nonce(node, key.address())?;
        Ok(Account { key, nonce })
    };
    keys.into_iter().map(account).collect()
}

fn next_nonce(node: &mut NodeClient, address: Address) -> anyhow::Result<u64> {
    let nonce: U64 = node.call("eth_getTransactionCount", &json!([address, "latest"]))?;
    Ok(nonce.to())
}
