//! What clients see of a reorganisation.

use crate::harness::TestNode;
use alloy_primitives::{Address, B256, U256, hex};
use hanzo_chain::Inserted;
use hanzo_testkit::{TestChain, dev_spec, token};
use hanzo_types::RecoveredBlock;
use serde_json::{Value, json};

const TO: Address = Address::repeat_byte(0x77);

/// The node's chain with a token and `length` blocks that each move one unit, and a heavier branch
/// from genesis that moves another amount in its last block.
async fn fork(node: &TestNode, length: u64) -> (Vec<B256>, Vec<RecoveredBlock>) {
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    let mut ours = Vec::new();
    for nonce in 1..=length {
        let input = token::transfer_input(TO, U256::from(1));
        node.add(sender.call(nonce, token, U256::ZERO, input, 100_000));
        ours.push(node.mine().await.hash());
    }
    let mut theirs = TestChain::new(dev_spec());
    let mut branch = vec![theirs.mine(vec![sender.create(0, token::creation_code(), 600_000)])];
    for _ in 0..length {
        branch.push(theirs.mine(Vec::new()));
    }
    let input = token::transfer_input(TO, U256::from(9));
    branch.push(theirs.mine(vec![sender.call(1, token, U256::ZERO, input, 90_000)]));
    (ours, branch)
}

/// Block hash, amount and `removed` of each log.
fn summary(logs: &Value) -> Vec<(B256, U256, bool)> {
    let field = |log: &Value, name: &str| log[name].as_str().unwrap().to_owned();
    let logs = logs.as_array().unwrap().iter();
    logs.map(|log| {
        let amount = U256::from_str_radix(&field(log, "data")[2..], 16).unwrap();
        let removed = log["removed"].as_bool().unwrap();
        (field(log, "blockHash").parse().unwrap(), amount, removed)
    })
    .collect()
}

async fn assert_filter_tells(length: u64) {
    let node = TestNode::start().await;
    let token = node.signer(0).address().create(0);
    let logs = node.ask("eth_newFilter", json!([{ "address": token }])).await;
    let blocks = node.ask("eth_newBlockFilter", json!([])).await;
    let (ours, branch) = fork(&node, length).await;
    let _ = node.ask("eth_getFilterChanges", json!([logs])).await;
    let _ = node.ask("eth_getFilterChanges", json!([blocks])).await;
    for block in &branch {
        let _ = node.import(block).await;
    }
    let winner = branch.last().unwrap().hash();
    assert_eq!(node.chain.view().head().hash(), winner);

    let one = U256::from(1);
    let mut expected: Vec<_> = ours.iter().rev().map(|hash| (*hash, one, true)).collect();
    expected.push((winner, U256::from(9), false));
    let changes = node.ask("eth_getFilterChanges", json!([logs])).await;
    assert_eq!(summary(&changes), expected);
    let hashes: Vec<B256> = branch.iter().map(|block| block.hash()).collect();
    assert_eq!(node.ask("eth_getFilterChanges", json!([blocks])).await, json!(hashes));
    assert_eq!(node.ask("eth_getFilterChanges", json!([logs])).await, json!([]));
    // A search of the range knows only the winner.
    let found = node.ask("eth_getLogs", json!([{ "address": token, "fromBlock": "0x0" }])).await;
    assert_eq!(summary(&found), [(winner, U256::from(9), false)]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_filter_reports_void_logs_as_removed_and_then_the_new_ones() {
    assert_filter_tells(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_filter_survives_a_reorganisation_below_the_persisted_state() {
    assert_filter_tells(60).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_of_abandoned_blocks_are_pending_again() {
    let node = TestNode::start().await;
    let (ours, branch) = fork(&node, 2).await;
    let block = node.ask("eth_getBlockByHash", json!([ours[1], false])).await;
    let lost = block["transactions"][0].clone();
    for block in &branch {
        let _ = node.import(block).await;
    }
    assert!(node.ask("eth_getTransactionReceipt", json!([lost])).await.is_null());
    let transaction = node.ask("eth_getTransactionByHash", json!([lost])).await;
    assert!(transaction["blockHash"].is_null(), "{transaction}");
    // It is mined again, now on the winning branch.
    node.mine().await;
    let receipt = node.ask("eth_getTransactionReceipt", json!([lost])).await;
    assert_eq!(receipt["status"], "0x1");
    // The abandoned block can still be looked at, and has no receipts any more.
    assert_eq!(
        node.ask("eth_getBlockByHash", json!([ours[1], false])).await["hash"],
        json!(ours[1])
    );
    assert!(node.ask("eth_getBlockReceipts", json!([ours[1]])).await.is_null());
    let logs = json!([{ "blockHash": ours[1] }]);
    assert!(node.refusal("eth_getLogs", logs).await.message.contains("not currently canonical"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_beside_the_chain_is_found_by_its_hash_and_its_transactions_are_not() {
    let node = TestNode::start().await;
    let ours = node.mine().await;
    let mut theirs = TestChain::new(dev_spec());
    let side = theirs.mine(vec![node.signer(0).transfer(0, TO, 5)]);
    assert!(matches!(node.import(&side).await, Inserted::Side));
    let (hash, transaction) = (side.hash(), *side.body().transactions[0].tx_hash());

    // Twice: from memory, and from the disk after the base has moved past it.
    for _ in 0..2 {
        let block = node.ask("eth_getBlockByHash", json!([hash, true])).await;
        assert_eq!((&block["hash"], &block["number"]), (&json!(hash), &json!("0x1")));
        assert_eq!(block["transactions"][0]["hash"], json!(transaction));
        let count = node.ask("eth_getBlockTransactionCountByHash", json!([hash])).await;
        assert_eq!(count, "0x1");
        let raw = node.ask("debug_getRawBlock", json!([{ "blockHash": hash }])).await;
        assert_eq!(raw, json!(hex::encode_prefixed(alloy_rlp::encode(side.sealed_block()))));
        let raw = node.ask("debug_getRawHeader", json!([hash])).await;
        assert_eq!(raw, json!(hex::encode_prefixed(alloy_rlp::encode(side.header()))));

        let canonical = node.ask("eth_getBlockByNumber", json!(["0x1", false])).await;
        assert_eq!(canonical["hash"], json!(ours.hash()));
        for method in ["eth_getTransactionByHash", "eth_getTransactionReceipt"] {
            assert!(node.ask(method, json!([transaction])).await.is_null(), "{method}");
        }
        assert!(node.ask("debug_getRawTransaction", json!([transaction])).await.is_null());
        assert!(node.ask("eth_getBlockReceipts", json!([hash])).await.is_null());
        let required = json!({ "blockHash": hash, "requireCanonical": true });
        for (method, params) in [
            ("debug_getRawBlock", json!([required])),
            ("eth_getBalance", json!([TO, { "blockHash": hash }])),
            ("eth_call", json!([{ "to": TO }, { "blockHash": hash }])),
            ("debug_getRawReceipts", json!([hash])),
            ("eth_getLogs", json!([{ "blockHash": hash }])),
        ] {
            let refusal = node.refusal(method, params).await;
            assert!(refusal.message.contains("not currently canonical"), "{method}: {refusal:?}");
        }
        node.mine_many(60).await;
    }
    node.stop().await;
}
