//! Plain Ethereum chains over JSON-RPC.

use crate::harness::{TestNode, config, number, raw};
use alloy_consensus::{TxEip4844, TxLegacy};
use alloy_eips::eip4895::Withdrawal;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use hanzo_testkit::{BlockPlan, Signer, TestChain, ethereum_spec};
use hanzo_types::{Header, RecoveredTransaction};
use serde_json::{Value, json};

const SOMEBODY: Address = Address::repeat_byte(0x77);

fn chain(newest: EthereumHardfork) -> TestChain {
    TestChain::new(ethereum_spec(newest, |_| {}))
}

/// A transfer from before transactions had types or chain ids.
pub(crate) fn old_transfer(signer: &Signer, nonce: u64) -> RecoveredTransaction {
    signer.sign(TxLegacy {
        chain_id: None,
        nonce,
        gas_price: 10_000_000_000,
        gas_limit: 21_000,
        to: TxKind::Call(SOMEBODY),
        value: U256::from(1),
        input: Bytes::new(),
    })
}

fn blob_transaction(signer: &Signer) -> RecoveredTransaction {
    let mut versioned_hash = B256::repeat_byte(7);
    versioned_hash.0[0] = 1;
    signer.sign(TxEip4844 {
        chain_id: 1,
        nonce: 0,
        gas_limit: 21_000,
        max_fee_per_gas: 10_000_000_000,
        max_priority_fee_per_gas: 1,
        to: SOMEBODY,
        value: U256::from(1),
        access_list: Default::default(),
        blob_versioned_hashes: vec![versioned_hash; 2],
        max_fee_per_blob_gas: 100,
        input: Bytes::new(),
    })
}

/// A chain before Byzantium whose third block has a transaction and an ommer.
async fn mined_node() -> (TestNode, Header) {
    let mut chain = chain(EthereumHardfork::Homestead);
    let alice = Signer::dev(0, chain.spec());
    chain.extend_ethereum(BlockPlan::default());
    chain.extend_ethereum(BlockPlan::default());
    let view = chain.view();
    let genesis = chain.spec().genesis_header().clone();
    let ommer = chain.consensus().prepare(&genesis, genesis.timestamp + 5, &*view).unwrap();
    let transactions = vec![old_transfer(&alice, 0)];
    let ommers = vec![ommer.clone()];
    chain.extend_ethereum(BlockPlan { transactions, ommers, ..Default::default() });
    (TestNode::over(chain, config()).await, ommer)
}

#[tokio::test(flavor = "multi_thread")]
async fn uncles_are_listed_counted_and_given_as_blocks_without_transactions() {
    let (node, ommer) = mined_node().await;
    let block = node.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(block["uncles"], json!([ommer.hash_slow()]));
    let hash = block["hash"].clone();
    let count = node.ask("eth_getUncleCountByBlockHash", json!([hash])).await;
    assert_eq!(number(&count), 1);
    let count = node.ask("eth_getUncleCountByBlockNumber", json!(["0x2"])).await;
    assert_eq!(number(&count), 0);
    let by_hash = node.ask("eth_getUncleByBlockHashAndIndex", json!([hash, "0x0"])).await;
    let by_number = node.ask("eth_getUncleByBlockNumberAndIndex", json!(["0x3", "0x0"])).await;
    assert_eq!(by_hash, by_number);
    assert_eq!(by_hash["hash"], json!(ommer.hash_slow()));
    assert_eq!(number(&by_hash["number"]), 1);
    assert_eq!(by_hash.get("transactions"), None);
    let none = node.ask("eth_getUncleByBlockHashAndIndex", json!([hash, "0x1"])).await;
    assert_eq!(none, Value::Null);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_and_receipts_before_byzantium_have_the_fields_of_their_time() {
    let (node, _) = mined_node().await;
    let block = node.ask("eth_getBlockByNumber", json!(["0x3", true])).await;
    for field in ["baseFeePerGas", "withdrawals", "withdrawalsRoot", "blobGasUsed"] {
        assert_eq!(block.get(field), None, "{field}");
    }
    assert!(number(&block["difficulty"]) >= 131_072);
    let hash = block["transactions"][0]["hash"].clone();
    let receipt = node.ask("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt.get("status"), None);
    assert_eq!(receipt["root"].as_str().unwrap().len(), 66);
    assert_eq!(receipt.get("blobGasUsed"), None);
    assert_eq!(number(&receipt["effectiveGasPrice"]), 10_000_000_000);
    assert_eq!(node.ask("eth_blobBaseFee", json!([])).await, Value::Null);
    let fees = node.ask("eth_feeHistory", json!(["0x3", "latest", [50]])).await;
    assert_eq!(fees["baseFeePerGas"], json!(["0x0", "0x0", "0x0", "0x0"]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_see_the_instructions_of_their_fork() {
    let (node, _) = mined_node().await;
    // DIFFICULTY (later PREVRANDAO), then PUSH0, which came with Shanghai.
    let difficulty = json!({ "data": "0x4460005260206000f3" });
    let answer = node.ask("eth_call", json!([difficulty, "latest"])).await;
    let block = node.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(U256::from_str_radix(&answer.as_str().unwrap()[2..], 16).unwrap(), {
        U256::from(number(&block["difficulty"]))
    });
    let refusal = node.refusal("eth_call", json!([{ "data": "0x5f00" }, "latest"])).await;
    assert!(refusal.message.contains("invalid opcode"), "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawals_and_blob_prices_are_answered_after_cancun() {
    let mut chain = chain(EthereumHardfork::Cancun);
    let alice = Signer::dev(0, chain.spec());
    let withdrawal = Withdrawal { index: 3, validator_index: 9, address: SOMEBODY, amount: 5 };
    chain.extend_ethereum(BlockPlan {
        transactions: vec![blob_transaction(&alice)],
        withdrawals: vec![withdrawal],
        ..Default::default()
    });
    let node = TestNode::over(chain, config()).await;
    let block = node.ask("eth_getBlockByNumber", json!(["latest", true])).await;
    assert_eq!(block["withdrawals"][0]["amount"], "0x5");
    assert_eq!(number(&block["blobGasUsed"]), 2 * 131_072);
    let hash = block["transactions"][0]["hash"].clone();
    for receipt in [
        node.ask("eth_getTransactionReceipt", json!([hash])).await,
        node.ask("eth_getBlockReceipts", json!(["latest"])).await[0].clone(),
    ] {
        assert_eq!(number(&receipt["blobGasUsed"]), 2 * 131_072);
        assert_eq!(number(&receipt["blobGasPrice"]), 1);
        assert_eq!(number(&receipt["status"]), 1);
    }
    assert_eq!(number(&node.ask("eth_blobBaseFee", json!([])).await), 1);
    let fees = node.ask("eth_feeHistory", json!(["0x1", "latest"])).await;
    assert_eq!(fees["baseFeePerBlobGas"], json!(["0x1", "0x1"]));
    let ratio = fees["blobGasUsedRatio"][0].as_f64().unwrap();
    assert!((ratio - 2.0 / 6.0).abs() < 1e-9, "{ratio}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_carries_hashes_of_blobs_from_cancun_on() {
    let hash = format!("0x01{}", "07".repeat(31));
    let node = TestNode::over(chain(EthereumHardfork::Cancun), config()).await;
    // Code that returns the second hash, the blob base fee behind it: BLOBHASH, BLOBBASEFEE.
    let code = "0x6001496000524a60205260406000f3";
    let overrides = json!({ SOMEBODY.to_string(): { "code": code } });
    let mut call = json!({ "to": SOMEBODY, "blobVersionedHashes": [hash, hash] });
    let answer = node.ask("eth_call", json!([call, "latest", overrides])).await;
    assert_eq!(answer, format!("{hash}{}", "0".repeat(64)));
    let gas = node.ask("eth_estimateGas", json!([call, "latest", overrides])).await;
    assert!(number(&gas) > 21_000, "{gas}");
    call["maxFeePerBlobGas"] = json!("0x5");
    let poor = node.refusal("eth_call", json!([call, "latest"])).await;
    assert!(poor.message.contains("insufficient funds"), "{poor:?}");
    node.stop().await;
    let node = TestNode::over(chain(EthereumHardfork::Shanghai), config()).await;
    let refusal = node.refusal("eth_call", json!([{ "blobVersionedHashes": [hash] }])).await;
    assert_eq!(refusal.code, -32_000, "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_can_be_sent_and_pending_is_the_head() {
    let chain = chain(EthereumHardfork::Osaka);
    let transfer = raw(&Signer::dev(0, chain.spec()).transfer(0, SOMEBODY, 1));
    let node = TestNode::over(chain, config()).await;
    for method in ["eth_sendRawTransaction", "eth_sendRawTransactionSync"] {
        let refusal = node.refusal(method, json!([transfer])).await;
        assert_eq!(refusal.code, -32_000);
        assert!(refusal.message.contains("read-only"), "{refusal:?}");
    }
    let latest = node.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(node.ask("eth_getBlockByNumber", json!(["pending", false])).await, latest);
    let gas = json!([{ "to": SOMEBODY }, "pending"]);
    assert_eq!(number(&node.ask("eth_estimateGas", gas).await), 21_000);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_of_the_forks_is_answered() {
    let node = TestNode::over(chain(EthereumHardfork::Osaka), config()).await;
    let configs = node.ask("eth_config", json!([])).await;
    assert_eq!(configs["current"]["chainId"], "0x1");
    assert_eq!(configs["current"]["blobSchedule"]["max"], 9);
    assert_eq!(configs["next"], Value::Null);
    node.stop().await;
    let (node, _) = mined_node().await;
    let configs = node.ask("eth_config", json!([])).await;
    assert_eq!(configs, json!({ "current": null, "next": null, "last": null }));
    node.stop().await;
}
