//! The Unix socket.

use crate::harness::{TestNode, config, number, outcome};
use hanzo_rpc::{RpcConfig, RpcStartError};
use serde_json::{Value, json};
use std::{os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
};

struct Client {
    lines: tokio::io::Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
}

impl Client {
    async fn connect(path: &PathBuf) -> Self {
        let (reader, writer) = UnixStream::connect(path).await.unwrap().into_split();
        Self { lines: BufReader::new(reader).lines(), writer }
    }

    async fn write(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).await.unwrap();
    }

    async fn read(&mut self) -> Value {
        let line = self.lines.next_line().await.unwrap().expect("the connection is open");
        serde_json::from_str(&line).unwrap()
    }
}

async fn node() -> (TestNode, PathBuf, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("hanzo.ipc");
    let node = TestNode::start_with(RpcConfig { ipc: Some(path.clone()), ..config() }).await;
    (node, path, directory)
}

fn call(id: u64, method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_need_no_separator() {
    let (node, path, _directory) = node().await;
    let mut client = Client::connect(&path).await;
    client.write(&call(1, "eth_chainId", &json!([]))).await;
    assert_eq!(outcome(&client.read().await).unwrap(), json!("0x7a69"));
    let batch = format!("[{},{}]", call(2, "net_version", &json!([])), call(3, "no", &json!([])));
    client.write(&batch).await;
    let answers = client.read().await;
    assert_eq!(answers[0]["result"], json!("31337"));
    assert_eq!(outcome(&answers[1]).unwrap_err().code, -32_601);
    client.write("garbage\n").await;
    assert_eq!(outcome(&client.read().await).unwrap_err().code, -32_700);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_work_and_end() {
    let (node, path, _directory) = node().await;
    let mut client = Client::connect(&path).await;
    client.write(&call(1, "eth_subscribe", &json!(["newHeads"]))).await;
    let id = outcome(&client.read().await).unwrap();
    assert!(id.as_str().unwrap().starts_with("0x"));
    let block = node.mine().await;
    let news = client.read().await;
    assert_eq!(news["method"], json!("eth_subscription"));
    assert_eq!(news["params"]["subscription"], id);
    assert_eq!(news["params"]["result"]["hash"], json!(block.hash()));
    client.write(&call(2, "eth_unsubscribe", &json!([id]))).await;
    assert_eq!(outcome(&client.read().await).unwrap(), json!(true));
    node.mine().await;
    client.write(&call(3, "eth_blockNumber", &json!([]))).await;
    assert_eq!(outcome(&client.read().await).unwrap(), json!("0x2"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_is_private_and_goes_with_the_server() {
    let (mut node, path, _directory) = node().await;
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    node.stop_rpc().await;
    assert!(!path.exists());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_socket_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("hanzo.ipc");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let node = TestNode::start_with(RpcConfig { ipc: Some(path.clone()), ..config() }).await;
    let mut client = Client::connect(&path).await;
    client.write(&call(1, "eth_chainId", &json!([]))).await;
    assert_eq!(outcome(&client.read().await).unwrap(), json!("0x7a69"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_over_the_limit_ends_the_connection_with_the_reason() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("hanzo.ipc");
    let mut config = RpcConfig { ipc: Some(path.clone()), ..config() };
    config.limits.request_bytes = 100;
    let node = TestNode::start_with(config).await;
    let mut client = Client::connect(&path).await;
    client.write(&"[".repeat(200)).await;
    let refusal = outcome(&client.read().await).unwrap_err();
    assert_eq!(refusal.code, -32_005);
    assert!(refusal.message.contains("limit of 100 bytes"), "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_in_use_is_refused() {
    let (node, path, _directory) = node().await;
    let error = node.start_again(RpcConfig { ipc: Some(path), ..RpcConfig::default() }).await;
    assert!(matches!(error, Some(RpcStartError::IpcInUse { .. })), "{error:?}");
    node.stop().await;
}

/// A transaction whose object alone fills the socket's buffer.
fn bulky(node: &TestNode, nonce: u64) -> hanzo_types::RecoveredTransaction {
    let input = vec![1; 100_000].into();
    let to = alloy_primitives::Address::repeat_byte(0x77);
    node.signer(0).call(nonce, to, alloy_primitives::U256::ZERO, input, 5_000_000)
}

/// Reads until a notification carries an error.
async fn closing_error(client: &mut Client) -> Value {
    loop {
        let message = client.read().await;
        if let Some(error) = message["params"].get("error") {
            return error.clone();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_does_not_read_loses_its_subscription_and_learns_why() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("hanzo.ipc");
    let mut config = RpcConfig { ipc: Some(path.clone()), ..config() };
    config.limits.connection_buffer = 1;
    config.limits.slow_reader_patience = Duration::from_millis(1);
    let node = TestNode::start_with(config).await;
    let mut client = Client::connect(&path).await;
    client.write(&call(1, "eth_subscribe", &json!(["newPendingTransactions", true]))).await;
    outcome(&client.read().await).unwrap();
    for nonce in 0..6 {
        node.add(bulky(&node, nonce));
    }
    let error = closing_error(&mut client).await;
    assert_eq!(error["code"], json!(-32_005));
    assert_eq!(error["message"], json!("the reader is slower than the limit of 1 ms allows"));
    // The connection itself goes on.
    client.write(&call(2, "eth_chainId", &json!([]))).await;
    assert_eq!(outcome(&client.read().await).unwrap(), json!("0x7a69"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_missed_blocks_ends_with_the_number_and_others_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("hanzo.ipc");
    let mut config = RpcConfig { ipc: Some(path.clone()), ..config() };
    config.limits.connection_buffer = 1;
    config.limits.slow_reader_patience = Duration::from_secs(600);
    let node = TestNode::start_with(config).await;
    let mut client = Client::connect(&path).await;
    for topic in [json!(["newPendingTransactions", true]), json!(["newHeads"])] {
        client.write(&call(1, "eth_subscribe", &topic)).await;
        outcome(&client.read().await).unwrap();
    }
    for nonce in 0..4 {
        node.add(bulky(&node, nonce));
    }
    node.mine_many(hanzo_chain::UPDATE_QUEUE + 3).await;
    // Everybody else is served while this connection is stuck.
    assert_eq!(number(&node.ask("eth_blockNumber", json!([])).await), 259);
    let error = closing_error(&mut client).await;
    assert_eq!(error["code"], json!(-32_005));
    assert!(error["message"].as_str().unwrap().contains("updates were missed"), "{error}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_too_many_is_told_the_limit_and_closed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("hanzo.ipc");
    let mut config = RpcConfig { ipc: Some(path.clone()), ..config() };
    config.limits.ipc_connections = 1;
    let node = TestNode::start_with(config).await;
    let mut first = Client::connect(&path).await;
    first.write(&call(1, "eth_chainId", &json!([]))).await;
    assert_eq!(outcome(&first.read().await).unwrap(), json!("0x7a69"));
    let mut second = Client::connect(&path).await;
    let refusal = outcome(&second.read().await).unwrap_err();
    assert_eq!(refusal.message, "the limit of 1 IPC connections is reached");
    assert!(second.lines.next_line().await.unwrap().is_none());
    node.stop().await;
}
