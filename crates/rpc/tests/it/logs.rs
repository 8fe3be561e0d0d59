//! `eth_getLogs`.

use crate::harness::{TestNode, number};
use alloy_primitives::{Address, B256, U256};
use hanzo_testkit::token;
use serde_json::{Value, json};

/// A node with three blocks: the token of `signer(0)`, then transfers to 1 and 2, then one to 1.
async fn with_transfers() -> (TestNode, Address) {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    let transfer = |nonce, to: u8| {
        let input = token::transfer_input(Address::repeat_byte(to), U256::from(1));
        sender.call(nonce, token, U256::ZERO, input, 100_000)
    };
    node.add(transfer(1, 1));
    node.add(transfer(2, 2));
    node.mine().await;
    node.add(transfer(3, 1));
    node.mine().await;
    (node, token)
}

fn count(logs: &Value) -> usize {
    logs.as_array().unwrap().len()
}

fn topic_of(account: u8) -> B256 {
    Address::repeat_byte(account).into_word()
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_selected_by_range_address_and_topics() {
    let (node, token) = with_transfers().await;
    let all = json!({ "fromBlock": "earliest", "toBlock": "latest" });
    assert_eq!(count(&node.ask("eth_getLogs", json!([all])).await), 3);
    let transfer = B256::from(token::transfer_topic());
    for (filter, expected) in [
        (json!({ "address": token }), 1),
        (json!({ "fromBlock": "0x2", "toBlock": "0x2" }), 2),
        (json!({ "fromBlock": "0x1", "address": token, "topics": [transfer] }), 3),
        (json!({ "fromBlock": "0x1", "topics": [null, null, topic_of(1)] }), 2),
        (json!({ "fromBlock": "0x1", "topics": [null, null, [topic_of(1), topic_of(2)]] }), 3),
        (json!({ "fromBlock": "0x1", "topics": [topic_of(1)] }), 0),
        (json!({ "fromBlock": "0x1", "address": [Address::repeat_byte(5)] }), 0),
        (json!({ "fromBlock": "0x1", "topics": [null, null, null, null] }), 0),
    ] {
        let logs = node.ask("eth_getLogs", json!([filter])).await;
        assert_eq!(count(&logs), expected, "{filter}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_knows_its_place() {
    let (node, token) = with_transfers().await;
    let block = node.ask("eth_getBlockByNumber", json!(["0x2", false])).await;
    let logs = node.ask("eth_getLogs", json!([{ "blockHash": block["hash"] }])).await;
    let second = &logs[1];
    assert_eq!(second["address"], json!(token));
    assert_eq!(second["blockHash"], block["hash"]);
    assert_eq!(second["blockNumber"], json!("0x2"));
    assert_eq!(second["blockTimestamp"], block["timestamp"]);
    assert_eq!(second["transactionHash"], block["transactions"][1]);
    assert_eq!(number(&second["transactionIndex"]), 1);
    assert_eq!(number(&second["logIndex"]), 1);
    assert_eq!(second["removed"], json!(false));
    assert_eq!(second["topics"].as_array().unwrap().len(), 3);
    node.stop().await;
}
