//! Calls, estimates, access lists.

use crate::harness::{TestNode, number};
use alloy_primitives::{Address, Bytes, U256};
use hanzo_testkit::token;
use serde_json::{Value, json};

const TO: Address = Address::repeat_byte(0x77);

/// A node with the token of `signer(0)` at the returned address.
async fn with_token() -> (TestNode, Address) {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    (node, sender.address().create(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_returns_what_the_contract_returns() {
    let (node, token) = with_token().await;
    let owner = node.signer(0).address();
    let input = token::balance_of_input(owner);
    let supply = U256::from(10).pow(U256::from(24));
    for request in [json!({ "to": token, "input": input }), json!({ "to": token, "data": input })] {
        let output = node.ask("eth_call", json!([request, "latest"])).await;
        assert_eq!(output, json!(Bytes::from(supply.to_be_bytes::<32>())));
    }
    // Before the token existed there was no code to call.
    assert_eq!(
        node.ask("eth_call", json!([{ "to": token, "data": input }, "0x0"])).await,
        json!("0x")
    );
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revert_has_code_three_and_its_data() {
    let (node, token) = with_token().await;
    // The token reverts without data when a stranger sends.
    let broke =
        json!({ "from": TO, "to": token, "data": token::transfer_input(TO, U256::from(1)) });
    for method in ["eth_call", "eth_estimateGas"] {
        let refusal = node.refusal(method, json!([broke])).await;
        assert_eq!((refusal.code, refusal.message.as_str()), (3, "execution reverted"), "{method}");
        assert_eq!(refusal.data, Some(json!("0x")), "{method}");
    }
    // PUSH32 Error(string) … REVERT, installed by a state override.
    let reason = "08c379a0\
                  0000000000000000000000000000000000000000000000000000000000000020\
                  0000000000000000000000000000000000000000000000000000000000000002\
                  6e6f000000000000000000000000000000000000000000000000000000000000";
    // PUSH1 100 DUP1 PUSH1 10 PUSH0 CODECOPY PUSH0 REVERT STOP, then the data
    let code = format!("0x606480600a5f395ffd00{reason}");
    let overrides = json!({ TO.to_string(): { "code": code } });
    let refusal = node.refusal("eth_call", json!([{ "to": TO }, "latest", overrides])).await;
    assert_eq!(refusal.code, 3);
    assert_eq!(refusal.message, "execution reverted: no");
    assert_eq!(refusal.data, Some(json!(format!("0x{reason}"))));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estimate_is_enough_and_a_transfer_costs_21000() {
    let (node, token) = with_token().await;
    let sender = node.signer(0);
    let from = sender.address();
    let plain = json!([{ "from": from, "to": TO, "value": "0x1" }]);
    assert_eq!(number(&node.ask("eth_estimateGas", plain).await), 21_000);
    let input = token::transfer_input(TO, U256::from(1));
    let gas =
        node.ask("eth_estimateGas", json!([{ "from": from, "to": token, "data": input }])).await;
    let hash = node.add(sender.call(1, token, U256::ZERO, input, number(&gas)));
    node.mine().await;
    let receipt = node.ask("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["status"], json!("0x1"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_estimate_sees_the_pool() {
    let (node, token) = with_token().await;
    let sender = node.signer(0);
    let gift = token::transfer_input(TO, U256::from(5));
    node.add(sender.call(1, token, U256::ZERO, gift, 100_000));
    let request =
        json!({ "from": TO, "to": token, "data": token::transfer_input(token, U256::from(5)) });
    assert_eq!(node.refusal("eth_estimateGas", json!([request, "latest"])).await.code, 3);
    assert!(number(&node.ask("eth_estimateGas", json!([request, "pending"])).await) > 21_000);
    let balance = json!([{ "to": token, "data": token::balance_of_input(TO) }, "pending"]);
    let output = node.ask("eth_call", balance).await;
    assert_eq!(output, json!(Bytes::from(U256::from(5).to_be_bytes::<32>())));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_list_names_what_is_touched() {
    let (node, token) = with_token().await;
    let from = node.signer(0).address();
    let input = token::transfer_input(TO, U256::from(1));
    let request = json!({ "from": from, "to": token, "data": input });
    let answer = node.ask("eth_createAccessList", json!([request, "latest"])).await;
    assert_eq!(answer["accessList"][0]["storageKeys"].as_array().unwrap().len(), 2);
    assert!(number(&answer["gasUsed"]) > 21_000);
    assert_eq!(answer.get("error"), None::<&Value>);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sender_needs_the_value_it_estimates_with() {
    let (node, _) = with_token().await;
    let request = json!([{ "from": TO, "to": TO, "value": "0x1" }]);
    let refusal = node.refusal("eth_estimateGas", request).await;
    assert_eq!(refusal.code, -32_000);
    assert!(refusal.message.contains("insufficient funds"), "{refusal:?}");
    node.stop().await;
}
