//! Who may talk to the server: hosts, origins, ports.

use crate::{
    harness::{TestNode, config},
    http_client::{post, send},
};
use hanzo_rpc::{CorsOrigins, HttpConfig, RpcConfig, RpcStartError};
use serde_json::json;
use std::net::SocketAddr;

const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#;
const JSON: (&str, &str) = ("content-type", "application/json");

fn with(change: impl FnOnce(&mut HttpConfig)) -> RpcConfig {
    let mut http = config().http.unwrap();
    change(&mut http);
    RpcConfig { http: Some(http), ..config() }
}

const UPGRADE: [(&str, &str); 5] = [
    ("host", "localhost"),
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// Status of the answer to a WebSocket handshake.
async fn handshake(address: SocketAddr, origin: Option<&str>) -> u16 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut request = "GET / HTTP/1.1\r\n".to_owned();
    for (name, value) in UPGRADE.into_iter().chain(origin.map(|origin| ("origin", origin))) {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    std::str::from_utf8(&head[9..]).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebound_name_is_refused_and_a_configured_one_is_served() {
    let node = TestNode::start_with(with(|http| http.hosts = vec!["node.example".into()])).await;
    for (host, status) in [
        ("localhost:8545", 200),
        ("127.0.0.1", 200),
        ("[::1]:8545", 200),
        ("node.example", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
    ] {
        let answer = send(node.address, "POST", &[("host", host), JSON], CALL).await;
        assert_eq!(answer.status, status, "{host}: {answer:?}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_allows_only_listed_origins() {
    let cors = CorsOrigins::List(vec!["https://app.example".to_owned()]);
    let node = TestNode::start_with(with(|http| http.cors = cors)).await;
    for (origin, allowed) in [("https://app.example", true), ("https://evil.example", false)] {
        let headers = [
            ("host", "localhost"),
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type"),
        ];
        let answer = send(node.address, "OPTIONS", &headers, "").await;
        let granted = answer.header("access-control-allow-origin");
        assert_eq!(granted.as_deref() == Some(origin), allowed, "{answer:?}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_allows_a_wallet_extension() {
    let node = TestNode::start_with(with(|http| http.cors = CorsOrigins::Any)).await;
    let origin = "chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn";
    let headers = [
        ("host", "localhost"),
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let preflight = send(node.address, "OPTIONS", &headers, "").await;
    assert_eq!(preflight.status, 200);
    assert_eq!(preflight.header("access-control-allow-origin").as_deref(), Some("*"));
    let headers = [("host", "localhost"), ("origin", origin), JSON];
    let answer = send(node.address, "POST", &headers, CALL).await;
    assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"));
    assert_eq!(answer.json()["result"], json!("0x7a69"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_allowed_by_default() {
    let node = TestNode::start().await;
    let headers = [("host", "localhost"), ("origin", "https://app.example"), JSON];
    let answer = send(node.address, "POST", &headers, CALL).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    // What a page can send without asking first is not JSON, and is refused.
    let text = [("host", "localhost"), ("content-type", "text/plain")];
    assert_eq!(send(node.address, "POST", &text, CALL).await.status, 415);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_of_a_foreign_page_is_refused() {
    let node = TestNode::start().await;
    assert_eq!(handshake(node.address, None).await, 101);
    assert_eq!(handshake(node.address, Some("http://localhost:3000")).await, 101);
    assert_eq!(handshake(node.address, Some("https://evil.example")).await, 403);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn websocket_can_be_switched_off() {
    let node = TestNode::start_with(with(|http| http.ws = false)).await;
    assert_eq!(handshake(node.address, None).await, 403);
    assert_eq!(post(node.address, CALL).await.json()["result"], json!("0x7a69"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_frees_its_port() {
    let mut node = TestNode::start().await;
    let address = node.address;
    node.stop_rpc().await;
    drop(tokio::net::TcpListener::bind(address).await.unwrap());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_refused_with_the_address() {
    let node = TestNode::start().await;
    let taken = node.address;
    let error = node.start_again(with(|http| http.address = taken)).await;
    let Some(RpcStartError::Bind { addr, .. }) = error else { panic!("{error:?}") };
    assert_eq!(addr, taken);
    node.stop().await;
}
