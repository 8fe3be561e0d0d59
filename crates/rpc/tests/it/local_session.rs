//! Requests from within the process.

use crate::harness::{TestNode, config, number, outcome};
use hanzo_rpc::{LocalSession, RpcConfig, RpcLimits};
use serde_json::{Value, json};

async fn ask(session: &LocalSession, document: &Value) -> Option<Value> {
    let answer = session.answer(document.to_string().as_bytes()).await?;
    Some(serde_json::from_str(answer.get()).unwrap())
}

fn call(id: u64, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_a_batch_are_answered_as_on_a_socket() {
    let node = TestNode::start().await;
    let session = node.local_session(&config());
    let single = ask(&session, &call(1, "eth_blockNumber", &json!([]))).await.unwrap();
    assert_eq!(number(&outcome(&single).unwrap()), 0);
    let batch = json!([call(2, "net_version", &json!([])), call(3, "no", &json!([]))]);
    let answers = ask(&session, &batch).await.unwrap();
    assert_eq!(answers[0]["result"], json!("31337"));
    assert_eq!(outcome(&answers[1]).unwrap_err().code, -32_601);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_answered_and_ends() {
    let node = TestNode::start().await;
    let limits = RpcLimits { subscriptions_per_connection: 1, ..RpcLimits::default() };
    let session = node.local_session(&RpcConfig { limits, ..config() });
    // One at a time is allowed, and each is over when the next begins.
    for _ in 0..3 {
        let answer = ask(&session, &call(1, "eth_subscribe", &json!(["newHeads"]))).await.unwrap();
        let id = outcome(&answer).unwrap();
        assert!(id.as_str().is_some_and(|id| id.starts_with("0x")), "{answer}");
    }
    let refused = ask(&session, &call(2, "eth_subscribe", &json!(["nothing"]))).await.unwrap();
    assert_eq!(outcome(&refused).unwrap_err().code, -32_601);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_subscriptions_ends() {
    let node = TestNode::start().await;
    let session = node.local_session(&config());
    let heads = call(1, "eth_subscribe", &json!(["newHeads"]));
    let last = call(2, "net_version", &json!([]));
    let answers = ask(&session, &json!([heads, heads, heads, last])).await.unwrap();
    assert_eq!(answers.as_array().unwrap().len(), 1, "{answers}");
    assert_eq!(answers[0]["result"], json!("31337"));
    node.stop().await;
}
