//! What malformed requests get.

use crate::{
    harness::{TestNode, outcome},
    http_client::post,
};
use alloy_primitives::{Address, B256};
use serde_json::{Value, json};

const A: Address = Address::repeat_byte(0x11);

#[tokio::test(flavor = "multi_thread")]
async fn malformed_parameters_are_refused_with_the_field_and_the_reason() {
    let node = TestNode::start().await;
    let long_hash = format!("0x{}", "ab".repeat(33));
    let long_key = format!("0x{}", "ab".repeat(33));
    let no_prefix = "11".repeat(20);
    for (method, params, reason) in [
        ("eth_getBalance", json!([]), "missing value for required argument 0 (address)"),
        ("eth_getBalance", json!([no_prefix]), "hex string without 0x prefix"),
        ("eth_getBalance", json!(["0x12"]), "has length 2, want 40 for 20 bytes"),
        ("eth_getBalance", json!([A, "7"]), "invalid argument 1 (block)"),
        ("eth_getBalance", json!([A, "latest", 1]), "too many arguments, want at most 2"),
        ("eth_getBalance", json!({ "address": A }), "params must be an array"),
        ("eth_getTransactionByHash", json!([long_hash]), "has length 66, want 64"),
        ("eth_getTransactionReceipt", json!([7]), "expected a string, got 7"),
        ("eth_getStorageAt", json!([A, long_key]), "storage key too long"),
        ("eth_getBlockByNumber", json!([]), "missing value for required argument 0 (block)"),
        ("eth_getBlockByNumber", json!(["latest", "yes"]), "expected true or false"),
        ("eth_getBlockByNumber", json!(["newest"]), "invalid argument 0 (block)"),
        ("eth_getBlockByHash", json!(["0xzz"]), "invalid argument 0 (blockHash)"),
        ("eth_call", json!([{ "to": "0x1" }]), "to: "),
        ("eth_call", json!(["0x1"]), "invalid argument 0 (transaction)"),
        ("eth_call", json!([{ "gas": "21000" }]), "gas: "),
        ("eth_estimateGas", json!([]), "missing value for required argument 0 (transaction)"),
        ("eth_sendRawTransaction", json!(["f86c"]), "hex string without 0x prefix"),
        ("eth_sendRawTransaction", json!(["0xf86"]), "hex string of odd length"),
        ("eth_getLogs", json!([{ "fromBlock": "1" }]), "fromBlock: "),
        ("eth_getLogs", json!([{ "topics": "0x" }]), "topics: expected an array"),
        ("eth_feeHistory", json!(["0x1", "latest", [50, 20]]), "50 comes before 20"),
        ("eth_getFilterChanges", json!(["7"]), "invalid argument 0 (filterId)"),
        ("eth_chainId", json!([1]), "too many arguments, want at most 0"),
        ("web3_sha3", json!(["hello"]), "hex string without 0x prefix"),
    ] {
        let refusal = node.refusal(method, params.clone()).await;
        assert_eq!(refusal.code, -32_602, "{method}{params}: {refusal:?}");
        assert!(refusal.message.contains(reason), "{method}{params}: {refusal:?}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_method_does_not_exist() {
    let node = TestNode::start().await;
    for method in ["eth_fillTransaction", "anvil_nodeInfo", "eth_sendTransaction", "nonsense"] {
        assert_eq!(node.refusal(method, json!([{}])).await.code, -32_601, "{method}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_json_is_a_parse_error_and_the_connection_lives() {
    let node = TestNode::start().await;
    for (body, code) in [
        ("{", -32_700),
        ("hello", -32_700),
        ("[", -32_700),
        ("[]", -32_600),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32_600),
    ] {
        let refusal = outcome(&post(node.address, body).await.json()).unwrap_err();
        assert_eq!(refusal.code, code, "{body}: {refusal:?}");
    }
    assert_eq!(node.ask("eth_chainId", json!([])).await, json!("0x7a69"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_params_are_no_params() {
    let node = TestNode::start().await;
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":null}"#,
    ] {
        let answer = outcome(&post(node.address, body).await.json());
        assert_eq!(answer.unwrap(), json!("0x7a69"), "{body}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_about_an_unknown_block_is_never_an_empty_success() {
    let node = TestNode::start().await;
    let unknown = B256::repeat_byte(7);
    for (params, code, message) in [
        (json!([{ "blockHash": unknown }]), -32_000, "unknown block"),
        (json!([{ "fromBlock": "0x9", "toBlock": "0x1" }]), -32_602, "invalid block range params"),
        (
            json!([{ "fromBlock": "0x0", "toBlock": "0x9" }]),
            -32_602,
            "block range extends beyond current head block",
        ),
        (json!([{ "toBlock": "pending" }]), -32_000, "pending logs are not supported"),
    ] {
        let refusal = node.refusal("eth_getLogs", params).await;
        assert_eq!(refusal.code, code, "{refusal:?}");
        assert!(refusal.message.starts_with(message), "{refusal:?}");
    }
    assert_eq!(node.ask("eth_getLogs", json!([{}])).await, Value::Array(Vec::new()));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_id_cannot_be_given_back_is_refused_and_never_left_without_an_answer() {
    let node = TestNode::start().await;
    for id in ["-1", "1.5", "18446744073709551616", "{}", "[1]", "true"] {
        let request = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"eth_chainId"}}"#);
        let answer = post(node.address, &request).await.json();
        assert_eq!(answer["error"]["code"], json!(-32_600), "{id}: {answer}");
        let batch = format!(r#"[{request},{{"jsonrpc":"2.0","id":7,"method":"eth_chainId"}}]"#);
        let answers = post(node.address, &batch).await.json();
        assert_eq!(answers.as_array().unwrap().len(), 2, "{id}: {answers}");
    }
    node.stop().await;
}
