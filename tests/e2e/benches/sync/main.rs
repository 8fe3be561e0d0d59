//! Synchronisation of a long chain from a node on loopback beside the import of the same blocks from a
//! file, and with a kill in the middle: `make bench BENCH=sync`. A release build of the node has to be
//! there.
//!
//! ```text
//!  blocks.rlp ─▶ hanzo import ─▶ source ══ loopback ══▶ fresh node, from its start to the last block
//!                                                  ══▶ fresh node, killed half-way and started again
//! ```
//!
//! `HANZO_BENCH_BLOCKS` sets how many blocks there are (20 000).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark: a failure ends it")]

mod chain_file;

use alloy_provider::Provider as _;
use hanzo_e2e::{Client, NodeCommand, NodeProcess, client, quick_cluster, run_to_end};
use hanzo_types::ChainSpec;
use std::{
    env, fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

const BLOCKS: u64 = 20_000;

/// How fast synchronisation has to be, as a part of the speed of the import.
const GOAL: f64 = 0.8;

/// Imports and synchronisations that are measured, one after the other in turns.
const ROUNDS: usize = 3;

fn main() {
    let blocks = env::var("HANZO_BENCH_BLOCKS").map_or(BLOCKS, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let genesis = quick_cluster(folder.path());
    let spec = Arc::new(ChainSpec::from_genesis_json(&fs::read(&genesis).unwrap()).unwrap());
    let file = folder.path().join("blocks.rlp");
    let transactions = chain_file::write(&file, &spec, blocks);
    let bytes = fs::metadata(&file).unwrap().len();
    println!("sync: {blocks} blocks, {transactions} transactions, {bytes} bytes");

    let bench = Bench { folder: folder.path(), genesis: &genesis, blocks };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let ratio = runtime.block_on(async {
        let mut rounds = Vec::new();
        for round in 0..ROUNDS {
            let imported = bench.import(&format!("source{round}"), &file);
            let source = bench.start(&format!("source{round}"), &[]);
            let synced = bench.synchronise(&source, &format!("fresh{round}")).await;
            source.stop();
            println!(
                "sync: import {:.2} s, synchronisation {:.2} s: {:.0} % of its speed",
                imported.as_secs_f64(),
                synced.as_secs_f64(),
                100.0 * imported.as_secs_f64() / synced.as_secs_f64()
            );
            rounds.push((imported, synced));
        }
        bench.synchronise_with_a_kill().await;
        let [imported, synced] = [0, 1].map(|which| {
            let mut times: Vec<_> = rounds.iter().map(|round| [round.0, round.1][which]).collect();
            times.sort_unstable();
            times[ROUNDS / 2].as_secs_f64()
        });
        println!(
            "sync::from_zero/blocks={blocks}: {:.0} blocks/s, import {:.0} blocks/s: {:.0} %",
            bench.rate(synced),
            bench.rate(imported),
            100.0 * imported / synced
        );
        imported / synced
    });
    assert!(ratio >= GOAL, "{:.0} % of the speed of the import", 100.0 * ratio);
}

struct Bench<'a> {
    folder: &'a Path,
    genesis: &'a Path,
    blocks: u64,
}

impl Bench<'_> {
    fn rate(&self, seconds: f64) -> f64 {
        f64::from(u32::try_from(self.blocks).unwrap()) / seconds
    }

    fn start(&self, name: &str, flags: &[&str]) -> NodeProcess {
        NodeCommand::new(&self.folder.join(name)).chain(self.genesis).flags(flags).start()
    }

    /// How long the import of the file takes, from the start of the process to its end.
    fn import(&self, name: &str, file: &Path) -> Duration {
        let start = now();
        let datadir = self.folder.join(name);
        let [genesis, datadir, file] =
            [self.genesis, &datadir, file].map(|path| path.to_str().unwrap());
        let ended = run_to_end(&["import", "--chain", genesis, "--datadir", datadir, file]);
        let took = start.elapsed();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        took
    }

    /// How long a node that has nothing takes, from the start of the process until it serves the last
    /// block.
    async fn synchronise(&self, source: &NodeProcess, name: &str) -> Duration {
        let start = now();
        let node = self.start(name, &["--bootnodes", source.multiaddr()]);
        reach(&client(node.url()), self.blocks).await;
        let took = start.elapsed();
        assert_same_head(&client(node.url()), &client(source.url()), self.blocks).await;
        node.stop();
        took
    }

    /// The same with a kill half-way.
    async fn synchronise_with_a_kill(&self) {
        let source = self.start("source0", &[]);
        let start = now();
        let node = self.start("killed", &["--bootnodes", source.multiaddr()]);
        reach(&client(node.url()), self.blocks / 2).await;
        let _ = node.kill();
        let killed = start.elapsed();
        let node = self.start("killed", &["--bootnodes", source.multiaddr()]);
        let rpc = client(node.url());
        let kept = rpc.get_block_number().await.unwrap();
        reach(&rpc, self.blocks).await;
        println!(
            "sync::killed_in_the_middle: {:.2} s until the kill, at least block {kept} kept, {:.2} s in all",
            killed.as_secs_f64(),
            start.elapsed().as_secs_f64()
        );
        assert_same_head(&rpc, &client(source.url()), self.blocks).await;
        node.stop();
        source.stop();
    }
}

/// Asks until the head has this number. Every question is a request, which paces it.
async fn reach(client: &Client, number: u64) {
    while client.get_block_number().await.unwrap() < number {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn assert_same_head(left: &Client, right: &Client, number: u64) {
    let hash = async |client: &Client| {
        client.get_block_by_number(number.into()).await.unwrap().unwrap().header.hash
    };
    assert_eq!(hash(left).await, hash(right).await);
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn now() -> Instant {
    Instant::now()
}
