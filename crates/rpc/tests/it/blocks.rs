//! Block objects.

use crate::harness::{COINBASE, TestNode, number};
use alloy_primitives::{Address, B256};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const BLOCK_KEYS: [&str; 26] = [
    "baseFeePerGas",
    "blobGasUsed",
    "difficulty",
    "excessBlobGas",
    "extraData",
    "gasLimit",
    "gasUsed",
    "hash",
    "logsBloom",
    "miner",
    "mixHash",
    "nonce",
    "number",
    "parentBeaconBlockRoot",
    "parentHash",
    "receiptsRoot",
    "requestsHash",
    "sha3Uncles",
    "size",
    "stateRoot",
    "timestamp",
    "transactions",
    "transactionsRoot",
    "uncles",
    "withdrawals",
    "withdrawalsRoot",
];

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_has_exactly_the_keys_of_the_specification() {
    let node = TestNode::start().await;
    node.mine().await;
    let block = node.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    let expected: BTreeSet<&str> = BLOCK_KEYS.into_iter().collect();
    assert_eq!(keys(&block), expected);
    assert_eq!(block["uncles"], json!([]));
    assert_eq!(block["withdrawals"], json!([]));
    assert_eq!(block["miner"], json!(COINBASE.to_string().to_lowercase()));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hash_follows_from_the_other_fields() {
    let node = TestNode::start().await;
    node.add(node.signer(0).transfer(0, Address::repeat_byte(1), 1));
    let mined = node.mine().await;
    let json = node.ask("eth_getBlockByNumber", json!(["latest", true])).await;
    let block: alloy_rpc_types_eth::Block = serde_json::from_value(json).unwrap();
    assert_eq!(block.header.inner.hash_slow(), block.header.hash);
    assert_eq!(block.header.hash, mined.hash());
    assert_ne!(block.header.inner.mix_hash, B256::ZERO);
    assert_eq!(block.header.size.unwrap().to::<usize>(), mined.rlp_length());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reference_finds_the_same_block() {
    let node = TestNode::start().await;
    let mined = node.mine().await;
    let by_hash = node.ask("eth_getBlockByHash", json!([mined.hash(), false])).await;
    for tag in ["0x1", "latest", "safe", "finalized"] {
        let by_tag = node.ask("eth_getBlockByNumber", json!([tag, false])).await;
        assert_eq!(by_tag, by_hash, "{tag}");
    }
    let earliest = node.ask("eth_getBlockByNumber", json!(["earliest"])).await;
    assert_eq!(number(&earliest["number"]), 0);
    assert_eq!(number(&node.ask("eth_blockNumber", json!([])).await), 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_block_is_null() {
    let node = TestNode::start().await;
    let unknown = B256::repeat_byte(9);
    for (method, params) in [
        ("eth_getBlockByNumber", json!(["0x99", true])),
        ("eth_getBlockByHash", json!([unknown, true])),
        ("eth_getHeaderByNumber", json!(["0x99"])),
        ("eth_getHeaderByHash", json!([unknown])),
        ("eth_getBlockReceipts", json!(["0x99"])),
        ("eth_getBlockReceipts", json!([unknown])),
        ("eth_getBlockTransactionCountByHash", json!([unknown])),
        ("eth_getBlockTransactionCountByNumber", json!(["0x99"])),
        ("eth_getUncleCountByBlockHash", json!([unknown])),
        ("eth_getUncleCountByBlockNumber", json!(["0x99"])),
        ("eth_getUncleByBlockHashAndIndex", json!([unknown, "0x0"])),
        ("eth_getUncleByBlockNumberAndIndex", json!(["latest", "0x0"])),
        ("eth_getTransactionByBlockHashAndIndex", json!([unknown, "0x0"])),
        ("eth_getTransactionByBlockNumberAndIndex", json!(["latest", "0x0"])),
        ("eth_getTransactionByHash", json!([unknown])),
        ("eth_getTransactionReceipt", json!([unknown])),
        ("eth_getRawTransactionByHash", json!([unknown])),
    ] {
        assert_eq!(node.ask(method, params).await, Value::Null, "{method}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_come_as_hashes_or_whole() {
    let node = TestNode::start().await;
    let hash = node.add(node.signer(0).transfer(0, Address::repeat_byte(1), 1));
    let block = node.mine().await;
    let hashes = node.ask("eth_getBlockByNumber", json!(["latest"])).await;
    assert_eq!(hashes["transactions"], json!([hash]));
    let whole = node.ask("eth_getBlockByNumber", json!(["latest", true])).await;
    assert_eq!(whole["transactions"][0]["hash"], json!(hash));
    assert_eq!(
        number(&node.ask("eth_getBlockTransactionCountByHash", json!([block.hash()])).await),
        1
    );
    assert_eq!(number(&node.ask("eth_getBlockTransactionCountByNumber", json!(["0x1"])).await), 1);
    assert_eq!(number(&node.ask("eth_getUncleCountByBlockNumber", json!(["0x1"])).await), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pending_block_has_the_pool_and_no_seal() {
    let node = TestNode::start().await;
    let hash = node.add(node.signer(0).transfer(0, Address::repeat_byte(1), 1));
    let pending = node.ask("eth_getBlockByNumber", json!(["pending", true])).await;
    assert_eq!(number(&pending["number"]), 1);
    for absent in ["hash", "nonce", "miner"] {
        assert_eq!(pending[absent], Value::Null, "{absent}");
    }
    let transaction = &pending["transactions"][0];
    assert_eq!(transaction["hash"], json!(hash));
    assert_eq!(transaction["blockHash"], Value::Null);
    assert_eq!(
        number(&node.ask("eth_getBlockTransactionCountByNumber", json!(["pending"])).await),
        1
    );
    assert_eq!(number(&node.ask("eth_blockNumber", json!([])).await), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_is_its_block_without_body_and_size() {
    let node = TestNode::start().await;
    node.add(node.signer(0).transfer(0, Address::repeat_byte(1), 1));
    let mined = node.mine().await;
    let mut block = node.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    for field in ["size", "transactions", "uncles", "withdrawals"] {
        block.as_object_mut().unwrap().remove(field).unwrap();
    }
    for tag in ["0x1", "latest", "safe", "finalized"] {
        assert_eq!(node.ask("eth_getHeaderByNumber", json!([tag])).await, block, "{tag}");
    }
    assert_eq!(node.ask("eth_getHeaderByHash", json!([mined.hash()])).await, block);
    let earliest = node.ask("eth_getHeaderByNumber", json!(["earliest"])).await;
    assert_eq!(number(&earliest["number"]), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pending_header_has_no_seal() {
    let node = TestNode::start().await;
    let pending = node.ask("eth_getHeaderByNumber", json!(["pending"])).await;
    assert_eq!(number(&pending["number"]), 1);
    for absent in ["hash", "nonce", "miner"] {
        assert_eq!(pending[absent], Value::Null, "{absent}");
    }
    node.stop().await;
}
