//! Work shares from the search to the pay, with real processes.

use alloy_primitives::{Address, Bytes, U256, address};
use alloy_provider::Provider as _;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_sol_types::{SolCall, sol};
use hanzo_e2e::{Client, MinerProcess, NodeCommand, client};
use hanzo_types::{COMPUTE_MINING, DEV_ACCOUNTS, EpochField, ShareEpoch};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

sol!(
    #[derive(Debug)]
    ComputeMining,
    "../../contracts/artifacts/ComputeMining.json"
);

pub(crate) const PROVIDER: Address = DEV_ACCOUNTS[0];

/// The key of [`PROVIDER`]: the first of the well-known test mnemonic.
pub(crate) const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

const COLD: Address = address!("0x00000000000000000000000000000000000c01d0");

/// The first block in which shares of epoch 0 can be paid.
const FIRST_CLAIM: u64 = 1_088;

/// A genesis file of a chain whose blocks are twice as hard as shares.
fn genesis(folder: &Path) -> PathBuf {
    genesis_with(folder, &[("difficulty", "0x8000000")])
}

/// The genesis file of the dev chain with other values.
pub(crate) fn genesis_with(folder: &Path, values: &[(&str, &str)]) -> PathBuf {
    let mut genesis: Value = serde_json::from_str(hanzo_testkit::dev_genesis_json()).unwrap();
    for (name, value) in values {
        genesis[*name] = (*value).into();
    }
    let file = folder.join("genesis.json");
    fs::write(&file, genesis.to_string()).unwrap();
    file
}

pub(crate) fn key_file(folder: &Path, key: &str) -> String {
    let file = folder.join("share.key");
    fs::write(&file, format!("{key}\n")).unwrap();
    file.to_str().unwrap().to_owned()
}

pub(crate) async fn ask<C: SolCall>(client: &Client, call: &C) -> C::Return {
    let input = Bytes::from(call.abi_encode());
    let request = TransactionRequest::default().to(COMPUTE_MINING).input(input.into());
    let answer = client.call(request).await.unwrap();
    C::abi_decode_returns(&answer).unwrap()
}

async fn slot(client: &Client, epoch: u64, field: EpochField) -> U256 {
    client.get_storage_at(COMPUTE_MINING, ShareEpoch::new(epoch).slot(field)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_miner_with_a_key_submits_its_shares_and_is_paid_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let (genesis, key) = (genesis(folder.path()), key_file(folder.path(), KEY));
    let datadir = folder.path().join("data");
    let start = |port: &str| {
        let flags = ["--no-mine", "--http.port", port];
        NodeCommand::new(&datadir).chain(&genesis).flags(&flags).start()
    };
    let node = start("0");
    let port = node.url().rsplit(':').next().unwrap().to_owned();
    let flags = ["--share-key", &key, "--metrics", "127.0.0.1:0"];
    let miner = MinerProcess::start(&node.ws_url(), PROVIDER, &flags);
    let accepted = "hanzo_miner_shares_total{outcome=\"accepted\"}";
    miner.metrics_until(|scrape| scrape.value(accepted) > 100.0);

    // A crash of the node loses neither shares that were accepted nor the miner.
    node.kill();
    let node = start(&port);
    let rpc = client(node.url());
    let paid = miner.metrics_until(|scrape| scrape.value("hanzo_miner_claimed_ai") > 0.0);
    let head = rpc.get_block_number().await.unwrap();
    assert!(head >= FIRST_CLAIM, "paid at block {head}");

    let epoch = U256::ZERO;
    let account = ask(&rpc, &ComputeMining::accountsCall { provider: PROVIDER, epoch }).await;
    assert!(account.claimed);
    // Every header of a block is a share, and every second share is no block.
    assert!(account.shares > 3 * 512, "{} shares", account.shares);
    let all = slot(&rpc, 0, EpochField::Shares).await;
    assert_eq!(all, U256::from(account.shares), "nobody else has any");
    let pool = slot(&rpc, 0, EpochField::Pool).await;
    let ai = f64::from(pool) / 1e18;
    let claimed = paid.value("hanzo_miner_claimed_ai");
    assert!((claimed - ai).abs() < 1e-6, "{claimed} of {ai} AI");
    let found = paid.value("hanzo_miner_found_shares_total");
    assert!(paid.value(accepted) <= found, "{found}");
    let (status, log) = miner.stop();
    assert!(status.success(), "{log}");
    assert!(log.contains("shares paid"), "{log}");
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_the_right_is_told_what_to_do_and_mining_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let key = key_file(folder.path(), KEY);
    let node = NodeCommand::new(&folder.path().join("data")).flags(&["--no-mine"]).start();
    let rpc = client(node.url());
    let miner = MinerProcess::start(&node.ws_url(), COLD, &["--share-key", &key]);
    while rpc.get_block_number().await.unwrap() < 80 {
        tokio::task::yield_now().await;
    }
    let (status, log) = miner.stop();
    assert!(status.success(), "{log}");
    assert!(log.contains("setOperator"), "{log}");
    assert!(log.contains(&COLD.to_string()) && log.contains(&PROVIDER.to_string()), "{log}");
    assert_eq!(log.matches("may not submit").count(), 1, "once: {log}");
    node.stop();
}
