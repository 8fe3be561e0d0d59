//! What the operator decides.

use crate::harness::{TestNode, config, number};
use alloy_primitives::B256;
use hanzo_chain::{Inserted, ReorgLimits};
use hanzo_testkit::{TestChain, dev_spec};
use hanzo_types::RecoveredBlock;
use serde_json::json;

/// A node on a chain of forty blocks that refuses to give up more than 35 of any age, and a branch
/// of 41 from genesis.
async fn node_and_branch() -> (TestNode, Vec<RecoveredBlock>) {
    let limits = ReorgLimits { max_depth: Some(35), max_age_seconds: 0 };
    let mut ours = TestChain::with_limits(dev_spec(), limits);
    let mut theirs = TestChain::new(dev_spec());
    for _ in 0..40 {
        let _ = ours.mine(Vec::new());
    }
    let alice = hanzo_testkit::Signer::dev(0, &dev_spec());
    let to = alloy_primitives::Address::repeat_byte(7);
    let branch = (0..41).map(|nonce| theirs.mine(vec![alice.transfer(nonce, to, 1)])).collect();
    (TestNode::over(ours, config()).await, branch)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_chain_is_listed_and_followed_when_the_operator_says_so() {
    let (node, branch) = node_and_branch().await;
    let before = node.chain.view().head().hash();
    assert_eq!(node.ask("admin_refusedReorgs", json!([])).await, json!([]));
    for block in &branch[..40] {
        assert!(matches!(node.import(block).await, Inserted::Deferred));
    }
    let tip = &branch[40];
    let Inserted::Refused { ancestor: 0, depth: 40 } = node.import(tip).await else {
        panic!("not refused")
    };
    assert_eq!(node.chain.view().head().hash(), before);
    let genesis = node.ask("eth_getBlockByNumber", json!(["0x0", false])).await["hash"].clone();
    let listed = node.ask("admin_refusedReorgs", json!([])).await;
    // Genesis and 41 blocks of the same difficulty.
    let weight = 42_u64 << 26;
    assert_eq!(
        listed,
        json!([{
            "hash": tip.hash(),
            "number": "0x29",
            "totalDifficulty": format!("{weight:#x}"),
            "commonAncestor": { "hash": genesis, "number": "0x0" },
            "depth": "0x28",
        }])
    );

    let mut updates = node.chain.subscribe();
    let accepted = node.ask("admin_acceptReorg", json!([tip.hash()])).await;
    assert_eq!(
        accepted,
        json!({ "head": tip.hash(), "number": "0x29", "reverted": "0x28", "adopted": "0x29" })
    );
    assert_eq!(updates.recv().await.unwrap().adopted.len(), 41, "subscribers heard of it");
    assert_eq!(number(&node.ask("eth_blockNumber", json!([])).await), 41);
    assert_eq!(node.ask("admin_refusedReorgs", json!([])).await, json!([]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_accepted_is_an_error_that_says_why() {
    let (node, branch) = node_and_branch().await;
    for block in &branch[..40] {
        let _ = node.import(block).await;
    }
    let head = node.chain.view().head().hash();
    for (hash, reason) in [
        (B256::repeat_byte(1), "is not known"),
        (head, "is not heavier than the head"),
        (branch[39].hash(), "is not heavier than the head"),
    ] {
        let refusal = node.refusal("admin_acceptReorg", json!([hash])).await;
        assert_eq!(refusal.code, -32_000);
        assert!(refusal.message.contains(reason), "{refusal:?}");
        assert!(refusal.message.contains(&hash.to_string()), "{refusal:?}");
    }
    let refusal = node.refusal("admin_acceptReorg", json!([])).await;
    assert_eq!(refusal.code, -32_602);
    assert_eq!(node.chain.view().head().hash(), head);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_a_network_says_so() {
    let node = TestNode::start().await;
    assert_eq!(node.ask("admin_peers", json!([])).await, json!([]));
    let info = node.ask("admin_nodeInfo", json!([])).await;
    let genesis = node.ask("eth_getBlockByNumber", json!(["0x0", false])).await["hash"].clone();
    assert_eq!(info["protocols"]["hanzo"]["genesis"], genesis);
    assert_eq!((&info["multiaddr"], &info["ip"]), (&json!(""), &json!(null)));
    let peer = "/ip4/203.0.113.7/tcp/1/p2p/16Uiu2HAmHinU97BFFjV8Esd35zfu7URRSBKkS1wZHLgtX3uvA1ap";
    for method in ["admin_addPeer", "admin_addTrustedPeer", "admin_removePeer"] {
        let refusal = node.refusal(method, json!([peer])).await;
        assert_eq!(refusal.message, "the node was started without a network");
        let refusal = node.refusal(method, json!(["/ip4/203.0.113.7/tcp/1"])).await;
        assert!(refusal.message.contains("multiaddr"), "{refusal:?}");
    }
    node.stop().await;
}
