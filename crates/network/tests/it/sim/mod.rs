//! Many nodes in one thread and in virtual time: the real core, chain and pool; links that delay and
//! lose, partitions, restarts, and nodes that lie. Everything follows from a seed.

mod faults;
mod node;
mod queue;
mod scenario;
mod sim_network;

use scenario::Scenario;

/// Runs that `make test` makes. `make torture` asks for more.
const DEFAULT_SEEDS: u64 = 24;

fn seeds() -> std::ops::Range<u64> {
    let count = std::env::var("HANZO_SIM_SEEDS").ok().and_then(|text| text.parse().ok());
    let first = std::env::var("HANZO_SIM_FIRST").ok().and_then(|text| text.parse().ok());
    let (first, count) = (first.unwrap_or(0), count.unwrap_or(DEFAULT_SEEDS));
    first..first + count
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_whatever_the_links_and_the_liars_do() {
    for seed in seeds() {
        Scenario::drawn(seed).run();
    }
}

#[test]
fn the_same_seed_gives_the_same_events() {
    let seed = seeds().start;
    assert_eq!(Scenario::drawn(seed).run(), Scenario::drawn(seed).run());
}
