//! Blocks that were refused.

use crate::harness::{TestNode, number};
use alloy_primitives::{Address, B256, Bytes};
use hanzo_chain::MAX_BAD_BLOCKS;
use serde_json::{Value, json};

async fn hashes(node: &TestNode) -> Vec<Value> {
    let bad = node.ask("debug_getBadBlocks", json!([])).await;
    bad.as_array().unwrap().iter().map(|block| block["hash"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_block_is_listed_with_its_transactions_and_bytes() {
    let node = TestNode::start().await;
    assert_eq!(node.ask("debug_getBadBlocks", json!([])).await, json!([]));
    let sent = node.add(node.signer(0).transfer(0, Address::repeat_byte(1), 1));
    let block = node.tampered(|header| header.state_root = B256::repeat_byte(1)).await;
    node.import_bad(&block).await;
    let bad = node.ask("debug_getBadBlocks", json!([])).await;
    assert_eq!(bad.as_array().unwrap().len(), 1);
    assert_eq!(bad[0]["hash"], json!(block.hash()));
    assert_eq!(bad[0]["rlp"], json!(Bytes::from(alloy_rlp::encode(block.sealed_block()))));
    assert_eq!(bad[0]["block"]["stateRoot"], json!(B256::repeat_byte(1)));
    assert_eq!(bad[0]["block"]["transactions"][0]["hash"], json!(sent));
    // It is not part of the chain: nothing else finds it.
    assert_eq!(node.ask("eth_getBlockByHash", json!([block.hash(), false])).await, Value::Null);
    assert_eq!(number(&node.ask("eth_blockNumber", json!([])).await), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_blocks_with_a_fault_of_their_own_are_listed_and_each_once() {
    let node = TestNode::start().await;
    let bad = node.tampered(|header| header.gas_used = 5).await;
    let parent = bad.hash();
    let child = node
        .tampered(move |header| {
            header.parent_hash = parent;
            header.parent_beacon_block_root = Some(parent);
            header.number = 2;
        })
        .await;
    node.import_bad(&bad).await;
    node.import_bad(&bad).await;
    node.import_bad(&child).await;
    assert_eq!(hashes(&node).await, [json!(bad.hash())]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_refused_blocks_are_listed_first() {
    let node = TestNode::start().await;
    let mut refused = Vec::new();
    for gas in 1..=MAX_BAD_BLOCKS as u64 + 2 {
        let block = node.tampered(move |header| header.gas_used = gas).await;
        node.import_bad(&block).await;
        refused.insert(0, json!(block.hash()));
    }
    refused.truncate(MAX_BAD_BLOCKS);
    assert_eq!(hashes(&node).await, refused);
    node.stop().await;
}
