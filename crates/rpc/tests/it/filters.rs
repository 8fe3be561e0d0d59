//! Filters that clients poll.

use crate::harness::{TestNode, config};
use alloy_primitives::{Address, U256};
use hanzo_testkit::token;
use serde_json::json;

const TO: Address = Address::repeat_byte(0x77);

#[tokio::test(flavor = "multi_thread")]
async fn a_block_filter_reports_each_block_once() {
    let node = TestNode::start().await;
    node.mine().await;
    let filter = node.ask("eth_newBlockFilter", json!([])).await;
    assert_eq!(node.ask("eth_getFilterChanges", json!([filter])).await, json!([]));
    let blocks = [node.mine().await.hash(), node.mine().await.hash()];
    assert_eq!(node.ask("eth_getFilterChanges", json!([filter])).await, json!(blocks));
    assert_eq!(node.ask("eth_getFilterChanges", json!([filter])).await, json!([]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_filter_reports_new_logs_and_searches_its_range() {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    let filter = node.ask("eth_newFilter", json!([{ "address": token, "fromBlock": "0x0" }])).await;
    let input = token::transfer_input(TO, U256::from(1));
    node.add(sender.call(1, token, U256::ZERO, input, 100_000));
    node.mine().await;
    let changes = node.ask("eth_getFilterChanges", json!([filter])).await;
    assert_eq!(changes.as_array().unwrap().len(), 1);
    assert_eq!(node.ask("eth_getFilterChanges", json!([filter])).await, json!([]));
    assert_eq!(node.ask("eth_getFilterLogs", json!([filter])).await, changes);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_transaction_filter_reports_hashes() {
    let node = TestNode::start().await;
    let filter = node.ask("eth_newPendingTransactionFilter", json!([])).await;
    let hash = node.add(node.signer(0).transfer(0, TO, 1));
    assert_eq!(node.ask("eth_getFilterChanges", json!([filter])).await, json!([hash]));
    assert_eq!(node.ask("eth_getFilterChanges", json!([filter])).await, json!([]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_or_uninstalled_filter_is_not_found() {
    let node = TestNode::start().await;
    let filter = node.ask("eth_newBlockFilter", json!([])).await;
    assert_eq!(node.ask("eth_uninstallFilter", json!([filter])).await, json!(true));
    assert_eq!(node.ask("eth_uninstallFilter", json!([filter])).await, json!(false));
    for id in [filter, json!("0x1")] {
        let refusal = node.refusal("eth_getFilterChanges", json!([id])).await;
        assert_eq!((refusal.code, refusal.message.as_str()), (-32_000, "filter not found"));
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_filters_is_bounded() {
    let mut config = config();
    config.limits.filters = 2;
    let node = TestNode::start_with(config).await;
    let first = node.ask("eth_newBlockFilter", json!([])).await;
    for _ in 0..2 {
        node.ask("eth_newBlockFilter", json!([])).await;
    }
    assert_eq!(node.refusal("eth_getFilterChanges", json!([first])).await.code, -32_000);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_filter_reports_only_blocks_in_its_range() {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    let range = json!([{ "address": token, "fromBlock": "0x3", "toBlock": "0x3" }]);
    let filter = node.ask("eth_newFilter", range).await;
    for nonce in 1..4 {
        let input = token::transfer_input(TO, U256::from(1));
        node.add(sender.call(nonce, token, U256::ZERO, input, 100_000));
        node.mine().await;
    }
    let changes = node.ask("eth_getFilterChanges", json!([filter])).await;
    let numbers: Vec<_> =
        changes.as_array().unwrap().iter().map(|log| log["blockNumber"].clone()).collect();
    assert_eq!(numbers, [json!("0x3")]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_filter_with_a_range_that_is_none_is_refused_like_a_query() {
    let node = TestNode::start().await;
    let backwards = json!([{ "fromBlock": "0x5", "toBlock": "0x3" }]);
    assert_eq!(node.refusal("eth_newFilter", backwards).await.code, -32_602);
    let pending = json!([{ "fromBlock": "pending" }]);
    let refusal = node.refusal("eth_newFilter", pending).await;
    assert_eq!(refusal.message, "pending logs are not supported");
    node.stop().await;
}
