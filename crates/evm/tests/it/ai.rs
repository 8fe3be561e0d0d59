//! AI (A1100) and `AISupply` (A1101): the coin as a token, and its supply.

use crate::fixture::{Fixture, request};
use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use alloy_signer::SignerSync as _;
use alloy_sol_types::{Eip712Domain, SolCall, SolError, SolStruct as _, eip712_domain, sol};
use hanzo_evm::{CallError, CallOverrides};
use hanzo_state::StateRead;
use hanzo_testkit::Signer;
use hanzo_types::{
    AI as TOKEN, AI_SUPPLY, DEV_ACCOUNTS, MAX_SUPPLY_WEI, MINING_BUCKET_WEI, NATIVE_COIN,
    RecoveredTransaction, SupplySlot, TRAINING_BUCKET_WEI,
};
use serde_json::Value;

sol!(
    #[derive(Debug)]
    AI,
    "../../contracts/artifacts/AI.json"
);
sol!(
    #[derive(Debug)]
    AISupply,
    "../../contracts/artifacts/AISupply.json"
);
sol! {
    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }
}

const NOBODY: Address = Address::repeat_byte(0x0b);

fn wei(value: u64) -> U256 {
    U256::from(value)
}

/// The dev chain, and three accounts on it.
struct Chain {
    fixture: Fixture,
    alice: Signer,
    bob: Signer,
}

impl Chain {
    fn new() -> Self {
        let fixture = Fixture::new();
        let signer = |index| Signer::dev(index, &fixture.spec);
        Self { alice: signer(0), bob: signer(1), fixture }
    }

    fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let outcome = self.fixture.ask(request(to, call.abi_encode()), CallOverrides::default());
        C::abi_decode_returns(&outcome.unwrap().output).unwrap()
    }

    fn refusal<C: SolCall>(&self, from: &Signer, call: &C) -> Bytes {
        let mut request = request(TOKEN, call.abi_encode());
        request.from = Some(from.address());
        match self.fixture.ask(request, CallOverrides::default()) {
            Err(CallError::Revert { output }) => output,
            other => panic!("{other:?}"),
        }
    }

    /// Runs these as one block. Which of them succeeded, and the logs of each.
    fn run(&mut self, transactions: &[RecoveredTransaction]) -> Vec<(bool, Vec<Transfer>)> {
        let outcome = self.fixture.apply(transactions).outcome;
        let counters = outcome.supply.unwrap().counters;
        let genesis = self.fixture.spec.hanzo_rules().unwrap().genesis_supply();
        assert_eq!(self.fixture.state.total_balance(), counters.outstanding(genesis));
        let receipts = outcome.receipts.iter();
        receipts.map(|receipt| (receipt.status(), transfers(receipt.logs()))).collect()
    }

    fn balance(&self, address: Address) -> U256 {
        let account = self.fixture.state.account(address).unwrap();
        account.map_or(U256::ZERO, |account| account.balance)
    }
}

/// From, to and amount of a `Transfer`.
type Transfer = (Address, Address, U256);

fn transfers(logs: &[alloy_primitives::Log]) -> Vec<Transfer> {
    let is_transfer = |log: &&alloy_primitives::Log| {
        log.address == TOKEN && log.topics()[0] == keccak256("Transfer(address,address,uint256)")
    };
    let party = |topic: B256| Address::from_word(topic);
    let read = |log: &alloy_primitives::Log| {
        let topics = log.topics();
        (party(topics[1]), party(topics[2]), U256::from_be_slice(&log.data.data))
    };
    logs.iter().filter(is_transfer).map(read).collect()
}

fn call<C: SolCall>(from: &Signer, nonce: u64, call: &C) -> RecoveredTransaction {
    from.call(nonce, TOKEN, U256::ZERO, call.abi_encode().into(), 200_000)
}

#[test]
fn it_is_called_what_it_is_and_has_the_decimals_of_the_coin() {
    let chain = Chain::new();
    // Source: SUP-01.
    assert_eq!(chain.view(TOKEN, &AI::nameCall {}), "AI");
    assert_eq!(chain.view(TOKEN, &AI::symbolCall {}), "AI");
    assert_eq!(chain.view(TOKEN, &AI::decimalsCall {}), 18);
    assert_eq!(chain.view(TOKEN, &AI::capCall {}), MAX_SUPPLY_WEI);
}

#[test]
fn the_balance_of_the_token_is_the_balance_of_the_account() {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.alice.clone(), chain.bob.clone());
    let to = bob.address();
    chain.run(&[
        call(&alice, 0, &AI::transferCall { to, value: wei(5) }),
        alice.transfer(1, NOBODY, 77),
        call(&bob, 0, &AI::transferCall { to: NOBODY, value: wei(3) }),
        bob.transfer(1, alice.address(), 9),
    ]);
    let everybody: Vec<Address> = chain.fixture.state.as_diff().accounts.keys().copied().collect();
    assert!(everybody.len() > 30);
    for account in everybody {
        let told = chain.view(TOKEN, &AI::balanceOfCall { account });
        assert_eq!(told, chain.balance(account), "{account}");
    }
    assert_eq!(chain.balance(NOBODY), wei(80));
    assert_eq!(chain.view(TOKEN, &AI::balanceOfCall { account: Address::repeat_byte(1) }), wei(0));
}

#[test]
fn transfers_of_the_token_are_logged_and_those_of_the_coin_are_not() {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.alice.clone(), chain.bob.clone());
    let (from, to) = (alice.address(), bob.address());
    let results = chain.run(&[
        call(&alice, 0, &AI::transferCall { to, value: wei(5) }),
        alice.transfer(1, to, 6),
        call(&alice, 2, &AI::transferCall { to: from, value: wei(7) }),
        call(&alice, 3, &AI::transferCall { to, value: U256::ZERO }),
    ]);
    let expected = [
        (true, vec![(from, to, wei(5))]),
        (true, vec![]),
        (true, vec![(from, from, wei(7))]),
        (true, vec![(from, to, U256::ZERO)]),
    ];
    assert_eq!(results, expected);
}

#[test]
fn an_allowance_is_what_somebody_else_may_move_and_burn() {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.alice.clone(), chain.bob.clone());
    let (owner, spender) = (alice.address(), bob.address());
    let before = chain.balance(owner);
    let results = chain.run(&[
        call(&alice, 0, &AI::approveCall { spender, value: wei(100) }),
        call(&bob, 0, &AI::transferFromCall { from: owner, to: NOBODY, value: wei(60) }),
        call(&bob, 1, &AI::burnFromCall { account: owner, value: wei(30) }),
        call(&bob, 2, &AI::transferFromCall { from: owner, to: NOBODY, value: wei(11) }),
    ]);
    assert_eq!(results[1], (true, vec![(owner, NOBODY, wei(60))]));
    assert_eq!(results[2], (true, vec![(owner, Address::ZERO, wei(30))]));
    assert_eq!(results[3], (false, vec![]));
    assert_eq!(chain.view(TOKEN, &AI::allowanceCall { owner, spender }), wei(10));
    assert_eq!(chain.balance(NOBODY), wei(60));
    assert!(chain.balance(owner) < before - wei(90));
    let error = AI::ERC20InsufficientAllowance { spender, allowance: wei(10), needed: wei(11) };
    let too_much = AI::transferFromCall { from: owner, to: NOBODY, value: wei(11) };
    assert_eq!(chain.refusal(&bob, &too_much), Bytes::from(error.abi_encode()));
}

#[test]
fn a_burn_takes_coins_out_of_the_supply() {
    let mut chain = Chain::new();
    let alice = chain.alice.clone();
    let before = chain.view(TOKEN, &AI::totalSupplyCall {});
    let results = chain.run(&[call(&alice, 0, &AI::burnCall { value: wei(1_000) })]);
    assert_eq!(results, [(true, vec![(alice.address(), Address::ZERO, wei(1_000))])]);
    let counter = |slot: SupplySlot| chain.fixture.state.storage(AI_SUPPLY, slot.key()).unwrap();
    let (minted, burned) = (counter(SupplySlot::Minted), counter(SupplySlot::Burned));
    assert!(burned > wei(1_000), "and the base fee");
    let after = chain.view(TOKEN, &AI::totalSupplyCall {});
    assert_eq!(after, before + minted - burned);
    assert_eq!(after, chain.fixture.state.total_balance());
    assert_eq!(after, chain.view(TOKEN, &AI::outstandingCall {}));
}

#[test]
fn refusals_are_those_of_a_token() {
    let chain = Chain::new();
    let (alice, bob) = (&chain.alice, &chain.bob);
    let balance = chain.balance(alice.address());
    let needed = balance + wei(1);
    let sender = alice.address();
    let poor = Bytes::from(AI::ERC20InsufficientBalance { sender, balance, needed }.abi_encode());
    let to = bob.address();
    assert_eq!(chain.refusal(alice, &AI::transferCall { to, value: needed }), poor);
    assert_eq!(chain.refusal(alice, &AI::burnCall { value: needed }), poor);
    for receiver in [Address::ZERO, TOKEN, AI_SUPPLY, NATIVE_COIN, Address::with_last_byte(1)] {
        let call = AI::transferCall { to: receiver, value: wei(1) };
        let error = AI::ERC20InvalidReceiver { receiver };
        assert_eq!(chain.refusal(alice, &call), Bytes::from(error.abi_encode()));
    }
    let error = AI::ERC20InvalidSpender { spender: Address::ZERO };
    let nobody = AI::approveCall { spender: Address::ZERO, value: wei(1) };
    assert_eq!(chain.refusal(alice, &nobody), Bytes::from(error.abi_encode()));
}

#[test]
fn coins_sent_to_the_contracts_themselves_are_refused() {
    let mut chain = Chain::new();
    let alice = chain.alice.clone();
    let before = chain.fixture.state.total_balance();
    let send = |nonce, to| alice.call(nonce, to, wei(5), Bytes::new(), 100_000);
    let payable = alice.call(2, TOKEN, wei(5), AI::nameCall {}.abi_encode().into(), 100_000);
    let results = chain.run(&[send(0, TOKEN), send(1, AI_SUPPLY), payable]);
    assert!(results.iter().all(|(succeeded, _)| !succeeded));
    assert_eq!((chain.balance(TOKEN), chain.balance(AI_SUPPLY)), (U256::ZERO, U256::ZERO));
    assert!(chain.fixture.state.total_balance() > before, "the reward, and nothing lost");
}

fn domain(chain: &Chain) -> Eip712Domain {
    let chain_id = chain.fixture.spec.chain_id();
    eip712_domain! {
        name: "AI",
        version: "1",
        chain_id: chain_id,
        verifying_contract: TOKEN,
    }
}

fn permit(chain: &Chain, signer: &Signer, permit: &Permit) -> AI::permitCall {
    let hash = permit.eip712_signing_hash(&domain(chain));
    let signature = signer.key().sign_hash_sync(&hash).unwrap();
    AI::permitCall {
        owner: permit.owner,
        spender: permit.spender,
        value: permit.value,
        deadline: permit.deadline,
        v: 27 + u8::from(signature.v()),
        r: signature.r().into(),
        s: signature.s().into(),
    }
}

#[test]
fn a_signature_approves_once_until_its_deadline() {
    let mut chain = Chain::new();
    let (alice, bob) = (chain.alice.clone(), chain.bob.clone());
    let (owner, spender) = (alice.address(), bob.address());
    assert_eq!(chain.view(TOKEN, &AI::DOMAIN_SEPARATORCall {}), domain(&chain).separator());
    let told = chain.view(TOKEN, &AI::eip712DomainCall {});
    assert_eq!((told.name.as_str(), told.version.as_str()), ("AI", "1"));
    assert_eq!((told.fields.0, told.verifyingContract), ([0x0f], TOKEN));
    let now = chain.fixture.header().timestamp;
    let terms = Permit { owner, spender, value: wei(40), nonce: U256::ZERO, deadline: wei(now) };
    let good = permit(&chain, &alice, &terms);
    let late = Permit { deadline: wei(now - 1), ..terms };
    let error = AI::ERC2612ExpiredSignature { deadline: wei(now - 1) };
    let late = permit(&chain, &alice, &late);
    assert_eq!(chain.refusal(&bob, &late), Bytes::from(error.abi_encode()));
    let forged = permit(&chain, &bob, &terms);
    let error = AI::ERC2612InvalidSigner { signer: bob.address(), owner };
    assert_eq!(chain.refusal(&bob, &forged), Bytes::from(error.abi_encode()));
    let spend = AI::transferFromCall { from: owner, to: NOBODY, value: wei(40) };
    let results = chain.run(&[
        call(&bob, 0, &good),
        call(&bob, 1, &spend),
        // The nonce is used.
        call(&bob, 2, &good),
    ]);
    let expected = [(true, vec![]), (true, vec![(owner, NOBODY, wei(40))]), (false, vec![])];
    assert_eq!(results, expected);
    assert_eq!(chain.view(TOKEN, &AI::noncesCall { owner }), wei(1));
}

#[test]
fn the_supply_is_told_as_consensus_counts_it() {
    let mut chain = Chain::new();
    let alice = chain.alice.clone();
    let outcome = chain.fixture.apply(&[call(&alice, 0, &AI::burnCall { value: wei(9) })]).outcome;
    let counters = outcome.supply.unwrap().counters;
    let rules = chain.fixture.spec.hanzo_rules().unwrap();
    let genesis = rules.genesis_supply();
    let ask = |call: Vec<u8>| {
        let answer = chain.fixture.ask(request(AI_SUPPLY, call), CallOverrides::default());
        U256::from_be_slice(&answer.unwrap().output)
    };
    assert_eq!(ask(AISupply::mintedCall {}.abi_encode()), counters.minted);
    assert_eq!(ask(AISupply::burnedCall {}.abi_encode()), counters.burned);
    assert_eq!(ask(AISupply::minedCall {}.abi_encode()), counters.mined);
    assert_eq!(ask(AISupply::trainedCall {}.abi_encode()), counters.trained);
    assert_eq!(ask(AISupply::outstandingCall {}.abi_encode()), counters.outstanding(genesis));
    assert_eq!(ask(AISupply::capCall {}.abi_encode()), MAX_SUPPLY_WEI);
    assert_eq!(ask(AISupply::headRoomCall {}.abi_encode()), counters.head_room(genesis));
    let mining = counters.mining_bucket(rules.config().recycling());
    assert_eq!(ask(AISupply::miningBucketCall {}.abi_encode()), mining);
    assert_eq!(ask(AISupply::trainingBucketCall {}.abi_encode()), TRAINING_BUCKET_WEI);
    for year in [0_u64, 3, 4, 15, 16, 40] {
        let call = AISupply::annualEmissionCall { yearIndex: wei(year) };
        let expected = rules.config().emission_preset.annual_emission(year);
        assert_eq!(ask(call.abi_encode()), expected);
    }
}

/// Whether the cap and the bucket limit the next block when the counters have these values.
fn limits(counters: &[(SupplySlot, U256)]) -> (bool, bool) {
    use alloy_rpc_types_eth::state::{AccountOverride, StateOverride};
    let slots = counters.iter().map(|(slot, value)| (slot.key().into(), (*value).into()));
    let account = AccountOverride { state_diff: Some(slots.collect()), ..Default::default() };
    let ask = |call: Vec<u8>| {
        let state = Some(StateOverride::from_iter([(AI_SUPPLY, account.clone())]));
        let overrides = CallOverrides { state, ..CallOverrides::default() };
        Fixture::new().ask(request(AI_SUPPLY, call), overrides).unwrap().output[31] == 1
    };
    (
        ask(AISupply::emissionCappedCall {}.abi_encode()),
        ask(AISupply::bucketExhaustedCall {}.abi_encode()),
    )
}

#[test]
fn the_flags_say_what_limits_the_next_block() {
    use SupplySlot::{Burned, Mined, Minted};
    let chain = Chain::new();
    let rules = chain.fixture.spec.hanzo_rules().unwrap();
    // The call is made in block 1.
    let next = rules.emission().subsidy(2);
    let free = MAX_SUPPLY_WEI - rules.genesis_supply();
    let one = wei(1);
    assert_eq!(limits(&[]), (false, false));
    assert_eq!(limits(&[(Minted, free - next)]), (false, false));
    assert_eq!(limits(&[(Minted, free - next + one)]), (true, false));
    assert_eq!(limits(&[(Mined, MINING_BUCKET_WEI - next)]), (false, false));
    assert_eq!(limits(&[(Mined, MINING_BUCKET_WEI - next + one)]), (false, true));
    let recycled = [(Mined, MINING_BUCKET_WEI - next + one), (Burned, one), (Minted, one)];
    assert_eq!(limits(&recycled), (false, false));
}

#[test]
fn the_counters_lie_in_the_slots_that_consensus_writes() {
    let artifact: Value =
        serde_json::from_str(include_str!("../../../../contracts/artifacts/AISupply.json"))
            .unwrap();
    let variables = artifact["storage"]["variables"].as_array().unwrap();
    let layout: Vec<_> = variables
        .iter()
        .map(|variable| ["label", "slot", "type"].map(|field| variable[field].as_str().unwrap()))
        .collect();
    // Source: decision D-30.
    let expected = [
        ["minted", "0", "uint256"],
        ["burned", "1", "uint256"],
        ["mined", "2", "uint256"],
        ["trained", "3", "uint256"],
    ];
    assert_eq!(layout, expected);
    let slots = SupplySlot::ALL.map(|slot| slot.key().to_string());
    assert_eq!(slots, ["0", "1", "2", "3"]);
}

#[test]
fn the_coins_of_the_dev_accounts_are_tokens_without_any_step_between() {
    let chain = Chain::new();
    for account in DEV_ACCOUNTS {
        let told = chain.view(TOKEN, &AI::balanceOfCall { account });
        assert_eq!(told, hanzo_types::ai_to_wei(10_000));
    }
    // The selectors that wallets know. Source: ERC-20, ERC-2612.
    assert_eq!(AI::transferCall::SELECTOR, hex!("a9059cbb"));
    assert_eq!(AI::transferFromCall::SELECTOR, hex!("23b872dd"));
    assert_eq!(AI::balanceOfCall::SELECTOR, hex!("70a08231"));
    assert_eq!(AI::permitCall::SELECTOR, hex!("d505accf"));
}
