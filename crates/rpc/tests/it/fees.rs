//! Fee suggestions and history.

use crate::harness::{TestNode, number};
use alloy_primitives::Address;
use hanzo_testkit::Fees;
use serde_json::json;

const TO: Address = Address::repeat_byte(0x77);
const GWEI: u64 = 1_000_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn without_transactions_a_tip_of_one_gwei_is_suggested() {
    let node = TestNode::start().await;
    node.mine().await;
    let tip = number(&node.ask("eth_maxPriorityFeePerGas", json!([])).await);
    assert_eq!(tip, GWEI);
    let price = number(&node.ask("eth_gasPrice", json!([])).await);
    assert_eq!(price, node.chain.view().next_base_fee() + GWEI);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suggestion_follows_what_was_paid() {
    let node = TestNode::start().await;
    for nonce in 0..3 {
        let tip = u128::from((nonce + 1) * GWEI);
        let fees = Fees { max: 100 * u128::from(GWEI), priority: tip };
        node.add(node.signer(0).priced_transfer(nonce, TO, fees));
    }
    node.mine().await;
    let tip = number(&node.ask("eth_maxPriorityFeePerGas", json!([])).await);
    assert_eq!(tip, 2 * GWEI);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn history_has_one_base_fee_more_than_blocks() {
    let node = TestNode::start().await;
    node.add(node.signer(0).transfer(0, TO, 1));
    let block = node.mine().await;
    node.mine().await;
    let history = node.ask("eth_feeHistory", json!(["0xa", "latest", [0.0, 20.0, 100]])).await;
    assert_eq!(number(&history["oldestBlock"]), 0);
    let fees = history["baseFeePerGas"].as_array().unwrap();
    assert_eq!(fees.len(), 4);
    assert_eq!(number(&fees[1]), block.base_fee_per_gas.unwrap());
    assert_eq!(number(&fees[3]), node.chain.view().next_base_fee());
    let ratios = history["gasUsedRatio"].as_array().unwrap();
    assert_eq!(ratios.len(), 3);
    assert!((ratios[1].as_f64().unwrap() - 21_000.0 / block.gas_limit as f64).abs() < 1e-9);
    assert_eq!(history["blobGasUsedRatio"].as_array().unwrap().len(), 3);
    assert_eq!(history["baseFeePerBlobGas"], json!(["0x1", "0x1", "0x1", "0x1"]));
    let rewards = history["reward"].as_array().unwrap();
    let gwei = format!("{GWEI:#x}");
    assert_eq!(rewards[1], json!([gwei, gwei, gwei]));
    assert_eq!(rewards[2], json!(["0x0", "0x0", "0x0"]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn history_without_percentiles_has_no_rewards() {
    let node = TestNode::start().await;
    let history = node.ask("eth_feeHistory", json!([1, "latest"])).await;
    assert!(history.get("reward").is_none(), "{history}");
    let refusal = node.refusal("eth_feeHistory", json!([1, "0x5"])).await;
    assert_eq!(refusal.message, "request beyond head block: requested 5, head 0");
    node.stop().await;
}
