//! One half of the network.

use crate::{ask, hash_of, id_of, until};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256};
use alloy_provider::Provider as _;
use hanzo_e2e::{Client, MinerProcess, NodeProcess, client};
use hanzo_testkit::Signer;
use hanzo_types::ChainSpec;
use serde_json::json;
use std::ops::Range;

/// Transactions of each account.
const TRANSACTIONS: u64 = 4;

/// Some nodes, and a miner for the first of them.
#[derive(Debug)]
pub(crate) struct Half {
    name: &'static str,
    nodes: Vec<NodeProcess>,
    clients: Vec<Client>,
    miner: MinerProcess,
}

impl Half {
    pub(crate) fn new(
        name: &'static str,
        nodes: Vec<NodeProcess>,
        (threads, coinbase): (&str, Address),
    ) -> Self {
        let clients = nodes.iter().map(|node| client(node.url())).collect();
        let miner = MinerProcess::start(&nodes[0].ws_url(), coinbase, &["--threads", threads]);
        Self { name, nodes, clients, miner }
    }

    pub(crate) fn clients(&self) -> impl Iterator<Item = &Client> {
        self.clients.iter()
    }

    /// Number of the head of its first node.
    pub(crate) async fn head(&self) -> u64 {
        self.clients[0].get_block_number().await.unwrap()
    }

    pub(crate) async fn hash_of(&self, number: u64) -> Option<B256> {
        hash_of(&self.clients[0], number).await
    }

    /// Waits until every node has a head with this number or a higher one.
    pub(crate) async fn until(&self, number: u64) {
        for client in &self.clients {
            until(async || client.get_block_number().await.unwrap() >= number).await;
        }
    }

    /// Disconnects from everybody of the other half, for good.
    pub(crate) async fn leave(&self, other: &Self) {
        for client in &self.clients {
            for node in &other.nodes {
                let _ = ask(client, "admin_removePeer", id_of(node.multiaddr())).await;
            }
        }
    }

    /// One node connects to one of the other half.
    pub(crate) async fn join(&self, other: &Self) {
        let peer = json!([other.nodes[0].multiaddr()]);
        assert_eq!(ask(&self.clients[0], "admin_addPeer", peer).await, json!(true));
    }

    /// Sends transfers of these accounts to its last node.
    pub(crate) async fn send_transactions(
        &self,
        spec: &ChainSpec,
        accounts: Range<u32>,
    ) -> Vec<B256> {
        let mut sent = Vec::new();
        for account in accounts {
            let signer = Signer::dev(account, spec);
            for nonce in 0..TRANSACTIONS {
                let transfer = signer.transfer(nonce, Address::repeat_byte(0x77), 1);
                let raw = transfer.inner().encoded_2718();
                let last = self.clients.last().unwrap();
                sent.push(*last.send_raw_transaction(&raw).await.unwrap().tx_hash());
            }
        }
        sent
    }

    pub(crate) async fn assert_mined(&self, transactions: &[B256]) {
        for transaction in transactions {
            let receipt = self.clients[0].get_transaction_receipt(*transaction).await.unwrap();
            assert!(receipt.is_some(), "{}: {transaction} is not mined", self.name);
        }
    }

    pub(crate) fn stop(self) {
        let (status, log) = self.miner.stop();
        assert!(status.success(), "{log}");
        for node in self.nodes {
            node.stop();
        }
    }
}
