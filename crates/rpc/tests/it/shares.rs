//! Work shares as the node tells of them.

use crate::{harness::TestNode, mining::solve};
use alloy_primitives::{Address, B64, B256, Bytes, U256, hex};
use alloy_sol_types::{SolCall as _, sol};
use hanzo_types::{COMPUTE_MINING, Header, RecoveredTransaction};
use jsonrpsee::core::client::{Subscription, SubscriptionClientT as _};
use jsonrpsee_ws_client::{WsClient, WsClientBuilder};
use serde_json::{Value, json};

sol!(ComputeMining, "../../contracts/artifacts/ComputeMining.json");

/// Shares of this provider, or of all.
async fn shares(node: &TestNode, provider: Option<Address>) -> (WsClient, Subscription<Value>) {
    let client = WsClientBuilder::default().build(format!("ws://{}", node.address)).await.unwrap();
    let mut params = jsonrpsee::core::params::ArrayParams::new();
    params.insert("shares").unwrap();
    params.insert(provider).unwrap();
    let feed = client.subscribe("poc_subscribe", params, "poc_unsubscribe").await.unwrap();
    (client, feed)
}

/// A call of the first account that submits a header of the next block, which pays the account.
async fn submission(node: &TestNode) -> (Bytes, RecoveredTransaction) {
    let provider = node.signer(0);
    let work = node.ask("poc_getWork", json!([provider.address()])).await;
    let header = hex::decode(work["header"].as_str().unwrap()).unwrap();
    let mut header: Header = alloy_rlp::decode_exact(header).unwrap();
    let seal = solve(&work);
    header.mix_hash = B256::from(seal.mix);
    header.nonce = B64::from(seal.nonce);
    let share = Bytes::from(alloy_rlp::encode(&header));
    let call = ComputeMining::submitSharesCall { headers: vec![share.clone()] };
    let input = Bytes::from(call.abi_encode());
    (share, provider.call(0, COMPUTE_MINING, U256::ZERO, input, 1_000_000))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_hears_of_shares_when_the_chain_accepts_them() {
    let node = TestNode::start().await;
    let provider = node.signer(0).address();
    let (_all_client, mut all) = shares(&node, None).await;
    let (_own_client, mut own) = shares(&node, Some(provider)).await;
    let (_other_client, mut other) = shares(&node, Some(Address::repeat_byte(3))).await;
    let (share, transaction) = submission(&node).await;
    let hash = *transaction.tx_hash();
    node.add(transaction);
    node.mine().await;
    let expected = json!({
        "provider": provider,
        "epoch": "0x0",
        "number": "0x1",
        "headerHash": alloy_primitives::keccak256(&share),
        "blockNumber": "0x1",
        "blockHash": node.chain.view().head().hash(),
        "transactionHash": hash,
        "removed": false,
    });
    assert_eq!(all.next().await.unwrap().unwrap(), expected);
    assert_eq!(own.next().await.unwrap().unwrap(), expected);
    node.stop().await;
    assert!(other.next().await.is_none(), "shares of somebody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_no_address_is_refused_with_the_parameter() {
    let node = TestNode::start().await;
    let client = WsClientBuilder::default().build(format!("ws://{}", node.address)).await.unwrap();
    let mut params = jsonrpsee::core::params::ArrayParams::new();
    params.insert("shares").unwrap();
    params.insert("0x12").unwrap();
    let refused = client.subscribe::<Value, _>("poc_subscribe", params, "poc_unsubscribe").await;
    let text = refused.unwrap_err().to_string();
    assert!(text.contains("provider"), "{text}");
    node.stop().await;
}
