//! Several requests in one body.

use crate::{
    harness::{TestNode, config, outcome},
    http_client::post,
};
use hanzo_rpc::{HttpConfig, Namespace, RpcConfig};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn by_id(answers: &Value, id: u64) -> &Value {
    answers.as_array().unwrap().iter().find(|answer| answer["id"] == json!(id)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_failing_entry_does_not_fail_the_batch() {
    let node = TestNode::start().await;
    let batch = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": [] },
        { "jsonrpc": "2.0", "id": 2, "method": "eth_getBalance", "params": ["0x1"] },
        { "jsonrpc": "2.0", "id": 3, "method": "nonsense" },
        5,
        { "jsonrpc": "2.0", "id": 4, "method": "eth_blockNumber", "params": [] },
    ]);
    let answers = post(node.address, &batch.to_string()).await.json();
    assert_eq!(answers.as_array().unwrap().len(), 5);
    assert_eq!(by_id(&answers, 1)["result"], json!("0x7a69"));
    assert_eq!(outcome(by_id(&answers, 2)).unwrap_err().code, -32_602);
    assert_eq!(outcome(by_id(&answers, 3)).unwrap_err().code, -32_601);
    assert_eq!(by_id(&answers, 4)["result"], json!("0x0"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_reaches_no_method_that_is_not_permitted() {
    let http =
        HttpConfig { namespaces: BTreeSet::from([Namespace::Eth]), ..config().http.unwrap() };
    let node = TestNode::start_with(RpcConfig { http: Some(http), ..config() }).await;
    let batch = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "eth_chainId" },
        { "jsonrpc": "2.0", "id": 2, "method": "txpool_content" },
        { "jsonrpc": "2.0", "id": 3, "method": "web3_clientVersion" },
    ]);
    let answers = post(node.address, &batch.to_string()).await.json();
    assert_eq!(by_id(&answers, 1)["result"], json!("0x7a69"));
    for id in [2, 3] {
        assert_eq!(outcome(by_id(&answers, id)).unwrap_err().code, -32_601);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_subscribes_over_plain_http_alone_or_in_a_batch() {
    let node = TestNode::start().await;
    let alone = node.refusal("eth_subscribe", json!(["newHeads"])).await;
    assert_eq!((alone.code, alone.message.as_str()), (-32_601, "notifications not supported"));
    let batch =
        json!([{ "jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"] }]);
    let answers = post(node.address, &batch.to_string()).await.json();
    assert_eq!(outcome(by_id(&answers, 1)).unwrap_err(), alone);
    node.stop().await;
}
