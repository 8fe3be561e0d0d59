//! No request, however strange, breaks the server.

use crate::{
    harness::{TestNode, outcome},
    http_client::post,
};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

const METHODS: [&str; 69] = [
    "admin_acceptReorg",
    "admin_addPeer",
    "admin_addTrustedPeer",
    "admin_nodeInfo",
    "admin_peers",
    "admin_refusedReorgs",
    "admin_removePeer",
    "debug_getBadBlocks",
    "debug_getRawBlock",
    "debug_getRawHeader",
    "debug_getRawReceipts",
    "debug_getRawTransaction",
    "debug_storageRangeAt",
    "debug_traceBlock",
    "debug_traceBlockByHash",
    "debug_traceBlockByNumber",
    "debug_traceCall",
    "debug_traceTransaction",
    "eth_accounts",
    "eth_blobBaseFee",
    "eth_blockNumber",
    "eth_call",
    "eth_chainId",
    "eth_coinbase",
    "eth_config",
    "eth_createAccessList",
    "eth_estimateGas",
    "eth_feeHistory",
    "eth_gasPrice",
    "eth_getAccountInfo",
    "eth_getBalance",
    "eth_getBlockByHash",
    "eth_getBlockByNumber",
    "eth_getBlockReceipts",
    "eth_getBlockTransactionCountByHash",
    "eth_getBlockTransactionCountByNumber",
    "eth_getCode",
    "eth_getFilterChanges",
    "eth_getFilterLogs",
    "eth_getHeaderByHash",
    "eth_getHeaderByNumber",
    "eth_getLogs",
    "eth_getRawTransactionByHash",
    "eth_getStorageAt",
    "eth_getTransactionByBlockHashAndIndex",
    "eth_getTransactionByBlockNumberAndIndex",
    "eth_getTransactionByHash",
    "eth_getTransactionCount",
    "eth_getTransactionReceipt",
    "eth_getUncleByBlockHashAndIndex",
    "eth_getUncleByBlockNumberAndIndex",
    "eth_getUncleCountByBlockHash",
    "eth_getUncleCountByBlockNumber",
    "eth_hashrate",
    "eth_maxPriorityFeePerGas",
    "eth_mining",
    "eth_newBlockFilter",
    "eth_newFilter",
    "eth_newPendingTransactionFilter",
    "eth_sendRawTransaction",
    "eth_sendRawTransactionSync",
    "eth_simulateV1",
    "eth_subscribe",
    "eth_syncing",
    "eth_uninstallFilter",
    "net_version",
    "txpool_content",
    "web3_clientVersion",
    "web3_sha3",
];

/// Values that look like parameters often enough to get past the first check.
fn parameter() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(|number| json!(format!("{number:#x}"))),
        prop_oneof![Just("latest"), Just("pending"), Just("earliest"), Just("safe"), Just("0x")]
            .prop_map(Value::from),
        any::<[u8; 20]>().prop_map(|bytes| json!(alloy_primitives::Address::from(bytes))),
        any::<[u8; 32]>().prop_map(|bytes| json!(alloy_primitives::B256::from(bytes))),
        proptest::collection::vec(any::<u8>(), 0..80)
            .prop_map(|bytes| json!(alloy_primitives::Bytes::from(bytes))),
        ".{0,20}".prop_map(Value::from),
    ];
    let field = prop_oneof![
        Just("to"),
        Just("from"),
        Just("data"),
        Just("input"),
        Just("value"),
        Just("gas"),
        Just("gasPrice"),
        Just("maxFeePerGas"),
        Just("nonce"),
        Just("accessList"),
        Just("authorizationList"),
        Just("blobVersionedHashes"),
        Just("fromBlock"),
        Just("toBlock"),
        Just("blockHash"),
        Just("blockNumber"),
        Just("requireCanonical"),
        Just("address"),
        Just("topics"),
        Just("tracer"),
        Just("tracerConfig"),
        Just("timeout"),
        Just("limit"),
        Just("stateOverrides"),
        Just("blockStateCalls"),
        Just("blockOverrides"),
        Just("calls"),
        Just("validation"),
        Just("number"),
        Just("time"),
    ]
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(field.clone(), inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_answers_arbitrary_parameters_with_a_result_or_an_error() {
    const ROUNDS: usize = 40;
    let node = TestNode::start().await;
    node.mine().await;
    let mut runner = TestRunner::new(Config::default());
    let strategy = proptest::collection::vec(parameter(), 0..5);
    for method in METHODS {
        for _ in 0..ROUNDS {
            let mut params = strategy.new_tree(&mut runner).unwrap().current();
            if method == "eth_sendRawTransactionSync" {
                // A second parameter that is a number would be a time to wait.
                params.truncate(1);
            }
            let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
            let answer = outcome(&post(node.address, &body.to_string()).await.json());
            if let Err(refusal) = answer {
                assert_ne!(refusal.code, -32_603, "{method}{}: {refusal:?}", json!(params));
            }
        }
    }
    assert_eq!(node.ask("eth_chainId", json!([])).await, json!("0x7a69"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn arbitrary_bodies_are_answered_with_json() {
    const ROUNDS: usize = 200;
    let node = TestNode::start().await;
    let mut runner = TestRunner::new(Config::default());
    let strategy = "[ -~]{0,100}";
    for _ in 0..ROUNDS {
        let body = strategy.new_tree(&mut runner).unwrap().current();
        let answer = post(node.address, &body).await;
        if !answer.body.is_empty() {
            answer.json();
        }
    }
    assert_eq!(node.ask("eth_chainId", json!([])).await, json!("0x7a69"));
    node.stop().await;
}
