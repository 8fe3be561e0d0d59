//! What is served, and the small namespaces.

use crate::harness::{COINBASE, TestNode, config, number};
use alloy_primitives::{B256, keccak256};
use hanzo_rpc::{HttpConfig, Namespace, RpcConfig};
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn the_node_describes_itself() {
    let node = TestNode::start().await;
    assert_eq!(node.ask("web3_clientVersion", json!([])).await, json!("hanzo/test"));
    assert_eq!(node.ask("web3_sha3", json!(["0x68656c6c6f"])).await, json!(keccak256("hello")));
    assert_eq!(node.ask("net_version", json!([])).await, json!("31337"));
    assert_eq!(node.ask("net_listening", json!([])).await, json!(true));
    assert_eq!(node.ask("net_peerCount", json!([])).await, json!("0x0"));
    assert_eq!(node.ask("eth_syncing", json!([])).await, json!(false));
    assert_eq!(node.ask("eth_accounts", json!([])).await, json!([]));
    assert_eq!(node.ask("eth_coinbase", json!([])).await, json!(COINBASE));
    assert_eq!(node.ask("eth_mining", json!([])).await, json!(false));
    assert_eq!(number(&node.ask("eth_hashrate", json!([])).await), 0);
    assert_eq!(node.ask("eth_blobBaseFee", json!([])).await, json!("0x1"));
    assert_ne!(node.ask("web3_sha3", json!(["0x"])).await, json!(B256::ZERO));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_permitted_namespaces_exist() {
    let namespaces = BTreeSet::from([Namespace::Eth, Namespace::Rpc]);
    let http = HttpConfig { namespaces, ..config().http.unwrap() };
    let node = TestNode::start_with(RpcConfig { http: Some(http), ..config() }).await;
    assert_eq!(node.ask("rpc_modules", json!([])).await, json!({ "eth": "1.0", "rpc": "1.0" }));
    for method in ["net_version", "web3_clientVersion", "txpool_status"] {
        let refusal = node.refusal(method, json!([])).await;
        assert_eq!(refusal.code, -32_601, "{method}");
        assert_eq!(refusal.message, format!("the method {method} does not exist/is not available"));
    }
    node.stop().await;
}
