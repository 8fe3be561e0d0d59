//! Traces of blocks that were executed before.

use crate::fixture::{COINBASE, Fixture};
use alloy_consensus::TxLegacy;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex};
use hanzo_chain::genesis_diff;
use hanzo_evm::{BlockBuilder, BlockReplay, TraceError, TraceLimits, Tracer};
use hanzo_state::StateRead;
use hanzo_testkit::{MemoryState, Signer, spec_with};
use hanzo_types::{
    Block, BlockBody, ChainSpec, DEV_ACCOUNTS, Header, RecoveredBlock, RecoveredTransaction,
};
use reth_primitives_traits::Block as _;
use serde_json::{Value, json};
use std::sync::Arc;

/// Adds one to slot 0, in opcodes that every fork has.
const COUNTER: Address = Address::repeat_byte(0xc0);
/// PUSH1 1 PUSH1 0 SLOAD ADD PUSH1 0 SSTORE PUSH1 0 PUSH1 0 LOG0 STOP
const COUNTER_CODE: [u8; 15] = hex!("60016000540160005560006000a000");

/// JUMPDEST PUSH1 0 JUMP
const ENDLESS_CODE: [u8; 4] = hex!("5b600056");

const FORKS: [&str; 10] = [
    "homesteadBlock",
    "eip150Block",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "constantinopleBlock",
    "istanbulBlock",
    "berlinBlock",
    "londonBlock",
    "terminalTotalDifficulty",
];

const TIME_FORKS: [&str; 4] = ["shanghaiTime", "cancunTime", "pragueTime", "osakaTime"];

/// A plain Ethereum chain on which the first `count` forks are in force from genesis.
fn ethereum(count: usize) -> Arc<ChainSpec> {
    let mut config = json!({ "chainId": 1337 });
    let names = FORKS.into_iter().chain(TIME_FORKS);
    for name in names.take(count) {
        config[name] = json!(0);
    }
    if count > FORKS.len() + 1 {
        config["blobSchedule"] = json!({
            "cancun": { "target": 3, "max": 6, "baseFeeUpdateFraction": 3_338_477 },
            "prague": { "target": 6, "max": 9, "baseFeeUpdateFraction": 5_007_716 },
            "osaka": { "target": 6, "max": 9, "baseFeeUpdateFraction": 5_007_716 },
        });
    }
    let genesis = json!({
        "config": config,
        "gasLimit": "0x1c9c380",
        "difficulty": "0x20000",
        "alloc": {
            DEV_ACCOUNTS[0].to_string(): { "balance": "0xde0b6b3a7640000" },
            COUNTER.to_string(): { "balance": "0x0", "code": Bytes::from(COUNTER_CODE) },
        },
    });
    Arc::new(ChainSpec::from_genesis_json(genesis.to_string().as_bytes()).unwrap())
}

fn counted(signer: &Signer, spec: &ChainSpec, nonce: u64) -> RecoveredTransaction {
    signer.sign(TxLegacy {
        chain_id: Some(spec.chain_id()),
        nonce,
        gas_price: 10_000_000_000,
        gas_limit: 100_000,
        to: TxKind::Call(COUNTER),
        value: U256::ZERO,
        input: Bytes::new(),
    })
}

fn block(header: Header, transactions: Vec<RecoveredTransaction>) -> RecoveredBlock {
    let (transactions, senders) =
        transactions.into_iter().map(|transaction| transaction.into_parts()).unzip();
    let body = BlockBody { transactions, ..Default::default() };
    RecoveredBlock::new_sealed(Block { header, body }.seal_slow(), senders)
}

fn tracer(options: Value) -> Tracer {
    Tracer::new(serde_json::from_value(options).unwrap()).unwrap()
}

const UNLIMITED: TraceLimits<'_> = TraceLimits { bytes: usize::MAX, is_time_up: &|| false };

fn next(replay: &mut BlockReplay<'_>, options: Value) -> Value {
    let trace = replay.trace_next(&tracer(options), UNLIMITED).unwrap().unwrap();
    serde_json::from_str(&trace).unwrap()
}

#[test]
fn on_every_fork_of_ethereum_a_trace_uses_the_gas_that_execution_used() {
    for count in 0..=FORKS.len() + TIME_FORKS.len() {
        let spec = ethereum(count);
        let state = MemoryState::new(genesis_diff(&spec));
        let parent = spec.genesis_header();
        let merged = count >= FORKS.len();
        let header = Header {
            parent_hash: parent.hash(),
            number: 1,
            timestamp: parent.timestamp + 12,
            beneficiary: COINBASE,
            gas_limit: parent.gas_limit,
            difficulty: U256::from(if merged { 0 } else { 0x20000 }),
            base_fee_per_gas: (count >= 9).then_some(875_000_000),
            parent_beacon_block_root: (count >= 12).then_some(B256::ZERO),
            excess_blob_gas: (count >= 12).then_some(0),
            ..Default::default()
        };
        let signer = Signer::dev(0, &spec);
        let transactions: Vec<_> = (0..3).map(|nonce| counted(&signer, &spec, nonce)).collect();
        let mut builder = BlockBuilder::new(&state, &header, parent, &spec).unwrap();
        let gas: Vec<u64> = transactions
            .iter()
            .map(|transaction| builder.push(transaction.as_recovered_ref()).unwrap())
            .collect();
        let block = block(header, transactions);
        let mut replay = BlockReplay::new(&state, &block, parent, &spec).unwrap();
        for (index, used) in gas.into_iter().enumerate() {
            let trace = next(&mut replay, json!({}));
            assert_eq!(trace["gas"], used, "fork {count}, transaction {index}");
            assert_eq!(trace["failed"], false);
            let store = trace["structLogs"].as_array().unwrap().iter();
            let store = store.rev().find(|step| step["op"] == "SSTORE").unwrap();
            let slot = B256::ZERO.to_string();
            assert_eq!(store["storage"][&slot], B256::from(U256::from(index + 1)).to_string());
        }
        assert!(replay.trace_next(&Tracer::default(), UNLIMITED).unwrap().is_none());
    }
}

/// The dev chain with `code` at `address`.
fn with_code(address: Address, code: &[u8]) -> Fixture {
    let spec = spec_with(|genesis| {
        let code = Bytes::copy_from_slice(code);
        genesis["alloc"][address.to_string()] = json!({ "balance": "0x0", "code": code });
    });
    Fixture::with(spec)
}

#[test]
fn a_transaction_sees_those_before_it_whether_they_are_traced_or_skipped() {
    let fixture = with_code(COUNTER, &COUNTER_CODE);
    let signer = Signer::dev(0, &fixture.spec);
    let transactions: Vec<_> =
        (0..3).map(|nonce| signer.call(nonce, COUNTER, U256::ZERO, Bytes::new(), 90_000)).collect();
    let block = block(fixture.header(), transactions);
    let start = || {
        let parent = fixture.spec.genesis_header();
        BlockReplay::new(&fixture.state, &block, parent, &fixture.spec).unwrap()
    };
    let (mut traced, mut skipped) = (start(), start());
    next(&mut traced, json!({}));
    next(&mut traced, json!({ "tracer": "callTracer" }));
    skipped.skip_to(2, UNLIMITED).unwrap();
    let (third, same) = (next(&mut traced, json!({})), next(&mut skipped, json!({})));
    assert_eq!(third, same);
    let loads = third["structLogs"].as_array().unwrap().iter();
    let load = loads.clone().find(|step| step["op"] == "SLOAD").unwrap();
    assert_eq!(load["storage"][B256::ZERO.to_string()], B256::with_last_byte(2).to_string());
}

#[test]
fn the_system_calls_come_before_the_first_transaction() {
    let fixture = Fixture::new();
    let history = alloy_eips::eip2935::HISTORY_STORAGE_ADDRESS;
    let signer = Signer::dev(0, &fixture.spec);
    let call =
        signer.call(0, history, U256::ZERO, Bytes::from(U256::ZERO.to_be_bytes::<32>()), 90_000);
    let block = block(fixture.header(), vec![call]);
    let parent = fixture.spec.genesis_header();
    let mut replay = BlockReplay::new(&fixture.state, &block, parent, &fixture.spec).unwrap();
    let trace = next(&mut replay, json!({ "tracer": "callTracer" }));
    assert_eq!(trace["output"], parent.hash().to_string());
    assert!(fixture.state.storage(history, U256::ZERO).unwrap().is_zero(), "not in the state");
}

#[test]
fn an_endless_loop_is_given_up_at_the_limits_and_not_after_them() {
    let endless = Address::repeat_byte(0xee);
    let fixture = with_code(endless, &ENDLESS_CODE);
    let signer = Signer::dev(0, &fixture.spec);
    let block = block(
        fixture.header(),
        vec![signer.call(0, endless, U256::ZERO, Bytes::new(), 16_000_000)],
    );
    let parent = fixture.spec.genesis_header();
    let start = || BlockReplay::new(&fixture.state, &block, parent, &fixture.spec).unwrap();

    let limits = TraceLimits { bytes: 10_000, is_time_up: &|| false };
    let refused = start().trace_next(&Tracer::default(), limits);
    assert!(matches!(refused, Err(TraceError::TooLarge { limit: 10_000 })), "{refused:?}");

    // Asked before the transaction, then every 4 096 instructions of some five million.
    let looks = std::cell::Cell::new(0);
    let is_time_up = || {
        looks.set(looks.get() + 1);
        looks.get() > 3
    };
    for options in [json!({}), json!({ "tracer": "callTracer" }), json!({ "tracer": "noopTracer" })]
    {
        looks.set(0);
        let limits = TraceLimits { bytes: usize::MAX, is_time_up: &is_time_up };
        let refused = start().trace_next(&tracer(options), limits);
        assert!(matches!(refused, Err(TraceError::TimeUp)), "{refused:?}");
        assert_eq!(looks.get(), 4);
    }
    let none = TraceLimits { bytes: usize::MAX, is_time_up: &|| true };
    assert!(matches!(start().skip_to(1, none), Err(TraceError::TimeUp)));
}

#[test]
fn the_limit_of_the_options_is_output_and_not_an_error() {
    let fixture = with_code(COUNTER, &COUNTER_CODE);
    let signer = Signer::dev(0, &fixture.spec);
    let block =
        block(fixture.header(), vec![signer.call(0, COUNTER, U256::ZERO, Bytes::new(), 90_000)]);
    let parent = fixture.spec.genesis_header();
    let steps = |options: Value| {
        let mut replay = BlockReplay::new(&fixture.state, &block, parent, &fixture.spec).unwrap();
        next(&mut replay, options)["structLogs"].as_array().unwrap().len()
    };
    assert_eq!(steps(json!({ "limit": 0 })), 10);
    assert_eq!(steps(json!({ "limit": 1 })), 1);
    assert_eq!(steps(json!({ "limit": 100_000 })), 10);
}
