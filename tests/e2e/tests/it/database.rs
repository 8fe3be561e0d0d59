//! `hanzo db` on a data directory that a node left behind.

use alloy_eips::eip2718::Encodable2718 as _;
use alloy_provider::Provider as _;
use hanzo_e2e::{NodeProcess, client, run_to_end};
use hanzo_testkit::{Signer, TestChain, dev_spec};
use hanzo_types::DEV_ACCOUNTS;
use std::{fs, path::Path};

/// Runs `hanzo db <command>` on the dev chain in `datadir`.
fn db(command: &str, datadir: &Path) -> (bool, String) {
    let output = run_to_end(&["db", command, "--dev", "--datadir", datadir.to_str().unwrap()]);
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_nodes_database_passes_the_check_and_a_running_ones_is_refused() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let alice = Signer::dev(0, &dev_spec());
    for nonce in 0..40 {
        let raw = alice.transfer(nonce, DEV_ACCOUNTS[1], 1).inner().encoded_2718();
        client.send_raw_transaction(&raw).await.unwrap().get_receipt().await.unwrap();
    }
    let (passed, text) = db("check", datadir.path());
    assert!(!passed && text.contains("in use"), "{text}");
    node.kill();
    let (passed, text) = db("check", datadir.path());
    assert!(passed && text.contains("no inconsistency found"), "{text}");
    let (passed, text) = db("compact", datadir.path());
    assert!(passed && text.contains("account_trie"), "{text}");
    let (passed, text) = db("stats", datadir.path());
    assert!(passed && text.contains("receipts"), "{text}");
    NodeProcess::start(datadir.path(), &[]).stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_opens_the_database_of_a_running_node_and_the_node_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let datadir = directory.path().join("node");
    let node = NodeProcess::start(&datadir, &[]);
    let client = client(node.url());
    let alice = Signer::dev(0, &dev_spec());
    let file = directory.path().join("blocks.rlp");
    let block = TestChain::new(dev_spec()).mine(vec![alice.transfer(0, DEV_ACCOUNTS[2], 5)]);
    fs::write(&file, alloy_rlp::encode(block.sealed_block())).unwrap();
    let (file, exported) = (file.to_str().unwrap(), directory.path().join("exported.rlp"));
    let commands: [&[&str]; 8] = [
        &["import", file],
        &["export", exported.to_str().unwrap()],
        &["db", "check"],
        &["db", "stats"],
        &["db", "compact"],
        &["db", "prune", "--prune.states", "256"],
        &["init"],
        &["node", "--http.port", "0"],
    ];
    let database = datadir.join("db");
    let refusal = format!("database {} is in use by another process", database.display());
    for (nonce, command) in (0_u64..).zip(commands) {
        let target = ["--dev", "--datadir", datadir.to_str().unwrap()];
        let output = run_to_end(&[command, &target].concat());
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{command:?}: {text}");
        assert!(text.contains(&refusal), "{command:?}: {text}");

        let raw = alice.transfer(nonce, DEV_ACCOUNTS[1], 1).inner().encoded_2718();
        let sent = client.send_raw_transaction(&raw).await.unwrap();
        let receipt = sent.get_receipt().await.unwrap();
        assert_eq!(receipt.block_number, Some(nonce + 1), "{command:?}");
    }
    assert!(!exported.exists());
    node.stop();
    let (passed, text) = db("check", &datadir);
    assert!(passed && text.contains("blocks        0 to 8"), "{text}");
}

#[test]
fn a_directory_without_a_database_is_refused_and_stays_empty() {
    let datadir = tempfile::tempdir().unwrap();
    for command in ["check", "stats", "compact"] {
        let (passed, text) = db(command, datadir.path());
        assert!(!passed && text.contains("there is no database"), "{text}");
    }
    assert!(datadir.path().read_dir().unwrap().next().is_none());
}
