//! The seeds that every change has to pass. `make torture` runs 10 000.

use hanzo_simulator::{Scenario, run_seeds};
use std::num::NonZeroUsize;

/// Seeds in a test, so that a runner of tests has something to spread over its processes, and each is over long
/// before it counts as one that hangs.
const SEEDS: u64 = 50;

fn agree(part: u64) {
    // Tests run beside each other already.
    let failed = run_seeds(part * SEEDS..(part + 1) * SEEDS, NonZeroUsize::MIN);
    let texts: Vec<_> = failed.iter().map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}", texts.join("\n"));
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_0_to_49() {
    agree(0);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_50_to_99() {
    agree(1);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_100_to_149() {
    agree(2);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_150_to_199() {
    agree(3);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_200_to_249() {
    agree(4);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_250_to_299() {
    agree(5);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_300_to_349() {
    agree(6);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_350_to_399() {
    agree(7);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_400_to_449() {
    agree(8);
}

#[test]
fn honest_nodes_agree_on_the_heaviest_chain_seeds_450_to_499() {
    agree(9);
}

#[test]
fn the_same_seed_gives_the_same_events_and_another_seed_others() {
    let events = Scenario::drawn(1).run();
    assert_eq!(events, Scenario::drawn(1).run());
    assert_ne!(events, Scenario::drawn(2).run());
}
