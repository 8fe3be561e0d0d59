//! The seeds that every change has to pass. `make torture` runs 10 000.

use hanzo_simulator::{Scenario, run_seeds};
use std::num::NonZeroUsize;

/// Seeds in a test, so that a runner of tests has something to spread over its processes.
const SEEDS: u64 = 125;

fn agree(part: u64) {
    // Tests run beside each other already.
    let failed = run_seeds(part * SEEDS..(part + 1) * SEEDS, NonZeroUsize::MIN);
    let texts: Vec<_> = failed.iter().map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}", texts.join("\n"));
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_0_to_124() {
    agree(0);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_125_to_249() {
    agree(1);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_250_to_374() {
    agree(2);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_375_to_499() {
    agree(3);
}

#[test]
fn the_same_seed_gives_the_same_events_and_another_seed_others() {
    let events = Scenario::drawn(1).run();
    assert_eq!(events, Scenario::drawn(1).run());
    assert_ne!(events, Scenario::drawn(2).run());
}
