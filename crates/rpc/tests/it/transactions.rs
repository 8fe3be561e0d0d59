//! Transaction and receipt objects.

use crate::harness::{Refusal, TestNode, number, raw};
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, Bytes, U256};
use hanzo_testkit::{Fees, token};
use serde_json::{Value, json};

const TO: Address = Address::repeat_byte(0x77);

async fn mined(node: &TestNode, hash: alloy_primitives::B256) -> Value {
    node.mine().await;
    node.ask("eth_getTransactionByHash", json!([hash])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legacy_transaction_has_a_chain_id_and_no_parity() {
    let node = TestNode::start().await;
    let hash = node.add(node.signer(0).legacy(0, TO, Fees::default()));
    let transaction = mined(&node, hash).await;
    assert_eq!(transaction["type"], json!("0x0"));
    assert_eq!(number(&transaction["chainId"]), 31_337);
    assert!(transaction.get("yParity").is_none(), "{transaction}");
    assert!(number(&transaction["v"]) >= 35 + 2 * 31_337);
    assert_eq!(number(&transaction["gasPrice"]), 10_000_000_000);
    assert!(transaction.get("maxFeePerGas").is_none());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dynamic_fee_transaction_shows_what_it_pays() {
    let node = TestNode::start().await;
    let hash = node.add(node.signer(0).transfer(0, TO, 5));
    let waiting = node.ask("eth_getTransactionByHash", json!([hash])).await;
    assert_eq!(waiting["blockHash"], Value::Null);
    assert_eq!(waiting["blockNumber"], Value::Null);
    assert_eq!(waiting["transactionIndex"], Value::Null);
    assert_eq!(number(&waiting["gasPrice"]), 10_000_000_000);

    let block = node.mine().await;
    let transaction = node.ask("eth_getTransactionByHash", json!([hash])).await;
    let base_fee = block.base_fee_per_gas.unwrap();
    assert_eq!(transaction["type"], json!("0x2"));
    assert_eq!(number(&transaction["gasPrice"]), base_fee + 1_000_000_000);
    assert_eq!(number(&transaction["maxFeePerGas"]), 10_000_000_000);
    assert_eq!(number(&transaction["yParity"]), number(&transaction["v"]));
    assert_eq!(number(&transaction["blockTimestamp"]), block.timestamp);
    assert_eq!(transaction["blockHash"], json!(block.hash()));
    assert_eq!(transaction["accessList"], json!([]));
    for (method, params) in [
        ("eth_getTransactionByBlockHashAndIndex", json!([block.hash(), "0x0"])),
        ("eth_getTransactionByBlockNumberAndIndex", json!(["0x1", "0x0"])),
    ] {
        assert_eq!(node.ask(method, params).await, transaction, "{method}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_has_its_own_fields() {
    let node = TestNode::start().await;
    let (sender, other) = (node.signer(0), node.signer(1));
    let listed = node.add(sender.access_list(0, TO, AccessList::default()));
    let delegating = node.add(sender.delegate(1, &other, TO));
    node.mine().await;
    let listed = node.ask("eth_getTransactionByHash", json!([listed])).await;
    assert_eq!(listed["type"], json!("0x1"));
    assert_eq!(listed["accessList"], json!([]));
    assert!(listed.get("yParity").is_some());
    let delegating = node.ask("eth_getTransactionByHash", json!([delegating])).await;
    assert_eq!(delegating["type"], json!("0x4"));
    assert_eq!(delegating["authorizationList"].as_array().unwrap().len(), 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_raw_transaction_is_what_was_sent() {
    let node = TestNode::start().await;
    let transaction = node.signer(0).transfer(0, TO, 5);
    let hash = node.add(transaction.clone());
    let params = json!([hash]);
    let waiting = node.ask("eth_getRawTransactionByHash", params.clone()).await;
    assert_eq!(waiting, json!(raw(&transaction)));
    node.mine().await;
    assert_eq!(node.ask("eth_getRawTransactionByHash", params).await, json!(raw(&transaction)));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_have_gas_status_address_and_positioned_logs() {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    let token = sender.address().create(0);
    let input = |amount: u64| token::transfer_input(TO, U256::from(amount));
    let deployed = node.add(sender.create(0, token::creation_code(), 500_000));
    let call = |nonce, input: Bytes| sender.call(nonce, token, U256::ZERO, input, 100_000);
    let hashes = [node.add(call(1, input(1))), node.add(call(2, input(2)))];
    let failing = node.add(call(3, token::transfer_input(TO, U256::MAX)));
    let block = node.mine().await;

    let creation = node.ask("eth_getTransactionReceipt", json!([deployed])).await;
    assert_eq!(creation["contractAddress"], json!(token.to_string().to_lowercase()));
    assert_eq!(creation["to"], Value::Null);
    assert_eq!(creation["status"], json!("0x1"));
    assert_eq!(creation["gasUsed"], creation["cumulativeGasUsed"]);

    for (position, hash) in hashes.iter().enumerate() {
        let receipt = node.ask("eth_getTransactionReceipt", json!([hash])).await;
        assert_eq!(receipt["contractAddress"], Value::Null);
        assert_eq!(number(&receipt["transactionIndex"]), position as u64 + 1);
        let log = &receipt["logs"][0];
        assert_eq!(number(&log["logIndex"]), position as u64);
        assert_eq!(log["removed"], json!(false));
        assert_eq!(log["transactionHash"], json!(hash));
        assert_eq!(log["blockHash"], json!(block.hash()));
        assert_eq!(number(&log["blockTimestamp"]), block.timestamp);
        assert_eq!(
            number(&receipt["effectiveGasPrice"]),
            block.base_fee_per_gas.unwrap() + 1_000_000_000
        );
        assert_eq!(receipt["type"], json!("0x2"));
        assert_eq!(receipt["logsBloom"].as_str().unwrap().len(), 2 + 512);
    }
    let failed = node.ask("eth_getTransactionReceipt", json!([failing])).await;
    assert_eq!(failed["status"], json!("0x0"));
    assert_eq!(failed["logs"], json!([]));
    assert_eq!(number(&failed["cumulativeGasUsed"]), block.gas_used);

    let all = node.ask("eth_getBlockReceipts", json!(["latest"])).await;
    assert_eq!(all.as_array().unwrap().len(), 4);
    assert_eq!(all[0], creation);
    assert_eq!(all[3], failed);
    assert_eq!(all, node.ask("eth_getBlockReceipts", json!([{ "blockHash": block.hash() }])).await);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_block_has_an_empty_list_of_receipts() {
    let node = TestNode::start().await;
    node.mine().await;
    for block in ["earliest", "latest"] {
        assert_eq!(node.ask("eth_getBlockReceipts", json!([block])).await, json!([]));
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_is_listed_by_sender_and_nonce() {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    node.add(sender.transfer(0, TO, 1));
    node.add(sender.transfer(2, TO, 1));
    assert_eq!(
        node.ask("txpool_status", json!([])).await,
        json!({ "pending": "0x1", "queued": "0x1" })
    );
    let content = node.ask("txpool_content", json!([])).await;
    let address = sender.address().to_string().to_lowercase();
    assert_eq!(number(&content["pending"][&address]["0"]["value"]), 1);
    assert_eq!(number(&content["queued"][&address]["2"]["nonce"]), 2);
    let inspected = node.ask("txpool_inspect", json!([])).await;
    let line = inspected["pending"][&address]["0"].as_str().unwrap();
    assert!(line.ends_with(": 1 wei + 21000 gas × 10000000000 wei"), "{line}");
    let missing: Refusal = node.refusal("txpool_content", json!([1])).await;
    assert_eq!(missing.code, -32_602);
    node.stop().await;
}
