//! One node and two miners of different rates, on loopback, on the chain of `genesis/cluster.json`:
//! `make bench BENCH=net`. Release builds of the node and the miner have to be there.
//!
//! ```text
//!  warm-up ─▶ measured blocks: pace, difficulty, shares, rewards, delay of work
//!          ─▶ more blocks with 64 coinbases ─▶ an idle dev node: delay of work alone
//! ```
//!
//! It prints everything before it judges. `HANZO_BENCH_BLOCKS` sets how many blocks are measured; two
//! thirds as many come before.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark: a failure here ends it"
)]

mod chain_record;
mod competitor;
mod idle_node;
mod listeners;
mod share;
mod work_delays;

use alloy_primitives::Address;
use chain_record::{ChainRecord, Pace};
use competitor::Competitor;
use hanzo_e2e::{NodeCommand, NodeProcess, client};
use listeners::Listeners;
use share::Share;
use std::{env, path::PathBuf};

/// Blocks that are measured. Source: the standard error of their mean is 6 % of the target if their
/// intervals are independent, which they are not: a slow one lowers the difficulty.
const MEASURED: u64 = 300;

/// Coinbases that a node works for at a time. Source: decision D-37.
const MOST_COINBASES: u64 = 64;

/// How far the mean interval may be from the target.
const PACE_TOLERANCE: f64 = 0.10;

/// Standard deviations that a share may be from the expected one. Source: decision D-42.
const DEVIATIONS: f64 = 3.0;

fn main() {
    let measured = env::var("HANZO_BENCH_BLOCKS")
        .map_or(MEASURED, |blocks| blocks.parse().unwrap_or_else(|_| panic!("{blocks:?} blocks")));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (pace, share) = two_miners(measured).await;
        idle_node::run().await;
        assert!(pace.deviation().abs() <= PACE_TOLERANCE, "the pace is off: {pace}");
        assert!(share.deviations().abs() <= DEVIATIONS, "the shares are off: {share}");
    });
}

/// Where the chain's genesis is.
fn genesis() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../genesis/cluster.json")
}

async fn two_miners(measured: u64) -> (Pace, Share) {
    let datadir = tempfile::tempdir().unwrap();
    let command = NodeCommand::new(datadir.path()).chain(&genesis());
    let node = command.flags(&["--no-mine"]).start();
    let miners = [
        Competitor::start(&node, ("fast", Address::repeat_byte(0xfa)), &[]),
        Competitor::start(&node, ("slow", Address::repeat_byte(0x51)), &["--kernel", "portable"]),
    ];
    let warm_up = measured * 2 / 3;
    let end = warm_up + measured;
    let mut listeners = Listeners::open(&node.ws_url(), &[miners[0].coinbase()]).await;
    listeners.until(warm_up).await;
    let before = miners.each_ref().map(Competitor::macs);
    listeners.forget();
    listeners.until(end).await;
    let after = miners.each_ref().map(Competitor::macs);
    println!("net::work_delay/subscribers=1 miners=2: {}", listeners.delays());
    drop(listeners);
    many_coinbases(&node, measured.div_ceil(5)).await;

    let record = ChainRecord::read(&client(node.url()), &genesis(), end).await;
    let pace = record.pace(warm_up..end);
    println!("net::pace/blocks={measured}: {pace}");
    println!("net::difficulty/blocks={end}: {}", record.check_difficulties());
    let macs = [after[0] - before[0], after[1] - before[1]];
    let share = Share {
        macs,
        blocks: miners.each_ref().map(|miner| record.blocks_of(miner.coinbase(), warm_up..end)),
    };
    println!("net::share: {share}");
    for miner in &miners {
        let reward = record.reward_of(&client(node.url()), miner.coinbase(), warm_up..end).await;
        println!("net::reward/miner={}: {reward} AI; {}", miner.name(), miner.seals());
    }
    for miner in miners {
        miner.stop();
    }
    node.stop();
    (pace, share)
}

/// As many coinbases as a node works for, while both miners search.
async fn many_coinbases(node: &NodeProcess, heads: u64) {
    let mut listeners = Listeners::open(&node.ws_url(), &coinbases(MOST_COINBASES)).await;
    listeners.heads(heads).await;
    println!("net::work_delay/subscribers={MOST_COINBASES} miners=2: {}", listeners.delays());
}

/// So many coinbases, those of the two miners first.
fn coinbases(count: u64) -> Vec<Address> {
    let miners = [Address::repeat_byte(0xfa), Address::repeat_byte(0x51)];
    let others =
        (0..count).map(|index| Address::left_padding_from(&(1 << 32 | index).to_be_bytes()));
    miners.into_iter().chain(others).take(usize::try_from(count).unwrap()).collect()
}
