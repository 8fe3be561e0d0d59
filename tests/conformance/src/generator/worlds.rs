//! What blocks do to accounts, and what a reorganisation takes back.

use super::{
    forge::{Forge, GAS_PRICE, Plan, call, key, legacy, sign, transfer},
    scenario::Scenario,
    standard_world::{DESTRUCTIBLE, LOGGER, RECORDER},
};
use crate::{FixtureAccount, Fork, Quantity};
use alloy_consensus::{TxEip4844, TxEip7702, TxLegacy};
use alloy_eips::{
    eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, bytes};
use alloy_signer::SignerSync as _;
use hanzo_types::RecoveredTransaction;
use std::collections::BTreeMap;

/// Creates a contract with the code `0x01`.
const CREATES_ONE: Bytes = bytes!("600160005360016000f3");

/// Creates a contract with the code `0x02`.
const CREATES_TWO: Bytes = bytes!("600260005360016000f3");

/// Gas limit of a creation.
const CREATION_GAS: u64 = 100_000;

pub(crate) fn scenarios() -> Vec<Scenario> {
    let payee = Address::repeat_byte(0x77);
    vec![
        linear(
            "frontier_empty_account_stays",
            "Before EIP-161 a payment of nothing makes an account.",
            ("Frontier", Fork::Frontier),
            vec![vec![transfer(1, 0, payee, 0)], vec![transfer(1, 1, payee, 0)]],
        ),
        linear(
            "empty_account_is_not_made",
            "From EIP-161 on a payment of nothing makes no account.",
            ("EIP158", Fork::SpuriousDragon),
            vec![vec![transfer(1, 0, payee, 0)], vec![transfer(1, 1, payee, 0)]],
        ),
        linear(
            "intermediate_state_roots",
            "Before Byzantium every receipt has the state root after its transaction.",
            ("EIP150", Fork::TangerineWhistle),
            vec![vec![
                transfer(1, 0, payee, 1),
                call(2, 0, RECORDER, 7),
                call(1, 1, LOGGER, 0),
                call(3, 0, DESTRUCTIBLE, 0),
            ]],
        ),
        linear(
            "destroyed_contract_leaves_nothing",
            "Before Cancun a contract that destroys itself loses its code and all its storage.",
            ("Berlin", Fork::Berlin),
            vec![vec![call(1, 0, DESTRUCTIBLE, 0)], vec![transfer(1, 1, DESTRUCTIBLE, 3)]],
        ),
        linear(
            "destroyed_contract_stays_after_cancun",
            "From Cancun on a contract that destroys itself keeps code and storage, unless it was \
             made in the same transaction.",
            ("Cancun", Fork::Cancun),
            vec![vec![call(1, 0, DESTRUCTIBLE, 0)]],
        ),
        linear(
            "blob_transaction",
            "The blob gas of a block counts in its header and costs its sender.",
            ("Cancun", Fork::Cancun),
            vec![vec![blob(1, 0, payee)], vec![blob(1, 1, payee), blob(2, 0, payee)]],
        ),
        linear(
            "delegation",
            "An account takes over the code of a contract and runs it.",
            ("Prague", Fork::Prague),
            vec![vec![delegate(1, 3, RECORDER)], vec![call(2, 0, key(3).address(), 9)]],
        ),
        linear(
            "withdrawal_request",
            "A request to the system contract becomes one of the block.",
            ("Prague", Fork::Prague),
            vec![vec![withdrawal_request(1, 0)], vec![]],
        ),
        destruction_taken_back(),
        other_code_at_one_address(),
        creation_at_storage(),
    ]
}

/// One chain; each block has the given transactions.
fn linear(
    name: &'static str,
    rule: &'static str,
    (network, fork): (&'static str, Fork),
    blocks: Vec<Vec<RecoveredTransaction>>,
) -> Scenario {
    let forge = Forge::new(network, fork);
    let mut chain = forge.chain();
    for transactions in blocks {
        chain.mine(Plan { transactions, ..Plan::default() });
    }
    Scenario::new(name, rule, &forge).takes(chain.blocks()).ends_with(&mut chain)
}

fn destruction_taken_back() -> Scenario {
    let forge = Forge::new("Berlin", Fork::Berlin);
    let mut destroyed = forge.chain();
    destroyed.mine(Plan::by(0xa).with(call(1, 0, DESTRUCTIBLE, 0)));
    let mut kept = forge.chain();
    kept.mine_many(2, &Plan::by(0xb));
    Scenario::new(
        "reorganisation_takes_back_a_destruction",
        "A contract that destroyed itself on the branch that lost has its code and storage back.",
        &forge,
    )
    .takes(destroyed.blocks())
    .takes(kept.blocks())
    .ends_with(&mut kept)
}

fn other_code_at_one_address() -> Scenario {
    let forge = Forge::new("Berlin", Fork::Berlin);
    let mut one = forge.chain();
    one.mine(Plan::by(0xa).with(create(CREATES_ONE)));
    let mut two = forge.chain();
    two.mine(Plan::by(0xb).with(create(CREATES_TWO)));
    two.mine(Plan::by(0xb));
    Scenario::new(
        "other_code_at_the_same_address",
        "Both branches create a contract at one address; it has the code of the branch that won.",
        &forge,
    )
    .takes(one.blocks())
    .takes(two.blocks())
    .ends_with(&mut two)
}

fn creation_at_storage() -> Scenario {
    let address = key(1).address().create(0);
    let one = Quantity(U256::from(1));
    let storage = BTreeMap::from([(one, one)]);
    let account = FixtureAccount { balance: one, storage, ..Default::default() };
    let more = BTreeMap::from([(address, account)]);
    let forge = Forge::with("Cancun", Fork::Cancun, more);
    let mut chain = forge.chain();
    let block = chain.mine(Plan::default().with(create(CREATES_ONE)));
    assert_eq!(block.gas_used, CREATION_GAS, "the creation must fail with all its gas");
    Scenario::new(
        "creation_where_storage_is",
        "No contract is created at an address that has storage, though neither nonce nor code.",
        &forge,
    )
    .takes(chain.blocks())
    .ends_with(&mut chain)
}

fn create(input: Bytes) -> RecoveredTransaction {
    let to = TxKind::Create;
    sign(1, TxLegacy { to, input, gas_limit: CREATION_GAS, ..legacy(0, Address::ZERO) })
}

/// A transaction with one blob.
fn blob(from: u8, nonce: u64, to: Address) -> RecoveredTransaction {
    let mut hash = B256::with_last_byte(from);
    hash[0] = 1;
    sign(
        from,
        TxEip4844 {
            chain_id: 1,
            nonce,
            gas_limit: 21_000,
            max_fee_per_gas: GAS_PRICE,
            max_priority_fee_per_gas: 1,
            to,
            blob_versioned_hashes: vec![hash],
            max_fee_per_blob_gas: GAS_PRICE,
            ..Default::default()
        },
    )
}

/// The account `authority` takes over the code of `target`; the account `from` pays.
fn delegate(from: u8, authority: u8, target: Address) -> RecoveredTransaction {
    let authorization = Authorization { chain_id: U256::from(1), address: target, nonce: 0 };
    let signature = key(authority).sign_hash_sync(&authorization.signature_hash()).unwrap();
    let signed: SignedAuthorization = authorization.into_signed(signature);
    sign(
        from,
        TxEip7702 {
            chain_id: 1,
            gas_limit: 100_000,
            max_fee_per_gas: GAS_PRICE,
            max_priority_fee_per_gas: 1,
            to: key(authority).address(),
            authorization_list: vec![signed],
            ..Default::default()
        },
    )
}

/// Asks for one gwei of a validator with a made-up key. Source: EIP-7002.
fn withdrawal_request(from: u8, nonce: u64) -> RecoveredTransaction {
    let mut input = vec![0x42; 48];
    input.extend(1_u64.to_be_bytes());
    sign(
        from,
        TxLegacy {
            value: U256::from(1),
            gas_limit: 200_000,
            input: input.into(),
            ..legacy(nonce, WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS)
        },
    )
}
