//! Long runs, which continuous integration leaves out: `make soak`.

use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::Address;
use alloy_provider::{Provider as _, ProviderBuilder, WsConnect};
use hanzo_e2e::{NodeProcess, client};
use hanzo_testkit::{Signer, dev_spec};
use std::{fs, path::Path};
use tokio::task::JoinSet;

/// Dev accounts that send at the same time, each over a connection of its own.
const SENDERS: u32 = 20;

/// Transactions of each sender until the write buffers (128 MiB) have been full once.
const WARM_UP: u64 = 5_000;

/// Transactions of each sender in all: 100 000 together after the warm-up.
const TOTAL: u64 = 10_000;

/// KiB that the process may grow after the warm-up: one write buffer more or less, which RocksDB
/// fills and empties. It is 670 bytes for each transaction, less than one leaves behind anywhere.
const ALLOWED_GROWTH_KIB: u64 = 64 * 1024;

/// Resident memory of a process, in KiB.
fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn bytes_below(path: &Path) -> u64 {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    let size = |entry: fs::DirEntry| {
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() { bytes_below(&entry.path()) } else { metadata.len() }
    };
    entries.map(size).sum()
}

async fn send(url: String, sender: Signer, nonces: std::ops::Range<u64>) {
    let socket = ProviderBuilder::new().connect_ws(WsConnect::new(url)).await.unwrap();
    for nonce in nonces {
        let to = Address::from_word(alloy_primitives::keccak256(nonce.to_be_bytes()));
        let raw = sender.transfer(nonce, to, 1).inner().encoded_2718();
        let _ = socket.send_raw_transaction(&raw).await.unwrap();
    }
}

async fn send_all(node: &NodeProcess, nonces: std::ops::Range<u64>) {
    let spec = dev_spec();
    let mut senders = JoinSet::new();
    for index in 0..SENDERS {
        senders.spawn(send(node.ws_url(), Signer::dev(index, &spec), nonces.clone()));
    }
    senders.join_all().await;
}

/// Complaints 2 to 5: memory and disk grow without bound.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: make soak"]
async fn memory_stays_flat_over_a_hundred_thousand_transactions() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    send_all(&node, 0..WARM_UP).await;
    let warm = resident_kib(node.pid());
    send_all(&node, WARM_UP..TOTAL).await;
    let end = resident_kib(node.pid());
    let blocks = client(node.url()).get_block_number().await.unwrap();
    println!(
        "{} transactions in {blocks} blocks: {warm} KiB after {}, {end} KiB at the end, \
         {} bytes on disk",
        TOTAL * u64::from(SENDERS),
        WARM_UP * u64::from(SENDERS),
        bytes_below(datadir.path()),
    );
    assert!(end < warm + ALLOWED_GROWTH_KIB, "resident memory went from {warm} to {end} KiB");
    node.stop();
}
