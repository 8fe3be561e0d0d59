//! A network that falls apart and is joined again while everybody mines, on the chain of
//! `genesis/cluster.json`: `make bench BENCH=heal`. Release builds of the node and the miner have to be there.
//!
//! ```text
//!  left 0 ── left 1   two threads  ─╮ cut ╭─  one thread   right 0 ── right 1
//!                       50 blocks   │     │   50 blocks, other transactions
//!                                   ╰─join╯─▶ one head; the lighter half's transactions are mined again
//! ```
//!
//! The cut is `admin_removePeer` on both sides, the join is one `admin_addPeer`. `HANZO_BENCH_BLOCKS` sets
//! how many blocks each half mines alone.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark: a failure ends it")]

mod half;

use alloy_primitives::{Address, B256};
use alloy_provider::Provider as _;
use half::Half;
use hanzo_e2e::{Client, NodeCommand, NodeProcess};
use hanzo_types::ChainSpec;
use serde_json::{Value, json};
use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

const BLOCKS: u64 = 50;

/// What a network that was joined has for one head, or three blocks if these take longer.
const TIME: Duration = Duration::from_secs(10);

const MOST_BLOCKS: u64 = 3;

fn main() {
    let blocks = env::var("HANZO_BENCH_BLOCKS").map_or(BLOCKS, |text| text.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure(blocks));
}

async fn measure(blocks: u64) {
    let folder = tempfile::tempdir().unwrap();
    let genesis = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../genesis/cluster.json");
    let spec = ChainSpec::from_genesis_json(&fs::read(&genesis).unwrap()).unwrap();
    let mut nodes: Vec<NodeProcess> = Vec::new();
    for name in ["left0", "left1", "right0", "right1"] {
        let bootnodes: Vec<_> = nodes.iter().map(|node| node.multiaddr()).collect();
        nodes.push(start(&folder.path().join(name), &genesis, &bootnodes.join(",")));
    }
    let right = nodes.split_off(2);
    let left = Half::new("left", nodes, ("2", Address::repeat_byte(0x1e)));
    let right = Half::new("right", right, ("1", Address::repeat_byte(0x21)));
    left.until(5).await;
    right.until(5).await;

    left.leave(&right).await;
    right.leave(&left).await;
    let cut = left.head().await.max(right.head().await);
    let ours = left.send_transactions(&spec, 0..5).await;
    let theirs = right.send_transactions(&spec, 5..10).await;
    left.until(cut + blocks).await;
    right.until(cut + blocks).await;
    left.assert_mined(&ours).await;
    right.assert_mined(&theirs).await;
    let [left_alone, right_alone] = [left.head().await - cut, right.head().await - cut];
    assert_ne!(left.hash_of(cut + 2).await, right.hash_of(cut + 2).await, "there was no cut");

    let joined = now();
    let height = left.head().await.max(right.head().await);
    left.join(&right).await;
    let everybody: Vec<&Client> = left.clients().chain(right.clients()).collect();
    until(async || one_hash(&everybody, height).await).await;
    let (took, reached) = (joined.elapsed(), left.head().await);
    println!(
        "heal: {left_alone} and {right_alone} blocks apart; one head {:.2} s and {} blocks after the join",
        took.as_secs_f64(),
        reached - height
    );
    let again: Vec<B256> = ours.into_iter().chain(theirs).collect();
    until(async || all_mined(&everybody, &again).await).await;
    println!(
        "heal: all {} transactions of both halves are on the chain of every node after {:.2} s",
        again.len(),
        joined.elapsed().as_secs_f64()
    );
    left.stop();
    right.stop();
    assert!(took <= TIME || reached - height <= MOST_BLOCKS, "it took too long");
}

fn start(datadir: &Path, genesis: &Path, bootnodes: &str) -> NodeProcess {
    let command = NodeCommand::new(datadir).chain(genesis).flags(&["--no-mine"]);
    if bootnodes.is_empty() {
        return command.start();
    }
    command.flags(&["--bootnodes", bootnodes]).start()
}

/// Whether all have the same block at this height.
async fn one_hash(clients: &[&Client], height: u64) -> bool {
    let mut hashes = Vec::new();
    for client in clients {
        hashes.push(hash_of(client, height).await);
    }
    hashes[0].is_some() && hashes.iter().all(|hash| *hash == hashes[0])
}

/// Whether all transactions are in the same blocks of all nodes.
async fn all_mined(clients: &[&Client], transactions: &[B256]) -> bool {
    for transaction in transactions {
        let mut blocks = Vec::new();
        for client in clients {
            let receipt = client.get_transaction_receipt(*transaction).await.unwrap();
            blocks.push(receipt.and_then(|receipt| receipt.block_hash));
        }
        if blocks[0].is_none() || blocks.iter().any(|block| *block != blocks[0]) {
            return false;
        }
    }
    true
}

async fn hash_of(client: &Client, number: u64) -> Option<B256> {
    let block = client.get_block_by_number(number.into()).await.unwrap()?;
    Some(block.header.hash)
}

async fn ask(client: &Client, method: &'static str, parameters: Value) -> Value {
    client.raw_request(method.into(), parameters).await.unwrap()
}

/// The peer's part of its address.
fn id_of(multiaddr: &str) -> Value {
    json!([multiaddr.rsplit('/').next().unwrap()])
}

/// Asks every fiftieth of a second.
async fn until(holds: impl AsyncFn() -> bool) {
    while !holds().await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn now() -> Instant {
    Instant::now()
}
