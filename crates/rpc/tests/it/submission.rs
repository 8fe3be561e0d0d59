//! Sending transactions.

use crate::harness::{TestNode, config, number, raw};
use alloy_primitives::{Address, hex};
use hanzo_rpc::RpcConfig;
use hanzo_testkit::Fees;
use serde_json::{Value, json};
use std::time::Duration;

const TO: Address = Address::repeat_byte(0x77);

fn waiting() -> RpcConfig {
    // Far more than a seal of the dev chain takes: the test ends when the block is there.
    RpcConfig { await_inclusion: Some(Duration::from_secs(60)), ..config() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hash_is_answered_and_the_pool_has_the_transaction() {
    let node = TestNode::start().await;
    let transaction = node.signer(0).transfer(0, TO, 1);
    let hash = node.ask("eth_sendRawTransaction", json!([raw(&transaction)])).await;
    assert_eq!(hash, json!(transaction.tx_hash()));
    assert!(node.pool.get(*transaction.tx_hash()).is_some());
    assert_eq!(node.ask("eth_getTransactionReceipt", json!([hash])).await, Value::Null);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_an_instant_chain_the_receipt_is_there_when_the_hash_is() {
    let mut node = TestNode::start_with(waiting()).await;
    node.mine_instantly();
    for nonce in 0..3 {
        let transaction = node.signer(0).transfer(nonce, TO, 1);
        let hash = node.ask("eth_sendRawTransaction", json!([raw(&transaction)])).await;
        let receipt = node.ask("eth_getTransactionReceipt", json!([hash])).await;
        assert_eq!(receipt["status"], json!("0x1"), "nonce {nonce}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_behind_a_gap_is_answered_at_once() {
    let mut node = TestNode::start_with(waiting()).await;
    node.mine_instantly();
    let sender = node.signer(0);
    let early = sender.transfer(1, TO, 1);
    let hash = node.ask("eth_sendRawTransaction", json!([raw(&early)])).await;
    assert_eq!(node.ask("eth_getTransactionReceipt", json!([hash])).await, Value::Null);
    node.ask("eth_sendRawTransaction", json!([raw(&sender.transfer(0, TO, 1))])).await;
    let latest = json!([sender.address(), "pending"]);
    assert_eq!(number(&node.ask("eth_getTransactionCount", latest).await), 2);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_synchronous_form_answers_with_the_receipt_or_code_four() {
    let mut node = TestNode::start().await;
    let sender = node.signer(0);
    let first = sender.transfer(0, TO, 1);
    let refusal = node.refusal("eth_sendRawTransactionSync", json!([raw(&first), 1])).await;
    assert_eq!(refusal.code, 4);
    assert_eq!(refusal.data, Some(json!(first.tx_hash())));
    node.mine_instantly();
    let second = sender.transfer(1, TO, 1);
    let receipt = node.ask("eth_sendRawTransactionSync", json!([raw(&second), 30_000])).await;
    assert_eq!(receipt["transactionHash"], json!(second.tx_hash()));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_refuses_in_geths_words() {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    node.add(sender.transfer(0, TO, 1));
    node.mine().await;
    node.add(sender.transfer(1, TO, 1));
    let cheap = Fees { max: 10_000_000_001, priority: 1_000_000_001 };
    let poor = hanzo_testkit::Signer::dev(99, &hanzo_testkit::dev_spec());
    for (transaction, words) in [
        (sender.transfer(0, TO, 1), "nonce too low"),
        (sender.transfer(1, TO, 1), "already known"),
        (sender.priced_transfer(1, TO, cheap), "replacement transaction underpriced"),
        (poor.transfer(0, TO, 1), "insufficient funds for gas * price + value"),
        (sender.blob(2, TO), "transaction type not supported"),
        (
            sender.call(2, TO, alloy_primitives::U256::ZERO, Default::default(), 20_999),
            "intrinsic gas too low",
        ),
    ] {
        let refusal = node.refusal("eth_sendRawTransaction", json!([raw(&transaction)])).await;
        assert_eq!(refusal.code, -32_000, "{refusal:?}");
        assert!(refusal.message.contains(words), "{refusal:?} lacks {words:?}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_transaction_are_refused() {
    let node = TestNode::start().await;
    for bytes in ["0x", "0x00", "0x02c0", "0xc0", "0x05f8", "0xffffff"] {
        let refusal = node.refusal("eth_sendRawTransaction", json!([bytes])).await;
        assert_eq!(refusal.code, -32_000, "{bytes}: {refusal:?}");
    }
    let oversized = hex::encode_prefixed(vec![2; 200_000]);
    let refusal = node.refusal("eth_sendRawTransaction", json!([oversized])).await;
    assert!(refusal.message.starts_with("oversized data"), "{refusal:?}");
    node.stop().await;
}
