//! No contract is made where there is storage (EIP-7610), whoever asks.

use crate::fixture::Fixture;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex};
use alloy_rpc_types_eth::{
    TransactionInput, TransactionRequest,
    state::{AccountOverride, StateOverride},
};
use hanzo_evm::{
    BlockReplay, CallContext, CallError, CallOverrides, TraceLimits, Tracer, TransactionStatus,
    call, create_access_list, estimate_gas, trace_call, transact,
};
use hanzo_testkit::{Signer, spec_with};
use hanzo_types::{
    Block, BlockBody, DEV_ACCOUNTS, Header, RecoveredBlock, RecoveredTransaction, prev_randao,
};
use reth_primitives_traits::Block as _;
use serde_json::{Value, json};

/// Makes a contract whose code is STOP: PUSH1 1 PUSH0 RETURN.
const INIT_CODE: [u8; 4] = hex!("60015ff3");

/// Creates what its input says and returns the address, zero if that failed: CALLDATASIZE PUSH0
/// PUSH0 CALLDATACOPY, salt, size, offset and value for CREATE2, PUSH0 MSTORE PUSH1 32 PUSH0 RETURN.
const FACTORY_CODE: [u8; 18] = hex!("365f5f375f365f5ff55f5260205ff3000000");
const FACTORY: Address = Address::repeat_byte(0xfa);

const UNLIMITED: TraceLimits<'_> = TraceLimits { bytes: usize::MAX, is_time_up: &|| false };

/// The dev chain with storage, but neither nonce nor code, where the first account's first
/// contract and that of the factory would be.
struct Scene {
    fixture: Fixture,
    header: Header,
    signer: Signer,
}

fn first_contract() -> Address {
    DEV_ACCOUNTS[0].create(0)
}

fn factory_contract() -> Address {
    FACTORY.create2_from_code(B256::ZERO, INIT_CODE)
}

fn scene() -> Scene {
    let (one, two) = (B256::with_last_byte(1), B256::with_last_byte(2));
    let storage = json!({ one.to_string(): one, two.to_string(): two });
    let fixture = Fixture::with(spec_with(|genesis| {
        let alloc = &mut genesis["alloc"];
        for address in [first_contract(), factory_contract()] {
            alloc[address.to_string()] = json!({ "balance": "0x0", "storage": storage });
        }
        let code = Bytes::from(FACTORY_CODE);
        alloc[FACTORY.to_string()] = json!({ "balance": "0x0", "code": code });
    }));
    let (header, signer) = (fixture.header(), Signer::dev(0, &fixture.spec));
    Scene { fixture, header, signer }
}

impl Scene {
    fn context(&self) -> CallContext<'_> {
        CallContext {
            state: &self.fixture.state,
            header: &self.header,
            prev_randao: prev_randao(self.fixture.spec.genesis_header(), 1),
            spec: &self.fixture.spec,
            gas_cap: 50_000_000,
        }
    }

    /// A creation by account `index`.
    fn creation(index: usize) -> TransactionRequest {
        TransactionRequest {
            from: Some(DEV_ACCOUNTS[index]),
            to: Some(TxKind::Create),
            input: TransactionInput::new(INIT_CODE.into()),
            ..Default::default()
        }
    }

    /// A call of the factory.
    fn request() -> TransactionRequest {
        TransactionRequest { to: Some(TxKind::Call(FACTORY)), ..Self::creation(0) }
    }

    /// What the call of the factory returns if `assumed` holds for its contract.
    fn made_by_factory(&self, assumed: Option<AccountOverride>) -> Address {
        let state =
            assumed.map(|account| StateOverride::from_iter([(factory_contract(), account)]));
        let overrides = CallOverrides { state, block: None };
        let outcome = call(self.context(), Self::request(), overrides).unwrap();
        Address::from_word(B256::from_slice(&outcome.output))
    }

    fn trace(&self, request: TransactionRequest) -> Value {
        let tracer =
            Tracer::new(serde_json::from_value(json!({ "tracer": "callTracer" })).unwrap());
        let overrides = CallOverrides::default();
        let trace = trace_call(self.context(), request, overrides, &tracer.unwrap(), UNLIMITED);
        serde_json::from_str(&trace.unwrap()).unwrap()
    }

    fn block(&self, transactions: &[RecoveredTransaction]) -> RecoveredBlock {
        let (transactions, senders) =
            transactions.iter().cloned().map(|transaction| transaction.into_parts()).unzip();
        let body = BlockBody { transactions, ..Default::default() };
        RecoveredBlock::new_sealed(Block { header: self.header.clone(), body }.seal_slow(), senders)
    }
}

#[test]
fn a_creation_where_there_is_storage_fails_in_blocks_calls_estimates_and_traces_alike() {
    let scene = scene();
    let creation = scene.signer.create(0, INIT_CODE.into(), 100_000);

    let executed = scene.fixture.run(std::slice::from_ref(&creation));
    assert!(!executed.outcome.receipts[0].status());
    let (fixture, randao) = (&scene.fixture, scene.context().prev_randao);
    let transaction = creation.as_recovered_ref();
    let alone =
        transact(&fixture.state, &scene.header, randao, transaction, &fixture.spec).unwrap();
    assert_eq!(alone.status, TransactionStatus::Halted);
    assert_eq!((alone.gas_used, executed.outcome.gas_used), (100_000, 100_000));

    let refused = |error: CallError| {
        let CallError::Halt { reason } = &error else { panic!("{error}") };
        assert_eq!(reason, "contract address collision");
    };
    let none = CallOverrides::default;
    refused(call(scene.context(), Scene::creation(0), none()).unwrap_err());
    refused(estimate_gas(scene.context(), Scene::creation(0), none()).unwrap_err());
    let list = create_access_list(scene.context(), Scene::creation(0)).unwrap();
    assert_eq!(list.error.as_deref(), Some("contract address collision"));
    assert_eq!(scene.trace(Scene::creation(0))["error"], "contract address collision");

    let block = scene.block(&[creation]);
    let parent = fixture.spec.genesis_header();
    let mut replay = BlockReplay::new(&fixture.state, &block, parent, &fixture.spec).unwrap();
    let trace = replay.trace_next(&Tracer::default(), UNLIMITED).unwrap().unwrap();
    let trace: Value = serde_json::from_str(&trace).unwrap();
    assert_eq!((&trace["failed"], &trace["gas"]), (&json!(true), &json!(100_000)));
}

#[test]
fn the_same_creation_by_an_account_whose_contract_has_no_storage_succeeds() {
    let scene = scene();
    let none = CallOverrides::default;
    assert!(call(scene.context(), Scene::creation(1), none()).is_ok());
    assert!(estimate_gas(scene.context(), Scene::creation(1), none()).is_ok());
    assert!(scene.trace(Scene::creation(1))["error"].is_null());
}

#[test]
fn a_contract_that_creates_where_there_is_storage_gets_zero() {
    let scene = scene();
    assert_eq!(scene.made_by_factory(None), Address::ZERO);
    let trace = scene.trace(Scene::request());
    assert_eq!(trace["calls"][0]["error"], "contract address collision", "{trace}");
    // The disguise of the account is off again when the transaction goes on.
    let estimate = estimate_gas(scene.context(), Scene::request(), CallOverrides::default());
    assert!(estimate.unwrap() > 53_000);
}

#[test]
fn transactions_that_a_replay_skips_follow_the_rule() {
    let scene = scene();
    let factory_call =
        |nonce| scene.signer.call(nonce, FACTORY, U256::ZERO, INIT_CODE.into(), 90_000);
    let transactions =
        [scene.signer.create(0, INIT_CODE.into(), 100_000), factory_call(1), factory_call(2)];
    let executed = scene.fixture.run(&transactions);
    let receipts = &executed.outcome.receipts;
    let last = receipts[2].cumulative_gas_used() - receipts[1].cumulative_gas_used();
    let block = scene.block(&transactions);
    let (fixture, parent) = (&scene.fixture, scene.fixture.spec.genesis_header());
    let mut replay = BlockReplay::new(&fixture.state, &block, parent, &fixture.spec).unwrap();
    replay.skip_to(2, UNLIMITED).unwrap();
    let trace = replay.trace_next(&Tracer::default(), UNLIMITED).unwrap().unwrap();
    let trace: Value = serde_json::from_str(&trace).unwrap();
    assert_eq!(trace["gas"], last);
}

/// Slots as a call assumes them.
fn slots(slots: &[(u8, u8)]) -> alloy_primitives::map::B256HashMap<B256> {
    let word = B256::with_last_byte;
    slots.iter().map(|(slot, value)| (word(*slot), word(*value))).collect()
}

#[test]
fn a_call_that_assumes_other_storage_is_judged_by_what_it_assumes() {
    let scene = scene();
    let whole =
        |list: &[(u8, u8)]| AccountOverride { state: Some(slots(list)), ..Default::default() };
    // With a balance, because the library gives an empty account a fresh storage.
    let part = |list: &[(u8, u8)]| AccountOverride {
        balance: Some(U256::from(1)),
        state_diff: Some(slots(list)),
        ..Default::default()
    };
    let collides = |assumed| scene.made_by_factory(Some(assumed)).is_zero();
    assert!(!collides(whole(&[])), "no storage is left");
    assert!(!collides(whole(&[(1, 0)])), "nor with a zero");
    assert!(collides(whole(&[(7, 1)])), "other storage is storage");
    assert!(collides(part(&[])), "both slots are left");
    assert!(collides(part(&[(1, 0)])), "the second slot is left");
    assert!(!collides(part(&[(1, 0), (2, 0)])), "none is left");
    assert!(collides(part(&[(1, 0), (2, 0), (9, 1)])), "a third one is set");
    let balance = AccountOverride { balance: Some(U256::from(7)), ..Default::default() };
    assert!(collides(balance), "a balance changes nothing");
}

#[test]
fn a_call_can_assume_storage_where_the_chain_has_none() {
    let scene = scene();
    let assumed = AccountOverride { state_diff: Some(slots(&[(3, 1)])), ..Default::default() };
    let state = Some(StateOverride::from_iter([(DEV_ACCOUNTS[1].create(0), assumed)]));
    let overrides = CallOverrides { state, block: None };
    let error = call(scene.context(), Scene::creation(1), overrides).unwrap_err();
    assert_eq!(error.to_string(), "contract address collision");
}
