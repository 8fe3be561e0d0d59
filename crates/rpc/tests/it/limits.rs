//! Every limit, and the error that names it.

use crate::{
    harness::{TestNode, config, outcome, raw},
    http_client::{post, say},
};
use alloy_primitives::{Address, U256};
use hanzo_rpc::{RpcConfig, RpcLimits};
use hanzo_testkit::token;
use jsonrpsee::{
    core::client::{ClientT as _, Error},
    rpc_params,
};
use jsonrpsee_ws_client::WsClientBuilder;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

fn limited(change: impl FnOnce(&mut RpcLimits)) -> RpcConfig {
    let mut config = config();
    change(&mut config.limits);
    config
}

fn call(id: usize) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "eth_chainId", "params": [] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_over_the_limit_is_refused_as_a_whole() {
    let node = TestNode::start_with(limited(|limits| limits.batch_entries = 3)).await;
    let batch: Vec<Value> = (0..3).map(call).collect();
    let answer = post(node.address, &json!(batch).to_string()).await.json();
    assert_eq!(answer.as_array().unwrap().len(), 3);
    let batch: Vec<Value> = (0..4).map(call).collect();
    let refusal = outcome(&post(node.address, &json!(batch).to_string()).await.json()).unwrap_err();
    assert_eq!(refusal.code, -32_005);
    assert_eq!(refusal.message, "batch of 4 requests exceeds the limit of 3");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused() {
    let node = TestNode::start_with(limited(|limits| limits.request_bytes = 500)).await;
    let answer = post(node.address, &" ".repeat(501)).await;
    assert_eq!(answer.status, 413);
    let refusal = outcome(&answer.json()).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.message.as_str()),
        (-32_005, "request of more than the limit of 500 bytes")
    );
    assert_eq!(node.ask("eth_chainId", json!([])).await, json!("0x7a69"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_over_the_limit_of_web_sockets_is_refused() {
    let node = TestNode::start_with(limited(|limits| limits.websocket_request_bytes = 500)).await;
    let padded = |bytes: usize| {
        let call = call(1).to_string();
        format!("{call}{}", " ".repeat(bytes - call.len()))
    };
    let answer = say(node.address, &padded(501)).await;
    assert!(answer.contains("Exceeded max limit of 500"), "{answer}");
    let answer = say(node.address, &padded(500)).await;
    assert!(answer.contains("0x7a69"), "{answer}");
    // Plain HTTP has a limit of its own.
    let data = format!("0x{}", "00".repeat(500));
    node.ask("eth_call", json!([{ "to": Address::repeat_byte(1), "data": data }, "latest"])).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_count_more_than_their_text_and_are_refused_before_they_are_parsed() {
    // 100 KiB beside the 64 of each connection: 656 values.
    let node = TestNode::start_with(limited(|limits| limits.all_request_bytes = 100 << 10)).await;
    let simulation = |calls: usize| {
        let calls = vec![json!({}); calls];
        let params = json!([{ "blockStateCalls": [{ "calls": calls }] }, "latest"]);
        json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_simulateV1", "params": params })
    };
    let (few, many) = (simulation(300).to_string(), simulation(350).to_string());
    let batch = json!([simulation(200), simulation(200)]).to_string();
    for refused in [&many, &batch] {
        let http = outcome(&post(node.address, refused).await.json()).unwrap_err();
        let websocket: Value = serde_json::from_str(&say(node.address, refused).await).unwrap();
        for refusal in [http, outcome(&websocket).unwrap_err()] {
            assert_eq!(refusal.code, -32_005);
            assert!(refusal.message.contains("exceed the limit of 102400 bytes"), "{refusal:?}");
        }
    }
    // The budget is given back with the answer.
    for _ in 0..3 {
        let http = outcome(&post(node.address, &few).await.json());
        let websocket: Value = serde_json::from_str(&say(node.address, &few).await).unwrap();
        for answer in [http, outcome(&websocket)] {
            assert!(!format!("{answer:?}").contains("102400"), "{answer:?}");
        }
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_a_million_entries_is_counted_and_not_executed() {
    let node = TestNode::start().await;
    let batch = format!("[{}1]", "1,".repeat(999_999));
    let refusal = outcome(&post(node.address, &batch).await.json()).unwrap_err();
    assert_eq!(refusal.message, "batch of 1000000 requests exceeds the limit of 100");
    let unfinished = format!("[{}1", "1,".repeat(999_999));
    let refusal = outcome(&post(node.address, &unfinished).await.json()).unwrap_err();
    assert_eq!(refusal.code, -32_700);
    // On a WebSocket up to ten thousand are parsed before they are counted.
    let answer = say(node.address, &json!(vec![1; 10_000]).to_string()).await;
    assert!(answer.contains("batch of 10000 requests exceeds the limit of 100"), "{answer}");
    let answer = say(node.address, &json!(vec![1; 10_001]).to_string()).await;
    assert!(answer.contains("Exceeded max limit of 10000"), "{answer}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_over_the_limit_is_an_error() {
    let node = TestNode::start_with(limited(|limits| limits.response_bytes = 500)).await;
    let refusal = node.refusal("eth_getBlockByNumber", json!(["latest"])).await;
    assert_eq!(refusal.code, -32_008);
    assert!(refusal.data.unwrap().to_string().contains("500"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_range_over_the_limit_is_refused_with_both_numbers() {
    let node = TestNode::start_with(limited(|limits| limits.log_range_blocks = 2)).await;
    node.mine_many(3).await;
    let refusal =
        node.refusal("eth_getLogs", json!([{ "fromBlock": "0x0", "toBlock": "0x3" }])).await;
    assert_eq!(refusal.code, -32_005);
    assert_eq!(refusal.message, "query exceeds the limit of 2 blocks: 4 asked");
    node.ask("eth_getLogs", json!([{ "fromBlock": "0x2", "toBlock": "0x3" }])).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_logs_are_refused_with_a_range_that_has_fewer() {
    let node = TestNode::start_with(limited(|limits| limits.log_results = 3)).await;
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    for block in 0..2 {
        for index in 0..2 {
            let input = token::transfer_input(Address::repeat_byte(1), U256::from(1));
            node.add(sender.call(1 + 2 * block + index, token, U256::ZERO, input, 100_000));
        }
        node.mine().await;
    }
    let refusal =
        node.refusal("eth_getLogs", json!([{ "fromBlock": "0x0", "toBlock": "latest" }])).await;
    assert_eq!(refusal.code, -32_005);
    assert_eq!(
        refusal.message,
        "query exceeds the limit of 3 results; a smaller range has fewer: [0x0, 0x2]"
    );
    let logs = node.ask("eth_getLogs", json!([{ "fromBlock": "0x0", "toBlock": "0x2" }])).await;
    assert_eq!(logs.as_array().unwrap().len(), 2);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_time_budget_is_an_error() {
    let node = TestNode::start_with(limited(|limits| limits.log_time = Duration::ZERO)).await;
    let refusal = node.refusal("eth_getLogs", json!([{}])).await;
    assert_eq!(refusal.code, -32_005);
    assert!(refusal.message.contains("limit of 0 ms"), "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_gets_no_more_gas_than_the_cap() {
    let node = TestNode::start_with(limited(|limits| limits.call_gas = 100_000)).await;
    // GAS PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
    let overrides = json!({ Address::repeat_byte(9).to_string(): { "code": "0x5a5f5260205ff3" } });
    let request = json!({ "to": Address::repeat_byte(9), "gas": "0xffffffff" });
    let output = node.ask("eth_call", json!([request, "latest", overrides])).await;
    let gas: U256 = output.as_str().unwrap().parse().unwrap();
    assert!(gas < U256::from(100_000), "{gas}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_addresses_in_a_filter_are_refused() {
    let node = TestNode::start_with(limited(|limits| limits.log_alternatives = 2)).await;
    let addresses: Vec<Address> = (0..3).map(Address::repeat_byte).collect();
    for method in ["eth_getLogs", "eth_newFilter"] {
        let refusal = node.refusal(method, json!([{ "address": addresses }])).await;
        assert_eq!(refusal.code, -32_005);
        assert!(refusal.message.contains("limit is 2"), "{refusal:?}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_bounded() {
    let node = TestNode::start_with(limited(|limits| limits.connections = 1)).await;
    let client = WsClientBuilder::default().build(format!("ws://{}", node.address)).await.unwrap();
    assert_eq!(post(node.address, &call(1).to_string()).await.status, 429);
    drop(client);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_request_counts_until_it_is_closed() {
    let node = TestNode::start_with(limited(|limits| limits.connections = 1)).await;
    let idle = TcpStream::connect(node.address).await.unwrap();
    let refused = post(node.address, &call(1).to_string()).await;
    assert_eq!(refused.status, 429);
    let refusal = outcome(&refused.json()).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.message.as_str()),
        (-32_005, "the limit of 1 connections is reached")
    );
    drop(idle);
    // Until the server has noticed.
    while post(node.address, &call(1).to_string()).await.status == 429 {}
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_on_which_nothing_happens_is_closed() {
    let patience = Duration::from_millis(20);
    let node =
        TestNode::start_with(limited(|limits| limits.idle_connection_patience = patience)).await;
    let mut kept = TcpStream::connect(node.address).await.unwrap();
    let request = call(1).to_string();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        request.len()
    );
    kept.write_all(format!("{head}{request}").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The server does not close it for any other reason: it answers, and keeps it for the next one.
    kept.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("0x7a69"), "{answer}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_does_not_arrive_in_time_is_refused() {
    let time = Duration::from_secs(0);
    let node = TestNode::start_with(limited(|limits| limits.request_time = time)).await;
    let mut slow = TcpStream::connect(node.address).await.unwrap();
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                content-length: 100\r\n\r\n{";
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("did not arrive within the limit of 0 s"), "{answer}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unanswered_requests_of_one_connection_are_bounded() {
    let node = TestNode::start_with(limited(|limits| limits.calls_in_flight = 1)).await;
    let client = WsClientBuilder::default().build(format!("ws://{}", node.address)).await.unwrap();
    let transaction = raw(&node.signer(0).transfer(0, Address::repeat_byte(1), 1));
    // Waits for a block that comes at the end of this test.
    let waiting =
        client.request::<Value, _>("eth_sendRawTransactionSync", rpc_params![transaction, 30_000]);
    let mut pooled = node.pool.subscribe();
    let others = async {
        // The request is inside once its transaction is in the pool.
        pooled.recv().await.unwrap();
        let second = client.request::<Value, _>("eth_chainId", rpc_params![]).await;
        node.mine().await;
        let Err(Error::Call(refused)) = second else { panic!("{second:?}") };
        refused
    };
    let (receipt, refused) = tokio::join!(waiting, others);
    assert_eq!(receipt.unwrap()["status"], json!("0x1"));
    assert_eq!(refused.code(), -32_005);
    assert_eq!(
        refused.message(),
        "the limit of 1 unanswered requests on one connection is reached"
    );
    node.stop().await;
}
