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
    let commands: [&[&str]; 9] = [
        &["import", file],
        &["export", exported.to_str().unwrap()],
        &["db", "check"],
        &["db", "stats"],
        &["db", "compact"],
        &["db", "prune", "--prune.states", "256"],
        &["db", "unwind", "--to", "0"],
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
    assert!(passed && text.contains("blocks        0 to 9"), "{text}");
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

/// Runs `hanzo db unwind --to <number>` on the dev chain in `datadir`.
fn unwind(number: &str, datadir: &Path) -> (bool, String) {
    let datadir = datadir.to_str().unwrap();
    let output = run_to_end(&["db", "unwind", "--to", number, "--dev", "--datadir", datadir]);
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unwound_node_has_an_earlier_head_and_goes_on_from_there() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client_before = client(node.url());
    let alice = Signer::dev(0, &dev_spec());
    let mut hashes = Vec::new();
    for nonce in 0..40 {
        let raw = alice.transfer(nonce, DEV_ACCOUNTS[1], 1).inner().encoded_2718();
        let sent = client_before.send_raw_transaction(&raw).await.unwrap();
        hashes.push(sent.get_receipt().await.unwrap().block_hash.unwrap());
    }
    // Killed: blocks above the state on disk are executed before the head is moved.
    node.kill();
    let (passed, text) = unwind("41", datadir.path());
    assert!(!passed && text.contains("block 41 is above the head, which is block 40"), "{text}");
    let (passed, text) = unwind("7", datadir.path());
    assert!(passed, "{text}");
    for line in [
        format!("from block    40 ({})", hashes[39]),
        format!("to block      7 ({})", hashes[6]),
        "forgotten     33 blocks".to_owned(),
    ] {
        assert!(text.contains(&line), "{line:?} is not in {text}");
    }
    let (passed, text) = db("check", datadir.path());
    assert!(passed && text.contains("blocks        0 to 7"), "{text}");

    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    assert_eq!(client.get_block_number().await.unwrap(), 7);
    assert!(client.get_block_by_hash(hashes[39]).await.unwrap().is_none());
    assert_eq!(client.get_transaction_count(alice.address()).await.unwrap(), 7);
    let raw = alice.transfer(7, DEV_ACCOUNTS[2], 9).inner().encoded_2718();
    let receipt = client.send_raw_transaction(&raw).await.unwrap().get_receipt().await.unwrap();
    assert_eq!(receipt.block_number, Some(8));
    node.stop();
    let (passed, text) = db("check", datadir.path());
    assert!(passed && text.contains("blocks        0 to 8"), "{text}");
}

#[test]
fn unwinding_needs_a_database_and_makes_none() {
    let datadir = tempfile::tempdir().unwrap();
    let (passed, text) = unwind("0", datadir.path());
    assert!(!passed && text.contains("there is no database"), "{text}");
    assert!(datadir.path().read_dir().unwrap().next().is_none());
}
