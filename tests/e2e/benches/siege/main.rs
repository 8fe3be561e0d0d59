//! A node under siege: `make siege`, or `make bench BENCH=siege`. Release builds of the node and the miner
//! have to be there.
//!
//! ```text
//!  miner ─▶ honest node ══▶ victim ◀══ follower ◀─ honest transactions
//!                             ▲
//!             strangers of twenty kinds, all from one address
//! ```
//!
//! Blocks and transactions go between the honest node and the follower through the victim alone. It is
//! watched for a minute in peace and for `HANZO_BENCH_MINUTES` (10, and no less unless
//! `HANZO_BENCH_KINDS` chooses attackers) under siege, and the log of the victim
//! says what it made of every attacker.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark: a failure ends it")]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "events of libp2p, most of which say nothing here"
)]

mod attacks;
mod field;
mod frame;
mod judgement;
mod line;
mod tally;
mod target;
mod traffic;
mod verdicts;
mod watch;

use attacks::{Kind, Means, withhold_bodies};
use field::Field;
use judgement::Judgement;
use std::{env, fs, path::Path, sync::Arc, time::Duration};
use tally::{Identities, Tally};
use tokio::task::JoinSet;
use traffic::Traffic;
use verdicts::VictimLog;
use watch::Watch;

/// The chain has to be so long that answers nobody reads become a flood.
const MINUTES: u64 = 10;

const PEACE: Duration = Duration::from_secs(60);

/// How long transactions may take that were sent at the end.
const LAST_TRANSACTIONS: Duration = Duration::from_secs(60);

/// Keeps the log of a node in the folder that `HANZO_BENCH_LOGS` names.
fn keep(node: &str, log: &str) {
    if let Some(folder) = env::var_os("HANZO_BENCH_LOGS") {
        fs::write(Path::new(&folder).join(format!("{node}.log")), log).unwrap();
    }
}

fn main() {
    let minutes = env::var("HANZO_BENCH_MINUTES").map_or(MINUTES, |text| text.parse().unwrap());
    let whole = env::var_os("HANZO_BENCH_KINDS").is_none();
    assert!(
        minutes >= MINUTES || !whole,
        "HANZO_BENCH_MINUTES={minutes}: a siege by all kinds takes {MINUTES} at least"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let judgement = runtime.block_on(siege(Duration::from_secs(60 * minutes)));
    assert!(judgement.faults.is_empty(), "{}", judgement.faults.join("\n"));
}

async fn siege(time: Duration) -> Judgement {
    let field = Field::start().await;
    let mut tasks = JoinSet::new();
    let target = field.target(&mut tasks).await;
    let identities = Arc::<Identities>::default();
    let means = |kind: &'static Kind| Means {
        kind,
        target: target.clone(),
        tally: Arc::default(),
        identities: Arc::clone(&identities),
    };
    let withheld = means(&attacks::WITHHELD);
    let asked = withhold_bodies(&withheld).await;
    println!("siege: the victim asked {asked} times for bodies that were withheld");

    let miner = field.mine();
    let mut traffic = Traffic::new(field.clients.clone(), &field.spec);
    traffic.first(&field.spec).await;
    field.settle().await;
    let (peace, mut sent) = tokio::join!(Watch::over(&field, PEACE), traffic.send(PEACE));
    peace.print("peace");

    let mut attackers = JoinSet::new();
    let mut tallies: Vec<(&Kind, Arc<Tally>)> = vec![(&attacks::WITHHELD, withheld.tally)];
    for kind in attacks::chosen() {
        let means = means(kind);
        tallies.push((kind, Arc::clone(&means.tally)));
        for _ in 0..kind.attackers {
            attackers.spawn((kind.start)(means.clone()));
        }
    }
    let (watch, besieged) = tokio::join!(Watch::over(&field, time), traffic.send(time));
    attackers.shutdown().await;
    watch.print("siege");
    sent.extend(besieged);
    let total = sent.len();
    let unmined = traffic.unmined(sent, LAST_TRANSACTIONS).await;
    println!("siege: {} of {total} honest transactions mined", total - unmined);

    let counters = hanzo_e2e::Scrape::read(field.victim.metrics_url().unwrap());
    tasks.shutdown().await;
    let (status, log) = miner.stop();
    assert!(status.success(), "{log}");
    let honest = field.honest_peers();
    field.victim.signal("TERM");
    let ended = field.victim.wait();
    let log = VictimLog::read(&ended.log, &identities.by_text(), &honest);
    let judgement = Judgement::of(&watch, &log, &tallies, (unmined, ended.status));
    judgement::print(&tallies, &log, &counters);
    keep("victim", &ended.log);
    for (name, node) in [("follower", field.follower), ("honest", field.honest)] {
        node.signal("TERM");
        let ended = node.wait();
        keep(name, &ended.log);
        assert!(ended.status.success(), "the {name} ended with {}", ended.status);
    }
    judgement
}
