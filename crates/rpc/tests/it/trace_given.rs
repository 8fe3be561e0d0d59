//! `debug_traceBlock`: traces of a block that the request brings.

use crate::harness::{TestNode, config};
use alloy_consensus::TxLegacy;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use hanzo_testkit::{BlockPlan, Signer, TestChain, ethereum_spec};
use hanzo_types::{Block, RecoveredBlock, RecoveredTransaction};
use serde_json::{Value, json};

const TO: Address = Address::repeat_byte(0x77);

fn encoded(block: &RecoveredBlock) -> Bytes {
    alloy_rlp::encode(block.sealed_block()).into()
}

/// A transfer from before transactions had types or chain ids.
fn old_transfer(signer: &Signer) -> RecoveredTransaction {
    signer.sign(TxLegacy {
        chain_id: None,
        nonce: 0,
        gas_price: 10_000_000_000,
        gas_limit: 21_000,
        to: TxKind::Call(TO),
        value: U256::from(5),
        input: Bytes::new(),
    })
}

async fn with_transfers() -> (TestNode, RecoveredBlock) {
    let node = TestNode::start().await;
    node.mine().await;
    for nonce in 0..3 {
        node.add(node.signer(0).transfer(nonce, TO, 5));
    }
    let block = node.mine().await;
    (node, block)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_of_the_chain_is_traced_as_by_its_number() {
    let (node, block) = with_transfers().await;
    for options in [json!({}), json!({ "tracer": "callTracer" })] {
        let given = node.ask("debug_traceBlock", json!([encoded(&block), options])).await;
        let by_number = node.ask("debug_traceBlockByNumber", json!(["0x2", options])).await;
        assert_eq!(given.as_array().unwrap().len(), 3);
        assert_eq!(given, by_number);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_was_refused_can_be_traced() {
    let node = TestNode::start().await;
    let sent = node.add(node.signer(0).transfer(0, TO, 5));
    let block = node.tampered(|header| header.state_root = B256::repeat_byte(1)).await;
    node.import_bad(&block).await;
    let bad = node.ask("debug_getBadBlocks", json!([])).await;
    let traces = node.ask("debug_traceBlock", json!([bad[0]["rlp"]])).await;
    assert_eq!(traces[0]["txHash"], json!(sent));
    assert_eq!(traces[0]["result"]["gas"], 21_000);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_cannot_run_is_an_error_that_names_it() {
    let (node, block) = with_transfers().await;
    let (mut block, mut senders) = block.split();
    let first = block.body.transactions.remove(0);
    senders.remove(0);
    let hash = *block.body.transactions[0].tx_hash();
    let refusal = node.refusal("debug_traceBlock", json!([Bytes::from(alloy_rlp::encode(&block))]));
    let refusal = refusal.await;
    assert_eq!(refusal.code, -32_000);
    assert!(refusal.message.contains(&hash.to_string()), "{refusal:?}");
    assert!(refusal.message.contains("nonce too high"), "{refusal:?}");
    assert_ne!(hash, *first.tx_hash());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_block_on_a_canonical_parent_is_refused_with_the_reason() {
    let (node, mined) = with_transfers().await;
    let refused = async |bytes: Bytes| {
        let refusal = node.refusal("debug_traceBlock", json!([bytes])).await;
        (refusal.code, refusal.message)
    };
    let change = |change: fn(&mut Block)| {
        let (mut block, _) = mined.clone().split();
        change(&mut block);
        Bytes::from(alloy_rlp::encode(&block))
    };
    let (code, message) = refused(Bytes::from_static(&[0xc0])).await;
    assert_eq!(code, -32_602);
    assert!(message.starts_with("invalid argument 0 (block): not the RLP of a block"), "{message}");
    let twice = [encoded(&mined), encoded(&mined)].concat().into();
    assert!(refused(twice).await.1.contains("expected"), "bytes after the block");
    let stranger = change(|block| block.header.parent_hash = B256::repeat_byte(9));
    let want = format!("parent {} not found", B256::repeat_byte(9));
    assert_eq!(refused(stranger).await, (-32_000, want));
    let jumps = change(|block| block.header.number = 7);
    let want = "block 7 does not follow its parent, which is block 1".to_owned();
    assert_eq!(refused(jumps).await, (-32_000, want));
    let genesis = change(|block| block.header.number = 0);
    assert_eq!(refused(genesis).await.1, "genesis is not traceable");
    // Without the field that the system call at the start of a block needs.
    let without = change(|block| {
        block.header.parent_beacon_block_root = None;
        block.header.requests_hash = None;
    });
    assert_eq!(refused(without).await.0, -32_000);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_senders_of_a_given_block_are_found_within_the_time_of_the_request() {
    let (node, block) = with_transfers().await;
    let params = json!([encoded(&block), { "timeout": "0s" }]);
    let refusal = node.refusal("debug_traceBlock", params).await;
    assert_eq!(refusal.code, -32_005);
    assert_eq!(refusal.message, "execution exceeds the limit of 0 ms");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_of_ethereum_chains_are_traced_by_the_rules_of_their_fork() {
    for newest in [EthereumHardfork::Homestead, EthereumHardfork::Shanghai] {
        let mut chain = TestChain::new(ethereum_spec(newest, |_| {}));
        let transactions = vec![old_transfer(&Signer::dev(0, chain.spec()))];
        let block = chain.extend_ethereum(BlockPlan { transactions, ..Default::default() });
        let node = TestNode::over(chain, config()).await;
        let given =
            node.ask("debug_traceBlock", json!([Bytes::from(alloy_rlp::encode(&block))])).await;
        let by_hash = node.ask("debug_traceBlockByHash", json!([block.hash()])).await;
        assert_eq!(given, by_hash, "{newest}");
        assert_ne!(given, Value::Null);
        node.stop().await;
    }
}
