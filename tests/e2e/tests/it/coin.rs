//! The coin and the token are one balance.

use alloy_eips::eip2718::Encodable2718 as _;
use alloy_network::TransactionBuilder as _;
use alloy_primitives::{Address, B256, U256};
use alloy_provider::Provider as _;
use alloy_rpc_types_eth::{Filter, TransactionReceipt, TransactionRequest};
use alloy_sol_types::{SolCall, SolEvent as _, sol};
use hanzo_e2e::{Client, NodeCommand, NodeProcess, Random, client};
use hanzo_testkit::{CallKind, Signer, dev_genesis_json, forwarder_code};
use hanzo_types::{AI as TOKEN, ChainSpec, NATIVE_COIN, TRAINING_REWARDS};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

sol!(
    #[derive(Debug)]
    AI,
    "../../contracts/artifacts/AI.json"
);
sol!(
    #[derive(Debug)]
    INativeCoin,
    "../../contracts/artifacts/INativeCoin.json"
);

/// Seed of the choices below.
const SEED: u64 = 0xa1;

/// The dev chain with a module that passes calls on to the precompile, so that somebody can mint.
fn genesis(folder: &Path) -> PathBuf {
    let mut genesis: serde_json::Value = serde_json::from_str(dev_genesis_json()).unwrap();
    genesis["alloc"][format!("{TRAINING_REWARDS:#x}")] = serde_json::json!({
        "balance": "0x0",
        "nonce": "0x1",
        "code": forwarder_code(CallKind::Call, NATIVE_COIN),
    });
    let path = folder.join("genesis.json");
    fs::write(&path, genesis.to_string()).unwrap();
    path
}

/// What a transaction does, as its sender means it.
#[derive(Debug, Clone, Copy)]
enum Step {
    Native { to: Address, value: U256 },
    Token { to: Address, value: U256 },
    Allowance { spender: Address, value: U256 },
    From { owner: Address, to: Address, value: U256 },
    Burn { value: U256 },
    Mint { to: Address, value: U256 },
}

impl Step {
    fn target(&self) -> Address {
        match self {
            Self::Native { to, .. } => *to,
            Self::Mint { .. } => TRAINING_REWARDS,
            Self::Token { .. } | Self::Allowance { .. } | Self::From { .. } | Self::Burn { .. } => {
                TOKEN
            }
        }
    }

    fn input(&self) -> Vec<u8> {
        match *self {
            Self::Native { .. } => Vec::new(),
            Self::Token { to, value } => AI::transferCall { to, value }.abi_encode(),
            Self::Allowance { spender, value } => AI::approveCall { spender, value }.abi_encode(),
            Self::From { owner, to, value } => {
                AI::transferFromCall { from: owner, to, value }.abi_encode()
            }
            Self::Burn { value } => AI::burnCall { value }.abi_encode(),
            Self::Mint { to, value } => INativeCoin::mintCall { to, value }.abi_encode(),
        }
    }
}

/// Balances and allowances as a naive book-keeper has them.
#[derive(Debug, Default)]
struct Model {
    balances: BTreeMap<Address, U256>,
    allowances: BTreeMap<(Address, Address), U256>,
    minted: U256,
    burned: U256,
}

impl Model {
    /// Books a step of `sender`. What the token must log, or `None` if the step must fail.
    fn book(&mut self, sender: Address, step: Step) -> Option<Option<(Address, Address, U256)>> {
        match step {
            Step::Native { to, value } => {
                self.shift(sender, to, value)?;
                Some(None)
            }
            Step::Token { to, value } => {
                self.shift(sender, to, value)?;
                Some(Some((sender, to, value)))
            }
            Step::Allowance { spender, value } => {
                self.allowances.insert((sender, spender), value);
                Some(None)
            }
            Step::From { owner, to, value } => {
                let allowed = self.allowances.get(&(owner, sender)).copied().unwrap_or_default();
                let left = allowed.checked_sub(value)?;
                self.shift(owner, to, value)?;
                self.allowances.insert((owner, sender), left);
                Some(Some((owner, to, value)))
            }
            Step::Burn { value } => {
                self.take(sender, value)?;
                self.burned += value;
                Some(Some((sender, Address::ZERO, value)))
            }
            Step::Mint { to, value } => {
                *self.balances.entry(to).or_default() += value;
                self.minted += value;
                Some(Some((Address::ZERO, to, value)))
            }
        }
    }

    fn shift(&mut self, from: Address, to: Address, value: U256) -> Option<()> {
        self.take(from, value)?;
        *self.balances.entry(to).or_default() += value;
        Some(())
    }

    fn take(&mut self, from: Address, value: U256) -> Option<()> {
        let balance = self.balances.entry(from).or_default();
        *balance = balance.checked_sub(value)?;
        Some(())
    }
}

/// The transfers that a receipt says the token logged.
fn transfers(receipt: &TransactionReceipt) -> Vec<(Address, Address, U256)> {
    let of_token = receipt.logs().iter().filter(|log| log.address() == TOKEN);
    let decoded = of_token.filter_map(|log| AI::Transfer::decode_log(&log.inner).ok());
    decoded.map(|log| (log.from, log.to, log.value)).collect()
}

async fn balance_of(client: &Client, account: Address) -> U256 {
    let call = AI::balanceOfCall { account }.abi_encode();
    let request = TransactionRequest::default().with_to(TOKEN).with_input(call);
    U256::from_be_slice(&client.call(request).await.unwrap())
}

fn choose(random: &mut Random, parties: &[Address]) -> Step {
    let count = u64::try_from(parties.len()).unwrap();
    let party = |random: &mut Random| parties[usize::try_from(random.below(count)).unwrap()];
    let (one, other) = (party(random), party(random));
    // One in eight asks for more than anybody has.
    let value = match random.below(8) {
        0 => U256::ONE << 100,
        1 => U256::ZERO,
        _ => U256::from(random.below(1_000_000)),
    };
    match random.below(8) {
        // The node does not take a transaction whose sender has not the coins.
        0 | 1 => Step::Native { to: one, value: value & U256::from(u32::MAX) },
        2 | 3 => Step::Token { to: one, value },
        4 => Step::Allowance { spender: one, value },
        5 => Step::From { owner: one, to: other, value },
        6 => Step::Burn { value },
        _ => Step::Mint { to: one, value: value & U256::from(u32::MAX) },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_of_the_token_and_of_the_coin_interleave_and_every_wei_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let datadir = folder.path().join("node");
    let chain = genesis(folder.path());
    let spec = ChainSpec::from_genesis_json(&fs::read(&chain).unwrap()).unwrap();
    let start = || -> NodeProcess { NodeCommand::new(&datadir).chain(&chain).start() };
    let mut node = start();
    let mut rpc = client(node.url());
    let signers: Vec<Signer> = (0..3).map(|index| Signer::dev(index, &spec)).collect();
    let mut parties: Vec<Address> = signers.iter().map(Signer::address).collect();
    parties.push(Address::repeat_byte(0x77));
    let mut model = Model::default();
    for party in &parties {
        model.balances.insert(*party, rpc.get_balance(*party).await.unwrap());
    }
    let (mut random, mut nonces) = (Random::new(SEED), [0_u64; 3]);
    let mut logged = Vec::new();
    for round in 0..120 {
        if round == 60 {
            // What is counted survives a crash.
            node.kill();
            node = start();
            rpc = client(node.url());
        }
        let index = usize::try_from(random.below(3)).unwrap();
        let (signer, sender) = (&signers[index], parties[index]);
        let step = choose(&mut random, &parties);
        let sent = if let Step::Native { value, .. } = step { value } else { U256::ZERO };
        let transaction =
            signer.call(nonces[index], step.target(), sent, step.input().into(), 200_000);
        nonces[index] += 1;
        let raw = transaction.inner().encoded_2718();
        let receipt = rpc.send_raw_transaction(&raw).await.unwrap().get_receipt().await.unwrap();
        let fee = U256::from(receipt.effective_gas_price) * U256::from(receipt.gas_used);
        model.take(sender, fee).unwrap();
        let expected = model.book(sender, step);
        assert_eq!(receipt.status(), expected.is_some(), "seed {SEED}, round {round}: {step:?}");
        let log: Vec<_> = expected.flatten().into_iter().collect();
        assert_eq!(transfers(&receipt), log, "seed {SEED}, round {round}: {step:?}");
        logged.extend(log);
        for party in [sender, parties[3]] {
            let found = rpc.get_balance(party).await.unwrap();
            assert_eq!(found, model.balances[&party], "seed {SEED}, round {round}: {step:?}");
            assert_eq!(balance_of(&rpc, party).await, found);
        }
    }
    for party in &parties {
        assert_eq!(rpc.get_balance(*party).await.unwrap(), model.balances[party]);
    }
    assert!(model.minted > U256::ZERO && model.burned > U256::ZERO);
    let topic = B256::from(hanzo_testkit::token::transfer_topic());
    let filter = Filter::new().address(TOKEN).event_signature(topic).from_block(0);
    let found = rpc.get_logs(&filter).await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|log| AI::Transfer::decode_log(&log.inner).unwrap())
        .map(|log| (log.from, log.to, log.value))
        .collect();
    assert_eq!(found, logged);
    // Every balance on the chain is added up: genesis, and minted, less burned.
    node.stop();
}
