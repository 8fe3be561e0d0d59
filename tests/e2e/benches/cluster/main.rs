//! Five nodes and three miners on loopback, on the chain of `genesis/cluster.json`: `make bench
//! BENCH=cluster`. Release builds of the node and the miner have to be there.
//!
//! ```text
//!  miner ─▶ node 0 ── node 1 ── node 2 ── node 3 ── node 4 ◀─ miner      heads of every node ─▶ Record
//!                                 ▲ miner                                 work of every miner ─▶
//! ```
//!
//! Each node names the one before it; discovery does the rest. It prints how long blocks take to
//! everybody, and compares the blocks that were lost with what follows from that delay (docs/proof-of-
//! compute.md §10). `HANZO_BENCH_BLOCKS` sets how many blocks are measured; half as many come before.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark: a failure ends it")]

mod news;
mod record;
mod stale;

use alloy_primitives::Address;
use alloy_provider::Provider as _;
use hanzo_e2e::{MinerProcess, NodeCommand, NodeProcess, client};
use news::Listeners;
use stale::StaleBlocks;
use std::{env, path::PathBuf};

const NODES: usize = 5;

/// The nodes that miners work for.
const MINING: [usize; 3] = [0, 2, 4];

const BLOCKS: u64 = 200;

/// Standard deviations that the lost blocks may be from the expected ones.
const DEVIATIONS: f64 = 3.0;

fn main() {
    let blocks = env::var("HANZO_BENCH_BLOCKS").map_or(BLOCKS, |text| text.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let stale = runtime.block_on(measure(blocks));
    assert!(stale.deviations().abs() <= DEVIATIONS, "the lost blocks are off: {stale}");
}

/// Paid for blocks of the miner of a node.
fn coinbase(node: usize) -> Address {
    Address::repeat_byte(0xa0 + u8::try_from(node).unwrap())
}

async fn measure(blocks: u64) -> StaleBlocks {
    let folder = tempfile::tempdir().unwrap();
    let genesis = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../genesis/cluster.json");
    let mut nodes: Vec<NodeProcess> = Vec::new();
    for node in 0..NODES {
        let command = NodeCommand::new(&folder.path().join(format!("node{node}"))).chain(&genesis);
        let command = match nodes.last() {
            Some(before) => command.flags(&["--bootnodes", before.multiaddr()]),
            None => command,
        };
        nodes.push(command.flags(&["--no-mine"]).start());
    }
    let mut listeners = Listeners::open(&nodes, &MINING).await;
    let flags = ["--metrics", "127.0.0.1:0"];
    let start = |node: &usize| MinerProcess::start(&nodes[*node].ws_url(), coinbase(*node), &flags);
    let miners: Vec<_> = MINING.iter().map(start).collect();

    let warm_up = blocks / 2;
    listeners.until(warm_up).await;
    let (found_before, start) = (found(&miners), listeners.forget());
    listeners.until(warm_up + blocks).await;
    let (found_after, record) = (found(&miners), listeners.forget());
    for miner in miners {
        let (status, log) = miner.stop();
        assert!(status.success(), "{log}");
    }
    assert_one_head(&nodes).await;

    println!("cluster::propagation/nodes={NODES} miners={}: {}", MINING.len(), record.spread());
    println!("cluster::work_elsewhere: {}", record.delay());
    let stale = StaleBlocks {
        found: found_after - found_before,
        lengthened: record.highest() - start.highest(),
        delay: record.delay().mean(),
        interval: record.interval(),
        miners: MINING.len(),
    };
    println!("cluster::stale: {stale}");
    for node in nodes {
        node.stop();
    }
    stale
}

/// Seals that the miners have found so far.
fn found(miners: &[MinerProcess]) -> u64 {
    let found = |miner: &MinerProcess| {
        hanzo_e2e::Scrape::read(miner.metrics_url()).value("hanzo_miner_found_seals_total")
    };
    let sum: f64 = miners.iter().map(found).sum();
    format!("{sum:.0}").parse().unwrap()
}

/// Waits until all nodes have the same head, with nobody mining.
async fn assert_one_head(nodes: &[NodeProcess]) {
    let clients: Vec<_> = nodes.iter().map(|node| client(node.url())).collect();
    loop {
        let mut heads = Vec::new();
        for client in &clients {
            let head = client.get_block_by_number(Default::default()).await.unwrap().unwrap();
            heads.push((head.header.number, head.header.hash));
        }
        if heads.iter().all(|head| *head == heads[0]) {
            println!(
                "cluster: {} nodes, one head: block {} {}",
                heads.len(),
                heads[0].0,
                heads[0].1
            );
            return;
        }
    }
}
