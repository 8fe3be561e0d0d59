//! `eth_simulateV1`.

use crate::harness::{COINBASE, TestNode, config, number};
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{Address, B256, U256, keccak256};
use hanzo_testkit::{BlockPlan, Signer, TestChain, ethereum_spec, token};
use serde_json::{Value, json};

const TO: Address = Address::repeat_byte(0x77);
const POOR: Address = Address::repeat_byte(0x99);

async fn simulate(node: &TestNode, payload: Value) -> Value {
    node.ask("eth_simulateV1", json!([payload, "latest"])).await
}

async fn code(node: &TestNode, payload: Value) -> i64 {
    node.refusal("eth_simulateV1", json!([payload, "latest"])).await.code
}

fn word(value: &Value) -> U256 {
    let bytes: B256 = value.as_str().unwrap().parse().unwrap();
    bytes.into()
}

/// What the call says of a transaction of a block.
fn as_call(transaction: &Value) -> Value {
    let mut call = json!({});
    for field in
        ["from", "to", "gas", "value", "input", "nonce", "maxFeePerGas", "maxPriorityFeePerGas"]
    {
        if !transaction[field].is_null() {
            call[field] = transaction[field].clone();
        }
    }
    if transaction["type"] == "0x0" {
        call["gasPrice"] = transaction["gasPrice"].clone();
    }
    call
}

/// The simulation of a block that exists, on its parent, gives that block but for its seal and its
/// signatures.
async fn assert_repeats(node: &TestNode, block: &Value) {
    let calls: Vec<Value> = block["transactions"].as_array().unwrap().iter().map(as_call).collect();
    let overrides = json!({
        "time": block["timestamp"], "feeRecipient": block["miner"], "gasLimit": block["gasLimit"],
        "difficulty": block["difficulty"],
    });
    let payload = json!({
        "blockStateCalls": [{ "blockOverrides": overrides, "calls": calls }], "validation": true,
    });
    let parent = json!({ "blockHash": block["parentHash"] });
    let simulated = node.ask("eth_simulateV1", json!([payload, parent])).await;
    for field in [
        "number",
        "parentHash",
        "timestamp",
        "miner",
        "gasLimit",
        "gasUsed",
        "baseFeePerGas",
        "logsBloom",
        "receiptsRoot",
        "stateRoot",
        "withdrawalsRoot",
        "parentBeaconBlockRoot",
        "requestsHash",
        "excessBlobGas",
        "blobGasUsed",
    ] {
        assert_eq!(simulated[0][field], block[field], "{field}");
    }
    for call in simulated[0]["calls"].as_array().unwrap() {
        assert_eq!(call["status"], "0x1", "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_block_is_the_block_that_would_be_mined() {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    let input = token::transfer_input(TO, U256::from(5));
    node.add(sender.call(1, sender.address().create(0), U256::ZERO, input, 100_000));
    node.add(node.signer(1).transfer(0, POOR, 7));
    node.mine().await;
    for height in ["0x1", "0x2"] {
        let block = node.ask("eth_getBlockByNumber", json!([height, true])).await;
        assert!(!block["transactions"].as_array().unwrap().is_empty());
        assert_repeats(&node, &block).await;
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_block_of_an_ethereum_chain_follows_the_rules_of_its_fork() {
    for newest in [
        EthereumHardfork::Homestead,
        EthereumHardfork::Byzantium,
        EthereumHardfork::London,
        EthereumHardfork::Shanghai,
        EthereumHardfork::Cancun,
        EthereumHardfork::Osaka,
    ] {
        let mut chain = TestChain::new(ethereum_spec(newest, |_| {}));
        let alice = Signer::dev(0, chain.spec());
        chain.extend_ethereum(BlockPlan::default());
        let transactions = vec![crate::ethereum::old_transfer(&alice, 0)];
        chain.extend_ethereum(BlockPlan { transactions, ..Default::default() });
        let node = TestNode::over(chain, config()).await;
        let block = node.ask("eth_getBlockByNumber", json!(["latest", true])).await;
        assert_repeats(&node, &block).await;
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn simulated_blocks_are_a_chain_that_calls_can_look_back_on() {
    let node = TestNode::start().await;
    node.mine_many(3).await;
    let head = node.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    // NUMBER PUSH1 1 SWAP1 SUB BLOCKHASH PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
    let code = json!({ TO.to_string(): { "code": "0x43600190034060005260206000f3" } });
    let call = json!([{ "to": TO }]);
    let answer = simulate(
        &node,
        json!({ "blockStateCalls": [
            { "stateOverrides": code, "calls": call },
            { "blockOverrides": { "number": "0x7" }, "calls": call },
        ] }),
    )
    .await;
    let blocks = answer.as_array().unwrap();
    let numbers: Vec<u64> = blocks.iter().map(|block| number(&block["number"])).collect();
    assert_eq!(numbers, [4, 5, 6, 7]);
    let mut parent = &head;
    for block in blocks {
        assert_eq!(block["parentHash"], parent["hash"]);
        assert_eq!(number(&block["timestamp"]), number(&parent["timestamp"]) + 6);
        let typed: alloy_rpc_types_eth::Block = serde_json::from_value(block.clone()).unwrap();
        assert_eq!(typed.header.inner.hash_slow(), typed.header.hash);
        parent = block;
    }
    assert_eq!(blocks[0]["calls"][0]["returnData"], head["hash"]);
    assert_eq!(blocks[3]["calls"][0]["returnData"], blocks[2]["hash"]);
    assert_eq!(blocks[1]["calls"], json!([]));
    node.stop().await;
}

/// Also below the persisted base, whose trie is made for the request.
#[tokio::test(flavor = "multi_thread")]
async fn the_base_may_be_a_past_block_within_the_window_of_proofs() {
    let mut config = config();
    config.limits.proof_window_blocks = 80;
    let node = TestNode::start_with(config).await;
    node.add(node.signer(0).transfer(0, TO, 7));
    node.mine_many(75).await;
    let code = json!({ TO.to_string(): { "code": "0x43600190034060005260206000f3" } });
    let payload =
        json!({ "blockStateCalls": [{ "stateOverrides": code, "calls": [{ "to": TO }] }] });
    let base = node.ask("eth_getBlockByNumber", json!(["0x2", false])).await;
    let answer = node.ask("eth_simulateV1", json!([payload, "0x2"])).await;
    assert_eq!(answer[0]["parentHash"], base["hash"]);
    assert_eq!(answer[0]["calls"][0]["returnData"], base["hash"]);
    let first = node.ask("eth_getBlockByNumber", json!(["0x1", true])).await;
    assert_repeats(&node, &first).await;
    node.mine_many(20).await;
    let refusal = node.refusal("eth_simulateV1", json!([payload, "0x2"])).await;
    assert_eq!(refusal.code, -32_000);
    assert!(refusal.message.starts_with("tries of the state reach back 80 blocks"), "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_finds_what_those_before_it_have_done() {
    let node = TestNode::start().await;
    let sender = node.signer(0).address();
    let token = sender.create(0);
    let pay = json!({ "from": sender, "to": token,
                      "data": token::transfer_input(TO, U256::from(5)) });
    let ask = json!({ "to": token, "data": token::balance_of_input(TO) });
    let answer = simulate(
        &node,
        json!({ "blockStateCalls": [
            { "calls": [{ "from": sender, "data": token::creation_code() }, pay, ask] },
            { "calls": [pay, ask] },
        ], "returnFullTransactions": true }),
    )
    .await;
    let calls = |block: usize| &answer[block]["calls"];
    assert_eq!(word(&calls(0)[2]["returnData"]), U256::from(5));
    assert_eq!(word(&calls(1)[1]["returnData"]), U256::from(10));
    let log = &calls(1)[0]["logs"][0];
    assert_eq!(log["blockHash"], answer[1]["hash"]);
    assert_eq!(log["transactionHash"], answer[1]["transactions"][0]["hash"]);
    assert_eq!(log["address"], json!(token.to_string().to_lowercase()));
    let transactions = answer[1]["transactions"].as_array().unwrap();
    assert_eq!(transactions[0]["from"], json!(sender.to_string().to_lowercase()));
    assert_eq!(number(&transactions[0]["nonce"]), 2);
    let gas = |index: usize| number(&calls(1)[index]["gasUsed"]);
    assert_eq!(number(&answer[1]["gasUsed"]), gas(0) + gas(1));
    // Nothing of it has happened.
    assert_eq!(node.ask("eth_getTransactionCount", json!([sender, "latest"])).await, "0x0");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn assumed_accounts_are_part_of_the_state_and_of_its_root() {
    let node = TestNode::start().await;
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    let block = node.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    let blocks = |state: Value| {
        json!({ "blockStateCalls": [{
            "blockOverrides": { "time": format!("{:#x}", number(&block["timestamp"]) + 6) },
            "stateOverrides": state,
            "calls": [{ "to": token, "data": token::balance_of_input(sender.address()) }],
        }] })
    };
    let plain = simulate(&node, blocks(json!({}))).await;
    let supply = word(&plain[0]["calls"][0]["returnData"]);
    let slot = B256::from(token::balance_slot(sender.address()));
    let has = |value: U256| json!({ slot.to_string(): B256::from(value) });
    // The storage that is there, replaced by itself, and one slot of it by itself.
    for kind in ["state", "stateDiff"] {
        let same = simulate(&node, blocks(json!({ token.to_string(): { kind: has(supply) } })));
        assert_eq!(same.await[0]["stateRoot"], plain[0]["stateRoot"], "{kind}");
        let other = json!({ token.to_string(): { kind: has(U256::from(3)) } });
        let other = simulate(&node, blocks(other)).await;
        assert_eq!(word(&other[0]["calls"][0]["returnData"]), U256::from(3));
        assert_ne!(other[0]["stateRoot"], plain[0]["stateRoot"], "{kind}");
        assert_eq!(other[0]["receiptsRoot"], plain[0]["receiptsRoot"]);
    }
    let none = simulate(&node, blocks(json!({ token.to_string(): { "state": {} } }))).await;
    assert_eq!(word(&none[0]["calls"][0]["returnData"]), U256::ZERO);
    // What was assumed for one block is there in the next one.
    let answer = simulate(
        &node,
        json!({ "blockStateCalls": [
            { "stateOverrides": { POOR.to_string(): { "balance": "0x64" } } },
            { "calls": [{ "from": POOR, "to": TO, "value": "0x64" }] },
        ] }),
    )
    .await;
    assert_eq!(answer[1]["calls"][0]["status"], "0x1");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_fails_says_why_and_its_block_goes_on() {
    let node = TestNode::start().await;
    // PUSH0 PUSH0 REVERT; INVALID
    let state = json!({ TO.to_string(): { "code": "0x5f5ffd" },
                        POOR.to_string(): { "code": "0xfe" } });
    let calls = json!([{ "to": TO }, { "to": POOR, "gas": "0x7530" }, {}]);
    let blocks = json!({ "blockStateCalls": [{ "stateOverrides": state, "calls": calls }] });
    let answer = simulate(&node, blocks).await;
    let calls = answer[0]["calls"].as_array().unwrap();
    assert_eq!(
        calls[0]["error"],
        json!({ "code": 3, "message": "execution reverted", "data": "0x" })
    );
    assert_eq!(calls[1]["error"], json!({ "code": -32_015, "message": "invalid opcode" }));
    assert_eq!(number(&calls[1]["gasUsed"]), 0x7530);
    for call in &calls[..2] {
        assert_eq!((&call["status"], &call["returnData"]), (&json!("0x0"), &json!("0x")));
        assert_eq!(call["logs"], json!([]));
    }
    assert_eq!(calls[2]["status"], "0x1");
    assert!(calls[2].get("error").is_none());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_are_logs_of_their_call_and_not_of_its_receipt() {
    let node = TestNode::start().await;
    let sender = node.signer(0).address();
    // Pays 1 wei to POOR, and reverts if there is input:
    // PUSH0*4 PUSH1 1 PUSH20 POOR GAS CALL, then CALLDATASIZE PUSH1 0x26 JUMPI STOP,
    // JUMPDEST PUSH0 PUSH0 REVERT
    let code = format!("0x5f5f5f5f600173{}5af136602257005b5f5ffd", &POOR.to_string()[2..]);
    let state = json!({ TO.to_string(): { "code": code } });
    let call = |data: &str| json!({ "from": sender, "to": TO, "value": "0x5", "data": data });
    let payload = |shown: bool| {
        json!({ "blockStateCalls": [{ "stateOverrides": state,
                                      "calls": [call("0x"), call("0x01"), call("0x")] }],
                "traceTransfers": shown })
    };
    let shown = simulate(&node, payload(true)).await;
    let hidden = simulate(&node, payload(false)).await;
    assert_eq!(shown[0]["hash"], hidden[0]["hash"]);
    let calls = shown[0]["calls"].as_array().unwrap();
    let logs = calls[0]["logs"].as_array().unwrap();
    assert_eq!(logs.len(), 2, "{logs:?}");
    let topics = |from: Address, to: Address| {
        json!([keccak256("Transfer(address,address,uint256)"), from.into_word(), to.into_word()])
    };
    assert_eq!(logs[0]["topics"], topics(sender, TO));
    assert_eq!(logs[1]["topics"], topics(TO, POOR));
    assert_eq!(word(&logs[0]["data"]), U256::from(5));
    assert_eq!(logs[0]["address"], "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    assert_eq!(calls[1]["status"], "0x0", "{calls:?}");
    assert_eq!(calls[1]["logs"], json!([]));
    let indices: Vec<u64> =
        calls[2]["logs"].as_array().unwrap().iter().map(|log| number(&log["logIndex"])).collect();
    assert_eq!(indices, [2, 3]);
    assert_eq!(hidden[0]["calls"][0]["logs"], json!([]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_no_block_takes_are_refused_with_the_code_of_the_specification() {
    let node = TestNode::start().await;
    node.add(node.signer(0).transfer(0, TO, 1));
    node.mine().await;
    let sender = node.signer(0).address();
    let one = |call: Value, validation: bool| {
        let blocks = json!([{ "calls": [call] }]);
        json!({ "blockStateCalls": blocks, "validation": validation })
    };
    let priced = |nonce: &str| {
        json!({ "from": sender, "to": TO, "nonce": nonce, "gas": "0x5208",
                "maxFeePerGas": "0x174876e800" })
    };
    assert_eq!(code(&node, one(priced("0x0"), true)).await, -38_010);
    assert_eq!(code(&node, one(priced("0x2"), true)).await, -38_011);
    for nonce in ["0x0", "0x1", "0x2"] {
        let answer = simulate(&node, one(priced(nonce), false)).await;
        assert_eq!(answer[0]["calls"][0]["status"], "0x1");
    }
    let unpriced = json!({ "from": sender, "to": TO });
    assert_eq!(code(&node, one(unpriced.clone(), true)).await, -38_012);
    assert_eq!(simulate(&node, one(unpriced, false)).await[0]["calls"][0]["gasUsed"], "0x5208");
    let short = json!({ "to": TO, "gas": "0x5207" });
    assert_eq!(code(&node, one(short, false)).await, -38_013);
    let poor = json!({ "from": POOR, "to": TO, "value": "0x1" });
    assert_eq!(code(&node, one(poor, false)).await, -38_014);
    let large = json!({ "to": TO, "gas": "0x1c9c381" });
    assert_eq!(code(&node, one(large, false)).await, -38_015);
    let init_code = json!({ "data": format!("0x{}", "00".repeat(49_153)) });
    assert_eq!(code(&node, one(init_code, false)).await, -38_025);
    let moves = |state: Value| json!({ "blockStateCalls": [{ "stateOverrides": state }] });
    let precompile = |last: u8| Address::with_last_byte(last).to_string();
    let itself = json!({ precompile(1): { "movePrecompileToAddress": precompile(1) } });
    assert_eq!(code(&node, moves(itself)).await, -38_022);
    let twice = json!({ precompile(1): { "movePrecompileToAddress": TO },
                        precompile(2): { "movePrecompileToAddress": TO } });
    assert_eq!(code(&node, moves(twice)).await, -38_023);
    let none = json!({ TO.to_string(): { "movePrecompileToAddress": POOR } });
    assert_eq!(code(&node, moves(none)).await, -32_602);
    let numbers = json!({ "blockStateCalls": [{ "blockOverrides": { "number": "0x1" } }] });
    assert_eq!(code(&node, numbers).await, -38_020);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_precompile_can_be_moved() {
    let node = TestNode::start().await;
    let identity = Address::with_last_byte(4).to_string();
    let answer = simulate(
        &node,
        json!({ "blockStateCalls": [{
            "stateOverrides": { identity.clone(): { "movePrecompileToAddress": TO } },
            "calls": [{ "to": TO, "data": "0x1234" }, { "to": identity, "data": "0x1234" }],
        }] }),
    )
    .await;
    assert_eq!(answer[0]["calls"][0]["returnData"], "0x1234");
    assert_eq!(answer[0]["calls"][1]["returnData"], "0x");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_calls_together_have_the_gas_of_one_call() {
    let mut config = config();
    config.limits.call_gas = 100_000;
    let node = TestNode::start_with(config).await;
    // JUMPDEST PUSH0 JUMP: runs until its gas is gone.
    let state = json!({ TO.to_string(): { "code": "0x5b5f56" } });
    let first = json!({ "stateOverrides": state, "calls": [{ "to": TO, "gas": "0xea60" }] });
    let endless = json!({ "calls": [{ "to": TO }] });
    let answer = simulate(&node, json!({ "blockStateCalls": [first, endless] })).await;
    assert_eq!(number(&answer[0]["calls"][0]["gasUsed"]), 60_000);
    assert_eq!(answer[0]["calls"][0]["error"]["message"], "out of gas");
    assert_eq!(number(&answer[1]["calls"][0]["gasUsed"]), 40_000);
    let message = answer[1]["calls"][0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("capped by the RPC server"), "{message}");
    let blocks = json!({ "blockStateCalls": [first, endless, endless] });
    assert_eq!(code(&node, blocks).await, -38_013);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_errors_that_name_them() {
    let mut config = config();
    config.limits.simulated_blocks = 3;
    config.limits.wiped_slots = 0;
    config.limits.execution_time = std::time::Duration::ZERO;
    let mut node = TestNode::start_with(config).await;
    let slow = node.refusal("eth_simulateV1", json!([{ "blockStateCalls": [{}] }])).await;
    assert_eq!((slow.code, &*slow.message), (-32_005, "execution exceeds the limit of 0 ms"));
    node.stop_rpc().await;
    node.stop().await;
    let mut config = crate::harness::config();
    config.limits.simulated_blocks = 3;
    config.limits.wiped_slots = 0;
    let node = TestNode::start_with(config).await;
    let sender = node.signer(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    node.mine().await;
    let blocks = json!({ "blockStateCalls": [{}, {}, {}, {}] });
    let refusal = node.refusal("eth_simulateV1", json!([blocks])).await;
    assert_eq!(refusal.code, -38_026);
    assert!(refusal.message.contains("limit is 3"), "{refusal:?}");
    let wiped = json!({ sender.address().create(0).to_string(): { "state": {} } });
    let blocks = json!({ "blockStateCalls": [{ "stateOverrides": wiped }] });
    let refusal = node.refusal("eth_simulateV1", json!([blocks])).await;
    assert_eq!(refusal.code, -38_026);
    assert!(refusal.message.contains("more than the limit of 0 entries"), "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_paid_can_be_said_and_the_subsidy_goes_there() {
    let node = TestNode::start().await;
    let payload = json!({ "blockStateCalls": [
        { "blockOverrides": { "feeRecipient": POOR } },
        // SELFBALANCE PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
        { "stateOverrides": { POOR.to_string(): { "code": "0x475f5260205ff3" } },
          "calls": [{ "to": POOR }] },
    ] });
    let answer = simulate(&node, payload).await;
    assert_eq!(answer[0]["miner"], json!(POOR.to_string().to_lowercase()));
    assert!(word(&answer[1]["calls"][0]["returnData"]) > U256::ZERO);
    let mined = node.mine().await;
    assert_eq!(mined.beneficiary, COINBASE);
    node.stop().await;
}

/// What nobody pays is not burned: the books of a simulated block are balanced as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_base_fee_that_is_given_holds_for_calls_that_name_a_price() {
    let node = TestNode::start().await;
    let sender = node.signer(0).address();
    // BASEFEE PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
    let state = json!({ TO.to_string(): { "code": "0x485f5260205ff3" } });
    let call = |price: &str| json!({ "from": sender, "to": TO, "maxFeePerGas": price });
    let blocks = |calls: Value| {
        json!({ "blockStateCalls": [{ "blockOverrides": { "baseFeePerGas": "0x9" },
                                      "stateOverrides": state, "calls": calls }] })
    };
    let answer = simulate(&node, blocks(json!([{ "to": TO }, call("0x9")]))).await;
    assert_eq!(answer[0]["baseFeePerGas"], "0x9");
    assert_eq!(word(&answer[0]["calls"][0]["returnData"]), U256::ZERO);
    assert_eq!(word(&answer[0]["calls"][1]["returnData"]), U256::from(9));
    assert_eq!(code(&node, blocks(json!([call("0x8")]))).await, -38_012);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn assumptions_under_which_there_is_no_block_are_the_requests_own_fault() {
    let node = TestNode::start().await;
    let rich = json!({ POOR.to_string(): { "balance": U256::MAX } });
    let blocks = json!({ "blockStateCalls": [{
        "blockOverrides": { "feeRecipient": POOR }, "stateOverrides": rich,
    }] });
    assert_eq!(code(&node, blocks).await, -32_000);
    // An account that is there only for its storage is no contradiction: it goes when it is called.
    let storage = json!({ POOR.to_string(): {
        "stateDiff": { B256::with_last_byte(1).to_string(): B256::with_last_byte(2) },
    } });
    for calls in [json!([]), json!([{ "to": POOR }])] {
        let blocks = json!({ "blockStateCalls": [{ "stateOverrides": storage, "calls": calls }] });
        assert_eq!(simulate(&node, blocks).await.as_array().unwrap().len(), 1);
    }
    let both = json!({ POOR.to_string(): { "state": {}, "stateDiff": {} } });
    let blocks = json!({ "blockStateCalls": [{ "stateOverrides": both }] });
    assert_eq!(code(&node, blocks).await, -32_602);
    node.stop().await;
}

/// Before Cancun SELFDESTRUCT takes the storage with it, slot by slot.
#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_is_too_large_is_not_wiped_by_a_contract_either() {
    for newest in [EthereumHardfork::Homestead, EthereumHardfork::Shanghai] {
        let slots: serde_json::Map<String, Value> = (1..=6_u8)
            .map(|slot| (B256::with_last_byte(slot).to_string(), json!(B256::with_last_byte(9))))
            .collect();
        let chain = || {
            TestChain::new(ethereum_spec(newest, |genesis| {
                // CALLER SELFDESTRUCT
                genesis["alloc"][TO.to_string()] =
                    json!({ "balance": "0x1", "nonce": "0x1", "code": "0x33ff", "storage": slots });
            }))
        };
        let blocks = json!({ "blockStateCalls": [{ "calls": [{ "to": TO }] }, {}] });
        for (limit, fits) in [(6, true), (5, false)] {
            let mut config = config();
            config.limits.wiped_slots = limit;
            let node = TestNode::over(chain(), config).await;
            let answer = node.request("eth_simulateV1", json!([blocks])).await;
            match answer {
                Ok(answer) => assert!(fits && answer[0]["calls"][0]["status"] == "0x1", "{newest}"),
                Err(refusal) => assert!(!fits && refusal.code == -38_026, "{newest} {refusal:?}"),
            }
            node.stop().await;
        }
    }
}
