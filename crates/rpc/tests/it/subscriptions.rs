//! `eth_subscribe` over WebSocket.

use crate::harness::{TestNode, config, number};
use alloy_primitives::{Address, U256};
use hanzo_testkit::token;
use jsonrpsee::core::{
    client::{ClientT as _, Error, Subscription, SubscriptionClientT as _},
    traits::ToRpcParams,
};
use jsonrpsee_ws_client::{WsClient, WsClientBuilder};
use serde_json::{Value, json, value::RawValue};

const TO: Address = Address::repeat_byte(0x77);

struct Params(Value);

impl ToRpcParams for Params {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        serde_json::value::to_raw_value(&self.0).map(Some)
    }
}

async fn connect(node: &TestNode) -> WsClient {
    WsClientBuilder::default().build(format!("ws://{}", node.address)).await.unwrap()
}

async fn subscribe(client: &WsClient, params: Value) -> Result<Subscription<Value>, Error> {
    client.subscribe("eth_subscribe", Params(params), "eth_unsubscribe").await
}

async fn next(subscription: &mut Subscription<Value>) -> Value {
    subscription.next().await.expect("the subscription is open").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn new_heads_are_headers_with_their_hash() {
    let node = TestNode::start().await;
    let client = connect(&node).await;
    let mut heads = subscribe(&client, json!(["newHeads"])).await.unwrap();
    for _ in 0..3 {
        let block = node.mine().await;
        let head = next(&mut heads).await;
        assert_eq!(head["hash"], json!(block.hash()));
        assert_eq!(number(&head["number"]), block.number);
        assert_eq!(number(&head["baseFeePerGas"]), block.base_fee_per_gas.unwrap());
        for absent in ["transactions", "uncles", "totalDifficulty"] {
            assert!(head.get(absent).is_none(), "{absent} in {head}");
        }
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_come_as_they_are_mined_and_only_the_wanted_ones() {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    let client = connect(&node).await;
    let wanted = json!(["logs", { "address": token, "topics": [null, null, TO.into_word()] }]);
    let mut logs = subscribe(&client, wanted).await.unwrap();
    for (nonce, to) in [(1, Address::repeat_byte(1)), (2, TO)] {
        let input = token::transfer_input(to, U256::from(nonce));
        node.add(sender.call(nonce, token, U256::ZERO, input, 100_000));
    }
    let block = node.mine().await;
    let log = next(&mut logs).await;
    assert_eq!(log["blockHash"], json!(block.hash()));
    assert_eq!(log["logIndex"], json!("0x1"));
    assert_eq!(log["removed"], json!(false));
    assert_eq!(number(&log["blockTimestamp"]), block.timestamp);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_transactions_come_as_hashes_or_whole() {
    let node = TestNode::start().await;
    let client = connect(&node).await;
    let mut hashes = subscribe(&client, json!(["newPendingTransactions"])).await.unwrap();
    let mut whole = subscribe(&client, json!(["newPendingTransactions", true])).await.unwrap();
    let hash = node.add(node.signer(0).transfer(0, TO, 1));
    assert_eq!(next(&mut hashes).await, json!(hash));
    let transaction = next(&mut whole).await;
    assert_eq!(transaction["hash"], json!(hash));
    assert_eq!(transaction["blockHash"], Value::Null);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_topic_is_refused_and_the_connection_lives() {
    let node = TestNode::start().await;
    let client = connect(&node).await;
    let Err(Error::Call(refused)) = subscribe(&client, json!(["everything"])).await else {
        panic!("the subscription was accepted");
    };
    assert_eq!(refused.code(), -32_601);
    let chain: Value = client.request("eth_chainId", Params(json!([]))).await.unwrap();
    assert_eq!(chain, json!("0x7a69"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_of_one_connection_are_bounded() {
    let mut config = config();
    config.limits.subscriptions_per_connection = 2;
    let node = TestNode::start_with(config).await;
    let client = connect(&node).await;
    let _first = subscribe(&client, json!(["newHeads"])).await.unwrap();
    let _second = subscribe(&client, json!(["newHeads"])).await.unwrap();
    let Err(Error::Call(refused)) = subscribe(&client, json!(["newHeads"])).await else {
        panic!("a third subscription was accepted");
    };
    assert!(refused.data().unwrap().get().contains('2'), "{refused:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_the_server_ends_open_connections() {
    let mut node = TestNode::start().await;
    let client = connect(&node).await;
    let mut heads = subscribe(&client, json!(["newHeads"])).await.unwrap();
    node.stop_rpc().await;
    assert!(heads.next().await.is_none());
    node.stop().await;
}
