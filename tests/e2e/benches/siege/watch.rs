//! How the victim is, second by second.

use crate::field::{Clients, Field, ask_number};
use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};
use tokio::time::{MissedTickBehavior, interval};

/// Bytes of a page of memory, and ticks of processor time in a second. Source: Linux, x86-64 and AArch64
/// with their usual configuration.
const PAGE_BYTES: u64 = 4_096;
const TICKS_PER_SECOND: f64 = 100.0;

const MIB: u64 = 1 << 20;

/// One second.
#[derive(Debug, Clone)]
struct Sample {
    resident_bytes: u64,
    /// Blocks that the honest node has and the victim, the follower, do not.
    victim_behind: u64,
    follower_behind: u64,
    peers: u64,
    answer: Duration,
}

/// What was seen over a time.
#[derive(Debug)]
pub(crate) struct Watch {
    samples: Vec<Sample>,
    /// Processor time of the victim, as a part of one core.
    processor: f64,
    /// Blocks by which the chain of the honest node has grown.
    pub(crate) blocks: u64,
    /// Why an honest node was not treated as one.
    pub(crate) injustices: Vec<String>,
}

impl Watch {
    /// Watches for so long.
    pub(crate) async fn over(field: &Field, time: Duration) -> Self {
        let honest = field.honest_peers();
        let (pid, begin) = (field.victim.pid(), now());
        let (busy, first) = (processor_seconds(pid), head(&field.clients.honest).await);
        let (mut samples, mut injustices) = (Vec::new(), Vec::new());
        let mut turns = interval(Duration::from_secs(1));
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while begin.elapsed() < time {
            turns.tick().await;
            samples.push(Sample::take(&field.clients, pid).await);
            injustices.extend(unjust(&field.clients, &honest, begin.elapsed()).await);
        }
        let processor = (processor_seconds(pid) - busy) / begin.elapsed().as_secs_f64();
        let blocks = head(&field.clients.honest).await - first;
        Self { samples, processor, blocks, injustices }
    }

    /// The most memory that was resident, in MiB.
    pub(crate) fn resident_mib(&self) -> u64 {
        self.samples.iter().map(|sample| sample.resident_bytes).max().unwrap() / MIB
    }

    /// The longest time, in samples of a second, that the follower was more than so many blocks behind.
    pub(crate) fn longest_behind(&self, blocks: u64) -> usize {
        let behind = |sample: &Sample| sample.follower_behind > blocks;
        let mut longest = 0;
        for run in self.samples.chunk_by(|left, right| behind(left) == behind(right)) {
            if run.first().is_some_and(behind) {
                longest = longest.max(run.len());
            }
        }
        longest
    }

    pub(crate) fn print(&self, name: &str) {
        let most = |of: fn(&Sample) -> u64| self.samples.iter().map(of).max().unwrap();
        let mut answers: Vec<_> = self.samples.iter().map(|sample| sample.answer).collect();
        answers.sort_unstable();
        let at = |percent: usize| {
            let index = (answers.len() * percent).div_ceil(100).max(1) - 1;
            answers[index].as_secs_f64() * 1e3
        };
        println!(
            "siege::{name}: {} s, {} blocks; resident {} MiB at first, {} at the end, {} at most; \
             {:.0} % of a core",
            self.samples.len(),
            self.blocks,
            self.samples.first().unwrap().resident_bytes / MIB,
            self.samples.last().unwrap().resident_bytes / MIB,
            self.resident_mib(),
            100.0 * self.processor,
        );
        println!(
            "siege::{name}: blocks behind at most: victim {}, follower {}; eth_blockNumber p50 {:.1} ms, \
             p99 {:.1} ms; {} peers at most",
            most(|sample| sample.victim_behind),
            most(|sample| sample.follower_behind),
            at(50),
            at(99),
            self.samples.iter().map(|sample| sample.peers).max().unwrap(),
        );
    }
}

impl Sample {
    async fn take(clients: &Clients, pid: u32) -> Self {
        let asked = now();
        let victim = head(&clients.victim).await;
        let answer = asked.elapsed();
        // The honest node last: what it has found meanwhile counts against nobody.
        let follower = head(&clients.follower).await;
        let honest = head(&clients.honest).await;
        let peers = ask_number(&clients.victim, "net_peerCount").await;
        Self {
            resident_bytes: resident_bytes(pid),
            victim_behind: honest.saturating_sub(victim),
            follower_behind: honest.saturating_sub(follower),
            peers,
            answer,
        }
    }
}

/// What is wrong with how the victim sees the honest nodes.
async fn unjust(clients: &Clients, honest: &[String], at: Duration) -> Vec<String> {
    let peers = clients.peers().await;
    let by_id: BTreeMap<_, _> =
        peers.iter().map(|peer| (peer["id"].as_str().unwrap(), peer)).collect();
    let complaint = |id: &String| match by_id.get(id.as_str()) {
        None => Some(format!("{id} is not connected after {at:.0?}")),
        Some(peer) => {
            let score = peer["score"].as_f64().unwrap();
            (score < 0.0).then(|| format!("{id} has a score of {score} after {at:.0?}"))
        }
    };
    honest.iter().filter_map(complaint).collect()
}

async fn head(client: &hanzo_e2e::Client) -> u64 {
    ask_number(client, "eth_blockNumber").await
}

fn resident_bytes(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap();
    let pages: u64 = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * PAGE_BYTES
}

/// User and system time.
fn processor_seconds(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name of the program may have spaces.
    let (_, rest) = text.rsplit_once(") ").unwrap();
    let ticks = rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap());
    ticks.sum::<f64>() / TICKS_PER_SECOND
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn now() -> Instant {
    Instant::now()
}
