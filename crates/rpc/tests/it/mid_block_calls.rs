//! `debug_traceCall` with `txIndex`: calls between two transactions of a block.

use crate::harness::TestNode;
use alloy_primitives::{Address, B256, U256};
use hanzo_testkit::{Retention, token};
use serde_json::{Value, json};

const TO: Address = Address::repeat_byte(0x77);

/// Two transfers of 3 and 4 units in one block, after one that creates the token.
async fn scene() -> (TestNode, Address) {
    scene_on(TestNode::start().await).await
}

async fn scene_on(node: TestNode) -> (TestNode, Address) {
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    for (nonce, amount) in [(1, 3_u64), (2, 4)] {
        let input = token::transfer_input(TO, U256::from(amount));
        node.add(sender.call(nonce, token, U256::ZERO, input, 100_000));
    }
    let block = node.mine().await;
    assert_eq!(block.body().transactions.len(), 2);
    (node, token)
}

fn balance_of(token: Address) -> Value {
    json!({ "to": token, "data": token::balance_of_input(TO) })
}

/// The balance of `TO` that a call before transaction `index` of `block` finds.
async fn balance_before(node: &TestNode, token: Address, block: Value, index: &str) -> U256 {
    let options = json!({ "tracer": "callTracer", "txIndex": index });
    let trace = node.ask("debug_traceCall", json!([balance_of(token), block, options])).await;
    let output: B256 = trace["output"].as_str().unwrap().parse().unwrap();
    output.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_finds_what_the_transactions_before_its_index_have_done() {
    let (node, token) = scene().await;
    let hash = node.chain.view().head().hash();
    for block in [json!("latest"), json!("0x2"), json!({ "blockHash": hash })] {
        assert_eq!(balance_before(&node, token, block.clone(), "0x0").await, U256::ZERO);
        assert_eq!(balance_before(&node, token, block, "0x1").await, U256::from(3));
    }
    // Without an index it runs after the block; null is no index.
    for options in
        [json!({ "tracer": "callTracer" }), json!({ "tracer": "callTracer", "txIndex": null })]
    {
        let after = node.ask("debug_traceCall", json!([balance_of(token), "0x2", options])).await;
        assert_eq!(after["output"], json!(B256::from(U256::from(7))));
    }
    node.stop().await;
}

/// The transaction itself, called where it ran, has the trace it had.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_at_the_place_of_a_transaction_gives_its_trace() {
    let (node, _) = scene().await;
    let block = node.ask("eth_getBlockByNumber", json!(["0x2", true])).await;
    for (index, transaction) in block["transactions"].as_array().unwrap().iter().enumerate() {
        let mined = node.ask("debug_traceTransaction", json!([transaction["hash"]])).await;
        let mut request = serde_json::Map::new();
        for field in ["from", "to", "input", "gas", "maxFeePerGas", "maxPriorityFeePerGas", "nonce"]
        {
            request.insert(field.to_owned(), transaction[field].clone());
        }
        let options = json!({ "txIndex": format!("{index:#x}") });
        let called = node.ask("debug_traceCall", json!([request, "0x2", options])).await;
        assert_eq!(called, mined, "transaction {index}");
    }
    node.stop().await;
}

/// The environment is that of the block, and its system calls have run.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_before_the_first_transaction_sees_the_block_and_its_system_calls() {
    let (node, _) = scene().await;
    let parent = node.chain.view().canonical_hash(1).unwrap().unwrap();
    let history = alloy_eips::eip2935::HISTORY_STORAGE_ADDRESS;
    let request = json!({ "to": history, "data": B256::with_last_byte(1) });
    let options = json!({ "tracer": "callTracer", "txIndex": "0x0" });
    let trace = node.ask("debug_traceCall", json!([request, "0x2", options])).await;
    assert_eq!(trace["output"], json!(parent));
    // NUMBER PUSH0 MSTORE TIMESTAMP PUSH1 32 MSTORE PUSH1 64 PUSH0 RETURN
    let probe = json!({ TO.to_string(): { "code": "0x435f524260205260405ff3" } });
    let options = json!({ "tracer": "callTracer", "txIndex": "0x0", "stateOverrides": probe });
    let trace = node.ask("debug_traceCall", json!([{ "to": TO }, "0x2", options])).await;
    let output: alloy_primitives::Bytes = trace["output"].as_str().unwrap().parse().unwrap();
    let words: Vec<U256> = output.chunks(32).map(U256::from_be_slice).collect();
    let time = node.chain.view().head().timestamp;
    assert_eq!(words, [U256::from(2), U256::from(time)]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_beyond_the_last_transaction_is_refused_with_their_number() {
    let (node, token) = scene().await;
    let head = node.chain.view().head().hash();
    for index in ["0x2", "0xffffffffffffffff"] {
        let params = json!([balance_of(token), "latest", { "txIndex": index }]);
        let refusal = node.refusal("debug_traceCall", params).await;
        assert_eq!(refusal.code, -32_000);
        let number = u64::from_str_radix(&index[2..], 16).unwrap();
        let message = format!(
            "transaction index {number} out of range for block {head}, which has 2 transactions"
        );
        assert_eq!(refusal.message, message);
    }
    // A block without transactions has a beginning all the same.
    node.mine().await;
    let at = |index: &str| json!([balance_of(token), "latest", { "txIndex": index }]);
    assert!(node.request("debug_traceCall", at("0x0")).await.is_ok());
    let refusal = node.refusal("debug_traceCall", at("0x1")).await;
    assert!(refusal.message.ends_with("which has 0 transactions"), "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_whose_parent_state_is_gone_has_no_middle() {
    let retention = Retention { states: Some(20), receipts: None };
    let (node, token) = scene_on(TestNode::start_keeping(retention).await).await;
    node.mine_many(100).await;
    let params = json!([balance_of(token), "0x2", { "txIndex": "0x0" }]);
    let refusal = node.refusal("debug_traceCall", params).await;
    assert!(refusal.message.starts_with("historical state not available"), "{refusal:?}");
    node.stop().await;
}
