//! Inputs that people or programs write as text.

use super::{Seed, seed};
use crate::chain::CHAIN;
use alloy_primitives::{B256, U256, hex};
use hanzo_poc::{MIN_DIFFICULTY, Target, Work};
use hanzo_types::{Header, seal_hash};
use serde_json::json;

/// A key of the test mnemonic, which is public.
const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// A peer whose id is in libp2p's own examples.
const PEER: &str =
    "/ip4/203.0.113.7/tcp/30303/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf";

pub(super) fn seeds() -> Vec<Seed> {
    let mut seeds = settings();
    seeds.extend(flags());
    seeds.extend(requests());
    seeds.push(seed("miner_work", "work", work()));
    let none = r#"{"kind":"none","reason":"syncing","message":"the node is syncing"}"#;
    seeds.push(seed("miner_work", "none", none));
    seeds
}

fn settings() -> Vec<Seed> {
    let node = "chain = \"dev\"\ndatadir = \"./data\"\n[http]\nport = 9545\napi = [\"eth\", \"net\"]\n\
                [prune]\nstates = 1000\n[reorg]\nmax-depth = \"unlimited\"\nmax-age = \"30m\"\n\
                [network]\nnat = \"extip:203.0.113.7\"\nmdns = false\n[metrics]\naddr = \"[::1]:7000\"\n\
                [miner]\nthreads = 2\nextradata = \"0x0102\"\n[dev]\nblock-time = \"2s\"\n";
    let miner = "node = [\"ws://a:1\", \"ws://[::1]:8545\"]\nthreads = 3\nkernel = \"portable\"\n\
                 coinbase = \"0x0101010101010101010101010101010101010101\"\nname = \"attic\"\n\
                 share-max-fee = 1.5\nmetrics = \"[::1]:7000\"\n";
    vec![
        seed("node_config", "every_section", node),
        seed("node_config", "empty", ""),
        seed("miner_config", "every_key", miner),
        seed("miner_config", "numbers", "share-max-fee = 3\nmetrics = 7000\nnode = \"ws://a:1\"\n"),
        seed("share_key", "digits", KEY),
        seed("share_key", "prefix_and_line_end", format!("0x{KEY}\n")),
        seed("node_key", "digits", KEY),
        seed("node_key", "prefix_and_line_end", format!("0x{KEY}\n")),
        seed("metrics_address", "port", "9001"),
        seed("metrics_address", "name", "localhost:0"),
        seed("metrics_address", "address", "[::1]:80"),
        seed("peer_address", "address", PEER),
        seed("peer_address", "name", PEER.replace("ip4/203.0.113.7", "dns4/node.example")),
        seed("genesis", "ethereum", genesis()),
    ]
}

/// A plain Ethereum chain, as small as it can be.
fn genesis() -> String {
    json!({
        "config": { "chainId": 7, "homesteadBlock": 0, "londonBlock": 4 },
        "difficulty": "0x20000",
        "gasLimit": "0x1c9c380",
        "alloc": { "0x0101010101010101010101010101010101010101": {
            "balance": "0x3635c9adc5dea00000",
            "code": "0x6000",
            "storage": { (B256::ZERO.to_string()): B256::with_last_byte(1).to_string() },
        } },
    })
    .to_string()
}

/// A value for each of the flags.
fn flags() -> Vec<Seed> {
    let values = [
        ("states", "1000"),
        ("receipts", "archive"),
        ("depth", "unlimited"),
        ("age", "30m"),
        ("block_time", "1500ms"),
        ("extra_data", "0x68616e7a6f"),
        ("etherbase", "0x0101010101010101010101010101010101010101"),
        ("gas_limit", "30000000"),
        ("listen", "localhost"),
        ("namespaces", "eth,net,all"),
        ("origins", "https://app.example"),
        ("metrics", "127.0.0.1:7000"),
        ("network_address", "::"),
        ("nat", "extip:203.0.113.7"),
        ("bootnodes", PEER),
        ("trusted", PEER),
    ];
    let numbered = (0_u8..).zip(values);
    numbered
        .map(|(flag, (name, value))| seed("node_flag", name, [&[flag], value.as_bytes()].concat()))
        .collect()
}

fn requests() -> Vec<Seed> {
    let head = CHAIN.view.head().hash();
    let account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    let coin = "0x00000000000000000000000000000000000A1100";
    let call = json!({ "from": account, "to": coin, "gas": "0x10000", "value": "0x1",
        "data": "0x70a08231000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266" });
    let overrides = json!({ (account): { "balance": "0xde0b6b3a7640000", "code": "0x600160005260206000f3",
        "stateDiff": { (B256::ZERO.to_string()): B256::ZERO.to_string() } } });
    let payload = json!({ "blockStateCalls": [{ "blockOverrides": { "number": "0x9", "time": "0xffffffff" },
        "stateOverrides": overrides, "calls": [call] }], "validation": false, "traceTransfers": true });
    let filter = json!({ "fromBlock": "earliest", "toBlock": "latest", "address": [coin],
        "topics": [null, [B256::ZERO.to_string()]] });
    let at = |method: u8, name: &'static str, params: serde_json::Value| {
        seed("rpc_parameters", name, [&[method], params.to_string().as_bytes()].concat())
    };
    let submit = |method: u8, name: &'static str, params: serde_json::Value| {
        seed("mining_submission", name, [&[method], params.to_string().as_bytes()].concat())
    };
    let (hash, nonce) = (B256::repeat_byte(7).to_string(), "0x000005ab0000000c");
    vec![
        at(3, "peer_to_forget", json!([PEER])),
        at(8, "storage_range", json!([head, 0, coin, "0x00", 10])),
        at(
            12,
            "trace_call",
            json!([call, "latest", { "tracer": "callTracer", "timeout": "1s", "stateOverrides": overrides }]),
        ),
        at(
            11,
            "trace_block",
            json!(["0x1", { "tracer": "muxTracer", "tracerConfig": { "prestateTracer": { "diffMode": true } } }]),
        ),
        at(
            14,
            "call",
            json!([call, { "blockHash": head, "requireCanonical": true }, overrides, { "time": "0xffffffff" }]),
        ),
        at(16, "estimate", json!([call, "pending"])),
        at(17, "fee_history", json!([3, "latest", [0, 50.5, 100]])),
        at(19, "balance", json!([account, "safe"])),
        at(30, "logs", json!([filter])),
        at(31, "proof", json!([coin, ["0x0", B256::with_last_byte(3)], "latest"])),
        at(33, "storage", json!([coin, "0x2", "0x1"])),
        at(43, "new_filter", json!([filter])),
        at(44, "raw_transaction", json!([hex::encode_prefixed([0x02, 0xc0])])),
        at(45, "simulate", json!([payload, "latest"])),
        at(47, "subscribe", json!(["logs", { "address": coin }])),
        at(50, "work", json!([account])),
        at(52, "sha3", json!(["0x0102"])),
        submit(0, "ethash", json!([nonce, hash, hash])),
        submit(1, "ethash_rate", json!(["0x500000", hash])),
        submit(2, "seal", json!(["0x1", nonce, hash])),
        submit(3, "rate", json!(["0x500000", hash])),
        seed(
            "rpc_request",
            "head",
            r#"{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}"#,
        ),
        seed(
            "rpc_request",
            "named",
            r#"{"jsonrpc":"2.0","id":"a","method":"eth_call","params":{"to":null}}"#,
        ),
        seed(
            "rpc_request",
            "batch",
            r#"[{"jsonrpc":"2.0","id":1,"method":"net_version"},{"id":2},7]"#,
        ),
        seed("ipc_frames", "documents", b"\x03{\"a\":1}[2]\n{\n\"b\":\"}\\\"\"}".as_slice()),
        seed("ipc_frames", "lines", b"\x01hello\n\n{}]".as_slice()),
    ]
}

/// Work as a node hands it out.
fn work() -> String {
    let header = Header {
        number: 7,
        difficulty: U256::from(1_u64 << 30),
        beneficiary: alloy_primitives::Address::repeat_byte(0xcb),
        ..Default::default()
    };
    let hash = seal_hash(&header).0;
    let share = U256::from(MIN_DIFFICULTY);
    json!({
        "templateId": "0x1",
        "kind": "synthetic",
        "coinbase": header.beneficiary,
        "sealHash": hash,
        "sigma": B256::from(*Work::new(hash).sigma()),
        "target": B256::from(Target::from_difficulty(header.difficulty).as_u256()),
        "shareDifficulty": share,
        "shareTarget": B256::from(Target::from_difficulty(share).as_u256()),
        "rowStart": "0x0",
        "rowCount": "0x1000",
        "header": hex::encode_prefixed(alloy_rlp::encode(&header)),
    })
    .to_string()
}
