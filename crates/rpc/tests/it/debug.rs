//! The `debug` namespace.

use crate::{
    harness::{TestNode, config, number, raw},
    http_client::post,
};
use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use hanzo_rpc::{HttpConfig, Namespace, RpcConfig, RpcLimits};
use hanzo_testkit::{Retention, TestChain, dev_spec, token};
use hanzo_types::RecoveredTransaction;
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, time::Duration};

const TO: Address = Address::repeat_byte(0x77);

/// Error(string) "no" by the ABI.
const NO: [u8; 100] = hex!(
    "08c379a0"
    "0000000000000000000000000000000000000000000000000000000000000020"
    "0000000000000000000000000000000000000000000000000000000000000002"
    "6e6f000000000000000000000000000000000000000000000000000000000000"
);

/// PUSH1 100 DUP1 PUSH1 10 PUSH0 CODECOPY PUSH0 REVERT STOP, then the data
fn reverting_code() -> Bytes {
    [&hex!("606480600a5f395ffd00")[..], &NO].concat().into()
}

fn limited(change: impl FnOnce(&mut RpcLimits)) -> RpcConfig {
    let mut config = config();
    change(&mut config.limits);
    config
}

fn lower(address: Address) -> String {
    address.to_string().to_lowercase()
}

/// A node on which `signer(0)` has the token at the returned address.
async fn with_token(config: RpcConfig) -> (TestNode, Address) {
    let node = TestNode::start_with(config).await;
    let sender = node.signer(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    let token = sender.address().create(0);
    (node, token)
}

fn moves(node: &TestNode, token: Address, nonce: u64, amount: u64) -> RecoveredTransaction {
    let input = token::transfer_input(TO, U256::from(amount));
    node.signer(0).call(nonce, token, U256::ZERO, input, 100_000)
}

/// A node with the token and one transfer of 5 units in block 2.
async fn with_transfer() -> (TestNode, Address, B256) {
    let (node, token) = with_token(config()).await;
    let hash = node.add(moves(&node, token, 1, 5));
    node.mine().await;
    (node, token, hash)
}

async fn trace(node: &TestNode, hash: B256, options: Value) -> Value {
    node.ask("debug_traceTransaction", json!([hash, options])).await
}

fn steps(trace: &Value) -> &Vec<Value> {
    trace["structLogs"].as_array().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_trace_logs_every_instruction() {
    let (node, token, hash) = with_transfer().await;
    let receipt = node.ask("eth_getTransactionReceipt", json!([hash])).await;
    let trace = node.ask("debug_traceTransaction", json!([hash])).await;
    assert_eq!(trace["gas"], number(&receipt["gasUsed"]));
    assert_eq!(trace["failed"], json!(false));
    assert_eq!(trace["returnValue"], json!(B256::with_last_byte(1)));
    let steps = steps(&trace);
    let first = json!({ "pc": 0, "op": "PUSH0", "gas": steps[0]["gas"], "gasCost": 2, "depth": 1,
                        "stack": [] });
    assert_eq!(steps[0], first);
    assert_eq!(steps.last().unwrap()["op"], "RETURN");
    for pair in steps.windows(2) {
        let left = pair[0]["gas"].as_u64().unwrap() - pair[0]["gasCost"].as_u64().unwrap();
        assert_eq!(pair[1]["gas"], left, "{pair:?}");
    }
    let stored: Vec<&Value> = steps.iter().filter(|step| step["op"] == "SSTORE").collect();
    assert_eq!(stored.len(), 2);
    let slot = B256::from(token::balance_slot(TO)).to_string();
    assert_eq!(stored[1]["storage"][&slot], json!(B256::with_last_byte(5)));
    assert_eq!(stored[1]["storage"].as_object().unwrap().len(), 2, "both slots of {token}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_instructions_has_what_its_options_say() {
    let (node, _, hash) = with_transfer().await;
    let bare = trace(&node, hash, json!({ "disableStack": true, "disableStorage": true })).await;
    assert!(steps(&bare).iter().all(|step| {
        ["stack", "storage", "memory", "returnData"].iter().all(|name| step.get(*name).is_none())
    }));
    let full = json!({ "enableMemory": true, "enableReturnData": true });
    let full = trace(&node, hash, full).await;
    let end = steps(&full).last().unwrap();
    let memory: Vec<String> =
        end["memory"].as_array().unwrap().iter().map(|w| w.as_str().unwrap().to_owned()).collect();
    assert_eq!(memory[0], B256::with_last_byte(1).to_string());
    assert_eq!(steps(&bare).len(), steps(&full).len());
    let cut = trace(&node, hash, json!({ "limit": 200 })).await;
    assert!((1..5).contains(&steps(&cut).len()), "{cut}");
    assert_eq!(cut["gas"], full["gas"]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn return_data_is_what_the_last_call_returned() {
    let node = TestNode::start().await;
    // MSTORE, STATICCALL of the identity precompile with 64 bytes, RETURNDATASIZE STOP
    let code = "0x6004600052604060006040600073\
                00000000000000000000000000000000000000045afa3d00";
    let overrides = json!({ TO.to_string(): { "code": code } });
    let options = json!({ "enableReturnData": true, "stateOverrides": overrides });
    let answer = node.ask("debug_traceCall", json!([{ "to": TO }, "latest", options])).await;
    let size = steps(&answer).iter().find(|step| step["op"] == "RETURNDATASIZE").unwrap();
    assert_eq!(size["returnData"].as_str().unwrap().len(), 2 + 128, "{answer}");
    let before = steps(&answer).iter().find(|step| step["op"] == "STATICCALL").unwrap();
    assert!(before.get("returnData").is_none());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_call_tracer_shows_calls_gas_output_and_logs() {
    let (node, token, hash) = with_transfer().await;
    let sender = node.signer(0).address();
    let receipt = node.ask("eth_getTransactionReceipt", json!([hash])).await;
    let options = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } });
    let frame = trace(&node, hash, options).await;
    assert_eq!(frame["type"], "CALL");
    assert_eq!(frame["from"], lower(sender));
    assert_eq!(frame["to"], lower(token));
    assert_eq!(frame["value"], "0x0");
    assert_eq!(number(&frame["gas"]), 100_000);
    assert_eq!(frame["gasUsed"], receipt["gasUsed"]);
    assert_eq!(frame["input"], json!(token::transfer_input(TO, U256::from(5))));
    assert_eq!(frame["output"], json!(B256::with_last_byte(1)));
    let log = &frame["logs"][0];
    for field in ["address", "topics", "data"] {
        assert_eq!(log[field], receipt["logs"][0][field], "{field}");
    }
    assert_eq!((&log["index"], &log["position"]), (&json!("0x0"), &json!("0x0")));
    let bare = trace(&node, hash, json!({ "tracer": "callTracer" })).await;
    assert!(bare.get("logs").is_none() && bare.get("error").is_none(), "{bare}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revert_shows_its_reason_in_every_frame_it_passes() {
    let node = TestNode::start().await;
    let caller = Address::repeat_byte(0x55);
    // Calls 0x77…77 and passes its revert on.
    let code = format!(
        "0x5f5f5f5f5f73{}5af1503d5f5f3e3d5ffd",
        TO.to_string().trim_start_matches("0x").to_lowercase()
    );
    let overrides = json!({
        caller.to_string(): { "code": code },
        TO.to_string(): { "code": reverting_code() },
    });
    let trace = |options: Value| {
        let mut options = options;
        options["stateOverrides"] = overrides.clone();
        let params = json!([{ "to": caller }, "latest", options]);
        async { node.ask("debug_traceCall", params).await }
    };
    let frame = trace(json!({ "tracer": "callTracer" })).await;
    for frame in [&frame, &frame["calls"][0]] {
        assert_eq!(frame["error"], "execution reverted");
        assert_eq!(frame["revertReason"], "no");
        assert_eq!(frame["output"], json!(Bytes::from(NO)));
    }
    let top = json!({ "tracer": "callTracer", "tracerConfig": { "onlyTopCall": true } });
    let top = trace(top).await;
    assert!(top.get("calls").is_none(), "{top}");
    assert_eq!(top["gasUsed"], frame["gasUsed"]);

    let log = trace(json!({})).await;
    assert_eq!((&log["failed"], &log["returnValue"]), (&json!(true), &json!(Bytes::from(NO))));
    assert_eq!(log["gas"], number(&frame["gasUsed"]));
    let depths: BTreeSet<u64> =
        steps(&log).iter().map(|step| step["depth"].as_u64().unwrap()).collect();
    assert_eq!(depths, BTreeSet::from([1, 2]));
    assert!(steps(&log).iter().all(|step| step.get("error").is_none()), "a revert is no error");

    let flat = trace(json!({ "tracer": "flatCallTracer" })).await;
    assert_eq!(flat.as_array().unwrap().len(), 2);
    assert_eq!(flat[1]["traceAddress"], json!([0]));
    assert_eq!(flat[1]["action"]["to"], lower(TO));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instruction_that_fails_says_why() {
    let node = TestNode::start().await;
    for (code, gas, reason) in [
        ("0x01", "0x186a0", "stack underflow"),
        ("0xfe", "0x186a0", "invalid opcode"),
        ("0x5f56", "0x186a0", "invalid jump destination"),
        // Expands memory to 16 MiB.
        ("0x5f6301000000525f5ffd", "0x186a0", "out of gas"),
    ] {
        let options = json!({ "stateOverrides": { TO.to_string(): { "code": code } } });
        let params = json!([{ "to": TO, "gas": gas }, "latest", options]);
        let answer = node.ask("debug_traceCall", params).await;
        assert_eq!(answer["failed"], json!(true));
        assert_eq!(answer["returnValue"], "0x");
        let last = steps(&answer).last().unwrap();
        assert_eq!(last["error"], reason, "{code}: {last}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_prestate_tracer_shows_what_was_there_and_what_changed() {
    let (node, token, hash) = with_transfer().await;
    let sender = node.signer(0).address();
    let before = |address: Address| {
        let params = json!([address, "0x1"]);
        async { node.ask("eth_getBalance", params).await }
    };
    let pre = trace(&node, hash, json!({ "tracer": "prestateTracer" })).await;
    assert_eq!(pre[lower(sender)]["balance"], before(sender).await);
    assert_eq!(pre[lower(sender)]["nonce"], 1);
    assert_eq!(pre[lower(token)]["code"], json!(token::runtime_code()));
    let slot = B256::from(token::balance_slot(sender)).to_string();
    let supply = B256::from(token::initial_supply());
    assert_eq!(pre[lower(token)]["storage"][&slot], json!(supply));

    let diff = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
    let diff = trace(&node, hash, diff).await;
    assert_eq!(diff["pre"][lower(sender)]["balance"], before(sender).await);
    assert_eq!(diff["post"][lower(sender)]["nonce"], 2);
    let moved = B256::from(token::initial_supply() - U256::from(5));
    assert_eq!(diff["post"][lower(token)]["storage"][&slot], json!(moved));
    let received = B256::from(token::balance_slot(TO)).to_string();
    let storage = &diff["post"][lower(token)]["storage"];
    assert_eq!(storage[&received], json!(B256::with_last_byte(5)));

    let settings = json!({ "disableCode": true, "disableStorage": true });
    let bare = json!({ "tracer": "prestateTracer", "tracerConfig": settings });
    let bare = trace(&node, hash, bare).await;
    assert!(
        bare[lower(token)].get("code").is_none() && bare[lower(token)].get("storage").is_none()
    );
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mux_gives_what_each_of_its_tracers_gives_alone() {
    let (node, _, hash) = with_transfer().await;
    let four_bytes = trace(&node, hash, json!({ "tracer": "4byteTracer" })).await;
    assert_eq!(four_bytes, json!({ "0xa9059cbb-64": 1 }));
    assert_eq!(trace(&node, hash, json!({ "tracer": "noopTracer" })).await, json!({}));
    let parts = ["callTracer", "prestateTracer", "4byteTracer", "noopTracer"];
    let settings: Map<String, Value> =
        parts.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
    let mux = json!({ "tracer": "muxTracer", "tracerConfig": settings });
    let mux = trace(&node, hash, mux).await;
    assert_eq!(mux.as_object().unwrap().len(), parts.len());
    for name in parts {
        assert_eq!(mux[name], trace(&node, hash, json!({ "tracer": name })).await, "{name}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_traced_on_what_those_before_it_left() {
    let (node, token) = with_token(config()).await;
    let hashes: Vec<B256> =
        (1..=3).map(|nonce| node.add(moves(&node, token, nonce, 10 * nonce))).collect();
    let block = node.mine().await;
    let slot = B256::from(token::balance_slot(TO)).to_string();
    let options = json!({ "tracer": "prestateTracer" });
    let received = |trace: &Value| trace[lower(token)]["storage"][&slot].clone();
    for (hash, before) in hashes.iter().zip([0, 10, 30]) {
        let trace = trace(&node, *hash, options.clone()).await;
        assert_eq!(received(&trace), json!(B256::with_last_byte(before)));
    }
    let whole = node.ask("debug_traceBlockByNumber", json!(["latest", options])).await;
    let whole = whole.as_array().unwrap();
    assert_eq!(whole.len(), 3);
    for (entry, hash) in whole.iter().zip(&hashes) {
        assert_eq!(entry["txHash"], json!(hash));
        assert_eq!(entry["result"], trace(&node, *hash, options.clone()).await);
    }
    let by_hash = node.ask("debug_traceBlockByHash", json!([block.hash(), options])).await;
    assert_eq!(by_hash.as_array().unwrap(), whole);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_does_not_change_when_its_block_gets_old() {
    let (node, token, hash) = with_transfer().await;
    let options = json!({ "enableMemory": true });
    let randomness =
        json!({ "stateOverrides": { TO.to_string(): { "code": "0x445f5260205ff3" } } });
    let young = trace(&node, hash, options.clone()).await;
    let young_block = node.ask("debug_traceBlockByNumber", json!(["0x2", options])).await;
    let young_call = json!([{ "to": TO }, "0x2", randomness]);
    let young_answer = node.ask("debug_traceCall", young_call.clone()).await;
    for nonce in 2..62 {
        node.add(moves(&node, token, nonce, 1));
        node.mine().await;
    }
    assert_eq!(trace(&node, hash, options.clone()).await, young);
    assert_eq!(node.ask("debug_traceBlockByNumber", json!(["0x2", options])).await, young_block);
    assert_eq!(node.ask("debug_traceCall", young_call).await, young_answer);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_trace_of_a_block_uses_the_gas_of_its_receipt() {
    let (node, token) = with_token(config()).await;
    let (sender, other) = (node.signer(0), node.signer(1));
    node.add(moves(&node, token, 1, 7));
    node.add(sender.transfer(2, TO, 5));
    node.add(sender.create(3, token::creation_code(), 600_000));
    // More than there is: a revert.
    let input = token::transfer_input(TO, U256::MAX);
    node.add(sender.call(4, token, U256::ZERO, input, 100_000));
    // An init code that is one invalid opcode: all gas is used.
    node.add(sender.create(5, Bytes::from(hex!("fe")), 70_000));
    // Sends back to zero, which refunds.
    let all = token::transfer_input(TO, token::initial_supply() - U256::from(7));
    node.add(sender.call(6, token, U256::ZERO, all, 100_000));
    node.add(sender.delegate(7, &node.signer(2), token));
    node.add(other.transfer(0, sender.address(), 1));
    node.mine().await;
    let receipts = node.ask("eth_getBlockReceipts", json!(["latest"])).await;
    let receipts = receipts.as_array().unwrap();
    let logs = node.ask("debug_traceBlockByNumber", json!(["latest"])).await;
    let options = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } });
    let frames = node.ask("debug_traceBlockByNumber", json!(["latest", options])).await;
    assert_eq!(receipts.len(), 8);
    let mut refunds = 0;
    for (index, receipt) in receipts.iter().enumerate() {
        let (log, frame) = (&logs[index], &frames[index]);
        assert_eq!(log["txHash"], receipt["transactionHash"]);
        assert_eq!(log["result"]["gas"], number(&receipt["gasUsed"]), "{index}");
        assert_eq!(frame["result"]["gasUsed"], receipt["gasUsed"], "{index}");
        let failed = receipt["status"] == "0x0";
        assert_eq!(log["result"]["failed"], json!(failed), "{index}");
        assert_eq!(frame["result"].get("error").is_some(), failed, "{index}");
        let traced = frame["result"]["logs"].as_array().map_or(0, Vec::len);
        assert_eq!(traced, receipt["logs"].as_array().unwrap().len(), "{index}");
        refunds += steps(&log["result"]).iter().filter(|s| s.get("refund").is_some()).count();
    }
    assert!(refunds > 0, "a slot that becomes zero refunds");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_traced_call_takes_overrides_of_state_and_block() {
    let (node, token) = with_token(config()).await;
    let slot = B256::from(token::balance_slot(TO)).to_string();
    let request = json!({ "from": TO, "to": token,
                          "input": token::transfer_input(token, U256::from(9)) });
    let options = json!({ "tracer": "callTracer" });
    let refused = node.ask("debug_traceCall", json!([request, "latest", options])).await;
    assert_eq!(refused["error"], "execution reverted");
    let overrides =
        json!({ token.to_string(): { "stateDiff": { slot: B256::with_last_byte(9) } } });
    let options = json!({ "tracer": "callTracer", "stateOverrides": overrides });
    let rich = node.ask("debug_traceCall", json!([request, "latest", options])).await;
    assert_eq!(rich["output"], json!(B256::with_last_byte(1)), "{rich}");
    // NUMBER PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
    let options = json!({
        "stateOverrides": { TO.to_string(): { "code": "0x435f5260205ff3" } },
        "blockOverrides": { "number": "0x1234" },
    });
    let answer = node.ask("debug_traceCall", json!([{ "to": TO }, "latest", options])).await;
    assert_eq!(answer["returnValue"], json!(B256::from(U256::from(0x1234))));
    // Before the token existed there was nothing to run.
    let early = node.ask("debug_traceCall", json!([{ "to": token, "data": "0x00" }, "0x0"])).await;
    assert_eq!(early["structLogs"], json!([]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_with_the_reason() {
    let (node, _, hash) = with_transfer().await;
    let unknown = B256::repeat_byte(9);
    for (method, params, code, reason) in [
        ("debug_traceTransaction", json!([]), -32_602, "argument 0 (transactionHash)"),
        ("debug_traceTransaction", json!([unknown]), -32_000, "transaction not found"),
        ("debug_traceTransaction", json!([hash, "callTracer"]), -32_602, "expected an object"),
        (
            "debug_traceTransaction",
            json!([hash, { "tracer": "{ data: [] }" }]),
            -32_602,
            "tracers in JavaScript are not supported",
        ),
        ("debug_traceTransaction", json!([hash, { "tracer": 7 }]), -32_602, "(options)"),
        (
            "debug_traceTransaction",
            json!([hash, { "tracer": "callTracer", "tracerConfig": 7 }]),
            -32_602,
            "tracerConfig of callTracer: expected an object",
        ),
        ("debug_traceTransaction", json!([hash, { "timeout": "soon" }]), -32_602, "time: invalid"),
        ("debug_traceTransaction", json!([hash, { "limit": -1 }]), -32_602, "(options)"),
        ("debug_traceBlockByNumber", json!(["0x0"]), -32_000, "genesis is not traceable"),
        ("debug_traceBlockByNumber", json!(["0x9"]), -32_000, "block #9 not found"),
        ("debug_traceBlockByNumber", json!(["pending"]), -32_000, "on top of pending"),
        ("debug_traceBlockByHash", json!([unknown]), -32_000, "not found"),
        ("debug_traceBlockByHash", json!(["0x2"]), -32_602, "(blockHash)"),
        ("debug_traceCall", json!([]), -32_602, "argument 0 (transaction)"),
        ("debug_traceCall", json!([{ "to": "0x1" }]), -32_602, "to: "),
        ("debug_traceCall", json!([{}, "0x9"]), -32_000, "header not found"),
        ("debug_traceCall", json!([{}, "pending"]), -32_000, "on top of pending"),
        ("debug_traceCall", json!([{}, "latest", { "txIndex": 0 }]), -32_602, "txIndex: "),
        ("debug_traceCall", json!([{}, "latest", { "txIndex": "-0x1" }]), -32_602, "txIndex: "),
        (
            "debug_traceCall",
            json!([{}, "pending", { "txIndex": "0x0" }]),
            -32_000,
            "on top of pending",
        ),
        ("debug_traceCall", json!([{}, "0x0", { "txIndex": "0x0" }]), -32_000, "genesis is not"),
        ("debug_traceCall", json!([{}, "0x9", { "txIndex": "0x0" }]), -32_000, "header not found"),
        (
            "debug_traceCall",
            json!([{}, "latest", { "stateOverrides": { TO.to_string(): { "code": "00" } } }]),
            -32_602,
            "stateOverrides: ",
        ),
        (
            "debug_traceCall",
            json!([{ "from": TO, "to": TO, "value": "0x1" }]),
            -32_000,
            "insufficient funds",
        ),
        ("debug_getRawHeader", json!(["0x9"]), -32_000, "header not found"),
        ("debug_getRawBlock", json!([unknown]), -32_000, "header not found"),
        ("debug_getRawReceipts", json!([]), -32_602, "argument 0 (block)"),
        ("debug_getRawTransaction", json!(["0x1"]), -32_602, "(transactionHash)"),
    ] {
        let refusal = node.refusal(method, params.clone()).await;
        assert_eq!(refusal.code, code, "{method}{params}: {refusal:?}");
        assert!(refusal.message.contains(reason), "{method}{params}: {refusal:?}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_whose_parent_state_is_gone_has_no_trace() {
    let retention = Retention { states: Some(20), receipts: None };
    let node = TestNode::start_keeping(retention).await;
    let hash = node.add(node.signer(0).transfer(0, TO, 5));
    node.mine_many(100).await;
    for (method, params) in [
        ("debug_traceTransaction", json!([hash])),
        ("debug_traceBlockByNumber", json!(["0x1"])),
        ("debug_traceCall", json!([{ "to": TO }, "0x1"])),
    ] {
        let refusal = node.refusal(method, params).await;
        assert_eq!(refusal.code, -32_000, "{method}");
        assert!(refusal.message.starts_with("historical state not available"), "{refusal:?}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_displaced_block_is_traced_if_its_parent_is_canonical() {
    let node = TestNode::start().await;
    let mut ours = Vec::new();
    for nonce in 0..2 {
        node.add(node.signer(0).transfer(nonce, TO, 5));
        ours.push(node.mine().await.hash());
    }
    let mut other = TestChain::new(dev_spec());
    for _ in 0..3 {
        let _ = node.import(&other.mine(Vec::new())).await;
    }
    let traces = node.ask("debug_traceBlockByHash", json!([ours[0]])).await;
    assert_eq!(traces[0]["result"]["gas"], 21_000);
    let refusal = node.refusal("debug_traceBlockByHash", json!([ours[1]])).await;
    assert_eq!(refusal.code, -32_000);
    assert!(refusal.message.contains("is not currently canonical"), "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_over_a_limit_is_refused_with_the_limit() {
    let (node, token) = with_token(limited(|limits| limits.response_bytes = 10_000)).await;
    let hashes: Vec<B256> = (1..=4).map(|nonce| node.add(moves(&node, token, nonce, 1))).collect();
    node.mine().await;
    // One fits; the four of the block together do not.
    trace(&node, hashes[3], json!({})).await;
    for (method, params) in [
        ("debug_traceTransaction", json!([hashes[0], { "enableMemory": true }])),
        ("debug_traceBlockByNumber", json!(["latest"])),
    ] {
        let refusal = node.refusal(method, params).await;
        assert_eq!(refusal.code, -32_005, "{refusal:?}");
        assert_eq!(refusal.message, "response of more than the limit of 10000 bytes", "{method}");
    }
    let calls =
        node.ask("debug_traceBlockByNumber", json!(["latest", { "tracer": "callTracer" }])).await;
    assert_eq!(calls.as_array().unwrap().len(), 4);
    let spent = json!([hashes[0], { "timeout": "0s" }]);
    let refusal = node.refusal("debug_traceTransaction", spent).await;
    assert_eq!(refusal.code, -32_005);
    assert_eq!(refusal.message, "execution exceeds the limit of 0 ms");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_call_ends_with_the_time() {
    let node = TestNode::start_with(limited(|limits| {
        limits.call_gas = u64::MAX / 2;
        limits.execution_time = Duration::from_secs(60);
    }))
    .await;
    // JUMPDEST PUSH0 JUMP
    let overrides = json!({ TO.to_string(): { "code": "0x5b5f56" } });
    for tracer in ["callTracer", "noopTracer"] {
        let options = json!({ "tracer": tracer, "timeout": "50ms", "stateOverrides": overrides });
        let params = json!([{ "to": TO }, "latest", options]);
        let refusal = node.refusal("debug_traceCall", params).await;
        assert_eq!(refusal.message, "execution exceeds the limit of 50 ms");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_as_deep_as_the_evm_allows_are_an_answer() {
    const DEEPEST: usize = 1_024;
    let node = TestNode::start_with(limited(|limits| limits.call_gas = u64::MAX / 2)).await;
    // PUSH0 five times, ADDRESS GAS CALL STOP
    let overrides = json!({ TO.to_string(): { "code": "0x5f5f5f5f5f305af100" } });
    for tracer in ["callTracer", "flatCallTracer"] {
        let options = json!({ "tracer": tracer, "stateOverrides": overrides });
        let params = json!([{ "to": TO }, "latest", options]);
        let body =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "debug_traceCall", "params": params });
        // Nested too deep for the JSON reader of the tests.
        let answer = post(node.address, &body.to_string()).await.body;
        let calls = answer.matches("\"gasUsed\"").count();
        assert!((DEEPEST..DEEPEST + 4).contains(&calls), "{tracer}: {calls}");
    }
    assert_eq!(node.ask("eth_chainId", json!([])).await, json!("0x7a69"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_objects_hash_to_what_the_chain_names_them() {
    let (node, token, hash) = with_transfer().await;
    let bytes = |value: Value| -> Vec<u8> { hex::decode(value.as_str().unwrap()).unwrap() };
    let block = node.ask("eth_getBlockByNumber", json!(["0x2"])).await;
    for reference in [json!("0x2"), json!("latest"), block["hash"].clone()] {
        let header = bytes(node.ask("debug_getRawHeader", json!([reference])).await);
        assert_eq!(json!(keccak256(&header)), block["hash"]);
        let whole = bytes(node.ask("debug_getRawBlock", json!([reference])).await);
        assert_eq!(whole.len() as u64, number(&block["size"]));
        assert!(whole.windows(header.len()).any(|part| part == header));
    }
    let transaction = node.ask("debug_getRawTransaction", json!([hash])).await;
    assert_eq!(transaction, json!(raw(&moves(&node, token, 1, 5))));
    assert_eq!(node.ask("debug_getRawTransaction", json!([B256::ZERO])).await, Value::Null);
    let receipts = node.ask("debug_getRawReceipts", json!(["0x2"])).await;
    let receipts: Vec<Vec<u8>> = receipts.as_array().unwrap().iter().cloned().map(bytes).collect();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0][0], 2, "the type, then RLP");
    let root = alloy_trie::root::ordered_trie_root_with_encoder(&receipts, |receipt, out| {
        out.extend_from_slice(receipt);
    });
    assert_eq!(json!(root), block["receiptsRoot"]);
    assert_eq!(node.ask("debug_getRawReceipts", json!(["0x0"])).await, json!([]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_namespace_is_there_only_where_it_is_served() {
    let namespaces = BTreeSet::from([Namespace::Eth]);
    let http = HttpConfig { namespaces, ..config().http.unwrap() };
    let node = TestNode::start_with(RpcConfig { http: Some(http), ..config() }).await;
    let refusal = node.refusal("debug_traceBlockByNumber", json!(["latest"])).await;
    assert_eq!(refusal.code, -32_601);
    node.stop().await;
}
