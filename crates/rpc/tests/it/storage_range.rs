//! `debug_storageRangeAt`.

use crate::harness::{TestNode, config};
use alloy_primitives::{Address, B256, U256, keccak256};
use hanzo_rpc::RpcConfig;
use hanzo_testkit::{Retention, token};
use serde_json::{Map, Value, json};

const TO: Address = Address::repeat_byte(0x77);

/// The token in block 1; two transfers to `TO`, of 3 and 4, in block 2.
async fn scene_on(node: TestNode) -> (TestNode, Address) {
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    for (nonce, amount) in [(1, 3_u64), (2, 4)] {
        let input = token::transfer_input(TO, U256::from(amount));
        node.add(sender.call(nonce, token, U256::ZERO, input, 100_000));
    }
    node.mine().await;
    (node, token)
}

async fn scene() -> (TestNode, Address) {
    scene_on(TestNode::start().await).await
}

async fn range(node: &TestNode, token: Address, block: Value, index: u64) -> Map<String, Value> {
    let answer = node.ask("debug_storageRangeAt", json!([block, index, token, "0x", 100])).await;
    assert_eq!(answer["nextKey"], Value::Null);
    answer["storage"].as_object().unwrap().clone()
}

/// Value of the balance of `TO` in a range.
fn balance(storage: &Map<String, Value>) -> Value {
    let key = B256::from(token::balance_slot(TO));
    let entry = storage.get(&keccak256(key).to_string());
    entry.map_or(Value::Null, |entry| {
        assert_eq!(entry["key"], json!(key));
        entry["value"].clone()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_are_those_before_the_transaction() {
    let (node, token) = scene().await;
    let hash = node.chain.view().head().hash();
    for block in [json!(hash), json!("latest"), json!("0x2")] {
        assert_eq!(balance(&range(&node, token, block.clone(), 0).await), Value::Null);
        let after_first = range(&node, token, block, 1).await;
        assert_eq!(balance(&after_first), json!(B256::with_last_byte(3)));
        assert_eq!(after_first.len(), 2, "sender and receiver");
    }
    // A block without transactions has a beginning.
    node.mine().await;
    let later = range(&node, token, json!("latest"), 0).await;
    assert_eq!(balance(&later), json!(B256::with_last_byte(7)));
    assert_eq!(range(&node, TO, json!("latest"), 0).await, Map::new());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_block_gives_what_it_gave_when_it_was_new() {
    let (node, token) = scene().await;
    let young = range(&node, token, json!("0x2"), 1).await;
    let input = token::transfer_input(TO, U256::from(9));
    node.add(node.signer(0).call(3, token, U256::ZERO, input, 100_000));
    node.mine_many(80).await;
    assert_eq!(range(&node, token, json!("0x2"), 1).await, young);
    assert_eq!(balance(&range(&node, token, json!("0x2"), 0).await), Value::Null);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another_by_the_next_key() {
    let (node, token) = scene().await;
    let all: Vec<String> =
        range(&node, token, json!("0x2"), 1).await.into_iter().map(|(hash, _)| hash).collect();
    let page = |start: Value, length: u64| {
        node.ask("debug_storageRangeAt", json!(["0x2", 1, token, start, length]))
    };
    let first = page(json!("0x00"), 1).await;
    assert_eq!(first["storage"].as_object().unwrap().keys().collect::<Vec<_>>(), [&all[0]]);
    assert_eq!(first["nextKey"], json!(all[1]));
    let second = page(first["nextKey"].clone(), 1).await;
    assert_eq!(second["storage"].as_object().unwrap().keys().collect::<Vec<_>>(), [&all[1]]);
    assert_eq!(second["nextKey"], Value::Null);
    let none = page(json!("0x"), 0).await;
    assert_eq!((&none["storage"], &none["nextKey"]), (&json!({}), &json!(all[0])));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_limits_are_errors_that_name_them() {
    let mut config: RpcConfig = config();
    config.limits.storage_range_slots = 5;
    config.limits.storage_range_entries = 5;
    let (node, token) = scene_on(TestNode::start_with(config).await).await;
    let ask = |length: u64| json!(["0x2", 1, token, "0x", length]);
    let refusal = node.refusal("debug_storageRangeAt", ask(6)).await;
    assert_eq!(refusal.code, -32_005);
    assert_eq!(refusal.message, "6 slots exceed the limit of 5");
    assert!(node.request("debug_storageRangeAt", ask(5)).await.is_ok());
    // History counts: every transfer leaves the values that two slots had before.
    for nonce in 3..8 {
        let input = token::transfer_input(TO, U256::from(1));
        node.add(node.signer(0).call(nonce, token, U256::ZERO, input, 100_000));
        node.mine().await;
    }
    node.mine_many(80).await;
    let refusal = node.refusal("debug_storageRangeAt", ask(5)).await;
    assert_eq!(refusal.code, -32_005);
    assert!(refusal.message.contains("more than the limit of 5 entries"), "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_state_before_it_is_refused() {
    let retention = Retention { states: Some(20), receipts: None };
    let (node, token) = scene_on(TestNode::start_keeping(retention).await).await;
    let refused = async |block: Value, index: Value| {
        let params = json!([block, index, token, "0x", 1]);
        node.refusal("debug_storageRangeAt", params).await.message
    };
    assert!(refused(json!("0x2"), json!(2)).await.ends_with("which has 2 transactions"));
    assert_eq!(refused(json!("0x0"), json!(0)).await, "genesis is not traceable");
    assert_eq!(refused(json!("0x99"), json!(0)).await, "header not found");
    let pending = refused(json!("pending"), json!(0)).await;
    assert_eq!(pending, "tracing on top of pending is not supported");
    assert!(refused(json!("0x2"), json!(-1)).await.starts_with("invalid argument 1"));
    node.mine_many(100).await;
    let gone = refused(json!("0x2"), json!(0)).await;
    assert!(gone.starts_with("historical state not available"), "{gone}");
    node.stop().await;
}
