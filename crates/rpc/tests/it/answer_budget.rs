//! The memory of answers that are being made or that nobody reads.

use crate::{
    harness::{TestNode, config, outcome, raw},
    http_client::post,
};
use alloy_primitives::{Address, U256};
use hanzo_rpc::RpcConfig;
use jsonrpsee::{
    core::{client::ClientT as _, params::BatchRequestBuilder},
    rpc_params,
};
use jsonrpsee_ws_client::{WsClient, WsClientBuilder};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream, UnixStream},
    task::JoinSet,
};

/// Less than two answers to [`batch`], more than one.
const BUDGET: u64 = 32 << 20;

/// Blocks in a batch: 24 MB of answer, which the buffers of no socket hold.
const BLOCKS: usize = 18;

/// A node with a budget for one answer to [`batch`], whose first block has 1.4 MB of JSON.
async fn node(ipc: Option<&TempDir>) -> TestNode {
    let mut config = RpcConfig { ipc: ipc.map(|folder| folder.path().join("ipc")), ..config() };
    config.limits.answer_bytes = BUDGET;
    let node = TestNode::start_with(config).await;
    for nonce in 0..6 {
        let input = vec![1; 110_000].into();
        let to = Address::repeat_byte(0x77);
        node.add(node.signer(0).call(nonce, to, U256::ZERO, input, 4_500_000));
    }
    assert_eq!(node.mine().await.body().transactions.len(), 6);
    node
}

fn call(id: usize) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "eth_getBlockByNumber", "params": ["0x1", true] })
}

fn batch() -> String {
    json!((0..BLOCKS).map(call).collect::<Vec<_>>()).to_string()
}

/// The transaction of a call that is answered when the transaction is in a block.
fn awaited(node: &TestNode) -> String {
    raw(&node.signer(1).transfer(0, Address::repeat_byte(1), 1))
}

/// As [`batch`], and one request more, that is answered when its transaction is in a block.
fn unfinished_batch(node: &TestNode) -> String {
    let mut calls: Vec<Value> = (0..BLOCKS).map(call).collect();
    let params = json!([awaited(node), 30_000]);
    let method = "eth_sendRawTransactionSync";
    calls.push(json!({ "jsonrpc": "2.0", "id": 99, "method": method, "params": params }));
    json!(calls).to_string()
}

/// The same batch by a client of a WebSocket.
fn batch_of_client() -> BatchRequestBuilder<'static> {
    let mut calls = BatchRequestBuilder::new();
    for _ in 0..BLOCKS {
        calls.insert("eth_getBlockByNumber", rpc_params!["0x1", true]).unwrap();
    }
    calls
}

async fn web_socket(address: SocketAddr) -> WsClient {
    let builder = WsClientBuilder::default().max_response_size(64 << 20);
    builder.build(format!("ws://{address}")).await.unwrap()
}

/// A batch alone has the whole budget, once the server has noticed that the others are gone.
async fn assert_has_room(address: SocketAddr) {
    let mut answer = Value::Null;
    for _ in 0..100 {
        answer = post(address, &batch()).await.json();
        if answer.is_array() {
            break;
        }
    }
    assert_eq!(answer.as_array().map(Vec::len), Some(BLOCKS), "{answer}");
}

async fn refusal(address: SocketAddr) -> String {
    let refusal = outcome(&post(address, &batch()).await.json()).unwrap_err();
    assert_eq!(refusal.code, -32_005);
    refusal.message
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_a_batch_that_is_not_answered_yet_count() {
    let node = node(None).await;
    let mut pooled = node.pool.subscribe();
    let body = unfinished_batch(&node);
    let others = async {
        // All blocks are there once the last entry is in the pool.
        pooled.recv().await.unwrap();
        let message = refusal(node.address).await;
        assert!(message.contains("the limit of 33554432 bytes"), "{message}");
        node.mine().await;
    };
    let (answer, ()) = tokio::join!(post(node.address, &body), others);
    assert_eq!(answer.json().as_array().unwrap().len(), BLOCKS + 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_a_batch_on_a_web_socket_count() {
    let node = node(None).await;
    let client = web_socket(node.address).await;
    let mut calls = batch_of_client();
    let last = rpc_params![awaited(&node), 30_000];
    calls.insert("eth_sendRawTransactionSync", last).unwrap();
    let mut pooled = node.pool.subscribe();
    let others = async {
        pooled.recv().await.unwrap();
        refusal(node.address).await;
        node.mine().await;
    };
    let (answer, ()) = tokio::join!(client.batch_request::<Value>(calls), others);
    assert_eq!(answer.unwrap().num_successful_calls(), BLOCKS + 1);
    drop(client);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_a_batch_on_the_unix_socket_count() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(Some(&folder)).await;
    let mut pooled = node.pool.subscribe();
    let mut client = UnixStream::connect(folder.path().join("ipc")).await.unwrap();
    client.write_all(unfinished_batch(&node).as_bytes()).await.unwrap();
    pooled.recv().await.unwrap();
    refusal(node.address).await;
    drop(client);
    node.stop().await;
}

/// A connection that has sent a batch and read the beginning of the answer, no more.
struct Idle {
    _stream: TcpStream,
    refused: bool,
}

async fn ask_and_do_not_read(address: SocketAddr) -> Idle {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let body = batch();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut beginning = vec![0; 256];
    stream.read_exact(&mut beginning).await.unwrap();
    let beginning = String::from_utf8(beginning).unwrap();
    assert!(beginning.starts_with("HTTP/1.1 200"), "{beginning}");
    let refused = beginning.contains("-32005");
    assert!(refused || beginning.contains("\r\n\r\n[{"), "{beginning}");
    Idle { _stream: stream, refused }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_whose_answers_nobody_reads_stay_within_the_budget() {
    let node = node(None).await;
    let address = node.address;
    let mut asking = JoinSet::new();
    for _ in 0..20 {
        asking.spawn(ask_and_do_not_read(address));
    }
    let idle = asking.join_all().await;
    let answered = idle.iter().filter(|idle| !idle.refused).count();
    assert!(answered <= 1, "{answered} answers of 24 MB in 32 MiB");
    // Others are served what is small.
    assert_eq!(node.ask("eth_chainId", json!([])).await, json!("0x7a69"));
    drop(idle);
    assert_has_room(address).await;
    node.stop().await;
}

/// A WebSocket that has sent a batch and read the beginning of the answer, no more.
async fn web_socket_that_does_not_read(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let upgrade = format!(
        "GET / HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    stream.write_all(upgrade.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    // One text frame with a length of 16 bits and a mask of zeros. Source: RFC 6455.
    let body = batch();
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    let frame = [&[0x81, 0x80 | 126][..], &length, &[0; 4], body.as_bytes()].concat();
    stream.write_all(&frame).await.unwrap();
    let mut frame = [0; 2];
    stream.read_exact(&mut frame).await.unwrap();
    while frame == [0x89, 0] {
        // A ping.
        stream.read_exact(&mut frame).await.unwrap();
    }
    // A text frame with a length of 64 bits, and the start of an array.
    let mut beginning = [0; 9];
    stream.read_exact(&mut beginning).await.unwrap();
    assert_eq!((frame, beginning[8]), ([0x81, 127], b'['));
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_a_web_socket_does_not_read_takes_room_until_the_socket_is_closed() {
    let node = node(None).await;
    let idle = web_socket_that_does_not_read(node.address).await;
    for _ in 0..3 {
        refusal(node.address).await;
    }
    drop(idle);
    assert_has_room(node.address).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_socket_that_reads_has_the_whole_budget_again_and_again() {
    let node = node(None).await;
    let client = web_socket(node.address).await;
    for _ in 0..4 {
        let answer = client.batch_request::<Value>(batch_of_client()).await.unwrap();
        assert_eq!(answer.num_successful_calls(), BLOCKS);
    }
    drop(client);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_over_the_budget_is_refused_as_a_whole_with_both_numbers() {
    let node = node(None).await;
    let long = json!((0..2 * BLOCKS).map(call).collect::<Vec<_>>());
    let refusal = outcome(&post(node.address, &long.to_string()).await.json()).unwrap_err();
    assert_eq!(refusal.code, -32_005);
    assert!(refusal.message.contains("the limit of 33554432 bytes"), "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_nobody_reads_on_the_unix_socket_take_room_from_http() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(Some(&folder)).await;
    let mut idle = UnixStream::connect(folder.path().join("ipc")).await.unwrap();
    idle.write_all(batch().as_bytes()).await.unwrap();
    idle.read_exact(&mut [0; 64]).await.unwrap();
    refusal(node.address).await;
    // On this socket too.
    let mut other = UnixStream::connect(folder.path().join("ipc")).await.unwrap();
    other.write_all(batch().as_bytes()).await.unwrap();
    let mut answer = vec![0; 1024];
    let length = other.read(&mut answer).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer[..length]).unwrap();
    assert_eq!(outcome(&answer).unwrap_err().code, -32_005);
    drop(idle);
    node.stop().await;
}
