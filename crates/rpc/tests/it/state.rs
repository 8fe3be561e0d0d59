//! Accounts, code, storage and old states.

use crate::harness::{TestNode, number};
use alloy_primitives::{Address, B256};
use hanzo_testkit::Retention;
use hanzo_testkit::token;
use serde_json::json;

const TO: Address = Address::repeat_byte(0x77);

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_block_parameter_means_latest() {
    let node = TestNode::start().await;
    node.add(node.signer(0).transfer(0, TO, 5));
    node.mine().await;
    assert_eq!(number(&node.ask("eth_getBalance", json!([TO])).await), 5);
    assert_eq!(number(&node.ask("eth_getBalance", json!([TO, null])).await), 5);
    assert_eq!(number(&node.ask("eth_getBalance", json!([TO, "0x0"])).await), 0);
    assert_eq!(number(&node.ask("eth_getBalance", json!([TO, "earliest"])).await), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_sees_what_the_pool_will_do() {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    node.add(sender.transfer(0, TO, 5));
    node.add(sender.transfer(1, TO, 6));
    node.add(sender.transfer(3, TO, 7));
    let from = sender.address();
    assert_eq!(number(&node.ask("eth_getBalance", json!([TO, "pending"])).await), 11);
    assert_eq!(number(&node.ask("eth_getTransactionCount", json!([from, "pending"])).await), 2);
    assert_eq!(number(&node.ask("eth_getTransactionCount", json!([from, "latest"])).await), 0);
    assert_eq!(number(&node.ask("eth_getTransactionCount", json!([from])).await), 0);
    node.mine().await;
    assert_eq!(number(&node.ask("eth_getTransactionCount", json!([from, "pending"])).await), 2);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn code_storage_and_account_info_agree_with_the_contract() {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    let code = node.ask("eth_getCode", json!([token, "latest"])).await;
    assert_eq!(code, json!(token::runtime_code()));
    assert_eq!(node.ask("eth_getCode", json!([TO])).await, json!("0x"));
    let slot = token::balance_slot(sender.address());
    let value = node.ask("eth_getStorageAt", json!([token, slot, "latest"])).await;
    assert_eq!(value, json!(B256::from(token::initial_supply())));
    let empty = node.ask("eth_getStorageAt", json!([token, "0x0"])).await;
    assert_eq!(empty, json!(B256::ZERO));
    let info = node.ask("eth_getAccountInfo", json!([token, "latest"])).await;
    assert_eq!(info, json!({ "balance": "0x0", "nonce": "0x1", "code": code }));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_may_be_named_by_an_eip_1898_object() {
    let node = TestNode::start().await;
    node.add(node.signer(0).transfer(0, TO, 5));
    let block = node.mine().await;
    node.mine().await;
    for reference in [
        json!({ "blockHash": block.hash() }),
        json!({ "blockHash": block.hash(), "requireCanonical": true }),
        json!({ "blockNumber": "0x1" }),
        json!(block.hash()),
    ] {
        let balance = node.ask("eth_getBalance", json!([TO, reference])).await;
        assert_eq!(number(&balance), 5, "{reference}");
    }
    let genesis =
        json!({ "blockHash": node.ask("eth_getBlockByNumber", json!(["0x0"])).await["hash"] });
    assert_eq!(number(&node.ask("eth_getBalance", json!([TO, genesis])).await), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_block_has_no_state() {
    let node = TestNode::start().await;
    let unknown = json!({ "blockHash": B256::repeat_byte(9) });
    for block in [json!("0x1"), json!("0xffffff"), unknown] {
        for (method, params) in [
            ("eth_getBalance", json!([TO, block])),
            ("eth_getTransactionCount", json!([TO, block])),
            ("eth_getCode", json!([TO, block])),
            ("eth_getStorageAt", json!([TO, "0x0", block])),
            ("eth_call", json!([{ "to": TO }, block])),
            ("eth_estimateGas", json!([{ "to": TO }, block])),
        ] {
            let refusal = node.refusal(method, params).await;
            assert_eq!((refusal.code, refusal.message.as_str()), (-32_000, "header not found"));
        }
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_past_state_answers_as_it_did() {
    let node = TestNode::start().await;
    for nonce in 0..80 {
        node.add(node.signer(0).transfer(nonce, TO, 5));
        node.mine().await;
    }
    for block in [0_u64, 1, 17, 40, 63, 80] {
        let tag = format!("{block:#x}");
        let balance = node.ask("eth_getBalance", json!([TO, tag])).await;
        assert_eq!(number(&balance), 5 * block);
        let nonce = node.ask("eth_getTransactionCount", json!([node.signer(0).address(), tag]));
        assert_eq!(number(&nonce.await), block);
        let call = json!([{ "from": TO, "to": TO, "value": format!("{:#x}", 5 * block) }, tag]);
        assert_eq!(node.ask("eth_call", call).await, "0x");
        let more = json!([{ "from": TO, "to": TO, "value": format!("{:#x}", 5 * block + 1) }, tag]);
        assert!(node.refusal("eth_call", more).await.message.contains("insufficient funds"));
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pruned_is_an_error_that_names_the_oldest_and_never_another_state() {
    let retention = Retention { states: Some(20), receipts: Some(20) };
    let node = TestNode::start_keeping(retention).await;
    let transfer = node.signer(0).transfer(0, TO, 5);
    let hash = *transfer.tx_hash();
    node.add(transfer);
    node.mine_many(100).await;
    let refusal = node.refusal("eth_getBalance", json!([TO, "0x1"])).await;
    assert_eq!(refusal.code, -32_000);
    assert!(refusal.message.starts_with("historical state not available"), "{refusal:?}");
    for (method, params) in [
        ("eth_getTransactionReceipt", json!([hash])),
        ("eth_getBlockReceipts", json!(["0x1"])),
        ("eth_feeHistory", json!(["0x2", "0x2", [50]])),
        ("eth_getProof", json!([TO, [], "0x1"])),
    ] {
        let refusal = node.refusal(method, params).await;
        assert_eq!(refusal.code, -32_000);
        assert!(refusal.message.contains("oldest"), "{method}: {refusal:?}");
    }
    let balance = node.ask("eth_getBalance", json!([TO, "0x50"])).await;
    assert_eq!(number(&balance), 5);
    // Blocks and transactions stay, and with them what is not made of receipts.
    let fees = node.ask("eth_feeHistory", json!(["0x2", "0x2"])).await;
    assert_eq!(fees["oldestBlock"], "0x1");
    assert_eq!(fees["gasUsedRatio"].as_array().unwrap().len(), 2);
    let old = node.ask("eth_getBlockByNumber", json!(["0x1", true])).await;
    assert_eq!(old["transactions"][0]["hash"], json!(hash));
    assert_eq!(node.ask("eth_getTransactionByHash", json!([hash])).await["blockNumber"], "0x1");
    node.stop().await;
}
