//! Work shares where something is in the way.

use super::shares::{ComputeMining, KEY, PROVIDER, ask, genesis_with, key_file};
use alloy_primitives::U256;
use alloy_provider::Provider as _;
use hanzo_e2e::{MinerProcess, NodeCommand, Scrape, client, run_to_end};
use std::path::Path;

const ACCEPTED: &str = "hanzo_miner_shares_total{outcome=\"accepted\"}";
const EXPIRED: &str = "hanzo_miner_shares_total{outcome=\"expired\"}";

/// A miner of [`PROVIDER`] with its key and metrics.
fn miner(node: &str, folder: &Path, flags: &[&str]) -> MinerProcess {
    let key = key_file(folder, KEY);
    let mut all = vec!["--share-key", &key, "--metrics", "127.0.0.1:0"];
    all.extend(flags);
    MinerProcess::start(node, PROVIDER, &all)
}

/// Waits until so many more shares were accepted than `before`.
fn more_accepted(miner: &MinerProcess, before: &Scrape, more: f64) -> Scrape {
    let wanted = before.value(ACCEPTED) + more;
    miner.metrics_until(|scrape| scrape.value(ACCEPTED) >= wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_go_on_at_once_when_the_head_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = genesis_with(folder.path(), &[("difficulty", "0x8000000")]);
    let datadir = folder.path().join("data");
    let start = |port: &str| {
        let flags = ["--no-mine", "--http.port", port];
        NodeCommand::new(&datadir).chain(&genesis).flags(&flags).start()
    };
    let node = start("0");
    let port = node.url().rsplit(':').next().unwrap().to_owned();
    let miner = miner(&node.ws_url(), folder.path(), &[]);
    let rpc = client(node.url());
    let before = miner.metrics_until(|scrape| scrape.value(ACCEPTED) > 300.0);
    let high = rpc.get_block_number().await.unwrap();
    node.kill();

    let kept = high / 4;
    let [chain, data] = [&genesis, &datadir].map(|path| path.to_str().unwrap());
    let to = kept.to_string();
    let unwound = run_to_end(&["db", "unwind", "--chain", chain, "--datadir", data, "--to", &to]);
    assert!(unwound.status.success(), "{unwound:?}");
    let node = start(&port);
    let rpc = client(node.url());
    more_accepted(&miner, &before, 64.0);
    let head = rpc.get_block_number().await.unwrap();
    assert!(head < high, "accepted again at block {head}, not when {high} is reached anew");
    let epoch = U256::ZERO;
    let account = ask(&rpc, &ComputeMining::accountsCall { provider: PROVIDER, epoch }).await;
    assert!(account.shares > 0);
    let (status, log) = miner.stop();
    assert!(status.success(), "{log}");
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_no_larger_than_half_of_a_small_block() {
    let folder = tempfile::tempdir().unwrap();
    // 500 000 gas are enough for 13 shares; 32 make a batch due.
    let rules = [("difficulty", "0x8000000"), ("gasLimit", "0xf4240")];
    let genesis = genesis_with(folder.path(), &rules);
    let datadir = folder.path().join("data");
    let node = NodeCommand::new(&datadir).chain(&genesis).flags(&["--no-mine"]).start();
    let miner = miner(&node.ws_url(), folder.path(), &[]);
    miner.metrics_until(|scrape| scrape.value(ACCEPTED) > 100.0);
    let rpc = client(node.url());
    let head = rpc.get_block_number().await.unwrap();
    for number in 1..=head {
        let block = rpc.get_block_by_number(number.into()).await.unwrap().unwrap();
        assert!(block.header.gas_used <= 500_000, "block {number}: {}", block.header.gas_used);
    }
    let (status, log) = miner.stop();
    assert!(status.success(), "{log}");
    assert!(!log.contains("have to wait"), "{log}");
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_wait_while_gas_costs_more_than_is_paid_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = genesis_with(folder.path(), &[("difficulty", "0x8000000")]);
    let datadir = folder.path().join("data");
    let node = NodeCommand::new(&datadir).chain(&genesis).flags(&["--no-mine"]).start();
    // A wei is less than the base fee of any block.
    let miner = miner(&node.ws_url(), folder.path(), &["--share-max-fee", "0.000000001"]);
    let scrape = miner.metrics_until(|scrape| scrape.value(EXPIRED) > 0.0);
    assert!(scrape.value(ACCEPTED) < 1.0, "{scrape:?}");
    let (status, log) = miner.stop();
    assert!(status.success(), "{log}");
    // There may be other reasons on a busy machine, also once each.
    let said = log.matches("shares have to wait error=gas costs").count();
    assert_eq!(said, 1, "once: {log}");
    assert!(log.contains("0.000 gwei is the most to be paid"), "{log}");
    assert!(log.contains("the last shares") && log.contains("lost="), "{log}");
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_miner_ends_although_its_node_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = genesis_with(folder.path(), &[("difficulty", "0x8000000")]);
    let datadir = folder.path().join("data");
    let node = NodeCommand::new(&datadir).chain(&genesis).flags(&["--no-mine"]).start();
    let miner = miner(&node.ws_url(), folder.path(), &[]);
    miner.metrics_until(|scrape| scrape.value(ACCEPTED) > 0.0);
    node.signal("STOP");
    let (status, log) = miner.stop();
    node.signal("CONT");
    assert!(status.success(), "{log}");
    node.stop();
}
