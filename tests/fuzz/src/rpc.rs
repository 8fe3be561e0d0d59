//! JSON-RPC: parameters of every method, and documents on the Unix socket.

use crate::{Verdict, rpc_node::NODE};
use hanzo_rpc::{JsonFrames, RequestTooLong};
use serde_json::{Value, value::RawValue};

/// Methods that take parameters, and none that waits for the time that its caller names.
const METHODS: [&str; 53] = [
    "admin_acceptReorg",
    "admin_addPeer",
    "admin_addTrustedPeer",
    "admin_removePeer",
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
    "eth_call",
    "eth_createAccessList",
    "eth_estimateGas",
    "eth_feeHistory",
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
    "eth_getProof",
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
    "eth_newFilter",
    "eth_sendRawTransaction",
    "eth_simulateV1",
    "eth_submitHashrate",
    "eth_subscribe",
    "eth_uninstallFilter",
    "poc_difficulty",
    "poc_getWork",
    "poc_subscribe",
    "web3_sha3",
];

/// Methods by which miners hand something in.
const SUBMISSIONS: [&str; 4] =
    ["eth_submitWork", "eth_submitHashrate", "poc_submitWork", "poc_submitHashrate"];

/// What the names of methods that wait for a block end in.
const WAITING: &[u8] = b"Sync";

/// JSON-RPC's code for a failure of the server.
const INTERNAL_ERROR: i64 = -32_603;

/// Parameters of a method: a byte for which, the rest is the array of parameters.
pub fn rpc_parameters(bytes: &[u8]) -> Verdict {
    call_one_of(&METHODS, bytes)
}

/// What a miner hands in: a byte for the method, the rest is the array of parameters.
pub fn mining_submission(bytes: &[u8]) -> Verdict {
    call_one_of(&SUBMISSIONS, bytes)
}

/// A document: a request or a batch of requests.
pub fn rpc_request(bytes: &[u8]) -> Verdict {
    // It would wait for a block as long as its parameters say.
    if bytes.windows(WAITING.len()).any(|window| window == WAITING) {
        return Verdict::Refused;
    }
    match NODE.answer(bytes) {
        Some(Value::Array(answers)) => {
            let verdicts: Vec<Verdict> = answers.iter().map(judge).collect();
            if verdicts.contains(&Verdict::Accepted) { Verdict::Accepted } else { Verdict::Refused }
        }
        Some(answer) => judge(&answer),
        None => Verdict::Refused,
    }
}

fn call_one_of(methods: &[&str], bytes: &[u8]) -> Verdict {
    let Some((&which, parameters)) = bytes.split_first() else { return Verdict::Refused };
    let Ok(parameters) = serde_json::from_slice::<&RawValue>(parameters) else {
        return Verdict::Refused;
    };
    let method = methods[usize::from(which) % methods.len()];
    // As text: twice the same field stays twice.
    let request =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{}}}"#, parameters.get());
    NODE.answer(request.as_bytes()).map_or(Verdict::Refused, |answer| judge(&answer))
}

/// Every request has a result or an error, and never one that blames the node.
fn judge(answer: &Value) -> Verdict {
    let Some(error) = answer.get("error") else {
        assert!(answer.get("result").is_some(), "neither result nor error: {answer}");
        return Verdict::Accepted;
    };
    assert_ne!(error["code"].as_i64(), Some(INTERNAL_ERROR), "{answer}");
    assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{answer}");
    Verdict::Refused
}

/// Bytes on the Unix socket: a byte for how they are chopped, the rest is the stream.
pub fn ipc_frames(bytes: &[u8]) -> Verdict {
    const LIMIT: u32 = 512;
    let Some((&cut, stream)) = bytes.split_first() else { return Verdict::Refused };
    let whole = documents(LIMIT, [stream]);
    let chopped = documents(LIMIT, stream.chunks(usize::from(cut).max(1)));
    assert_eq!(whole, chopped, "chopping changes the documents");
    let longest = whole.0.iter().map(Vec::len).max().unwrap_or_default();
    assert!(u32::try_from(longest).is_ok_and(|length| length <= LIMIT), "{longest} bytes");
    let given: Vec<u8> = whole.0.concat();
    let mut rest = stream.iter();
    assert!(given.iter().all(|byte| rest.any(|other| other == byte)), "bytes that were not sent");
    if whole.0.is_empty() { Verdict::Refused } else { Verdict::Accepted }
}

/// The documents in a stream, and why there are no more.
fn documents<'a>(
    limit: u32,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Vec<u8>>, Option<RequestTooLong>) {
    let mut frames = JsonFrames::new(limit);
    let mut found = Vec::new();
    for chunk in chunks {
        frames.push(chunk);
        loop {
            match frames.next_document() {
                Ok(Some(document)) => found.push(document),
                Ok(None) => break,
                Err(error) => return (found, Some(error)),
            }
        }
    }
    (found, None)
}
