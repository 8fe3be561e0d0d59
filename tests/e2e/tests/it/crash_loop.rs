//! Crashing the node again and again, on a database that grows.
//!
//! A round: senders stream transfers and remember every receipt they see; at a moment that a seed
//! chooses, counted in answers and not in time, something strikes. Then the closed database has to
//! pass `hanzo db check`, which rebuilds the state root, and the node that opens it next has to have
//! every receipt that was seen, in the same blocks.

mod fault;
mod ledger;
mod round;

use fault::{Disks, Fault};
use hanzo_e2e::Random;
use round::CrashLoop;

/// Names the seed of the first round; the following rounds have the following seeds.
const SEED: &str = "HANZO_CRASH_SEED";

/// Names the number of rounds.
const ROUNDS: &str = "HANZO_CRASH_ROUNDS";

fn from_environment(name: &str, default: u64) -> u64 {
    let Ok(text) = std::env::var(name) else { return default };
    text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`, which is no number"))
}

/// Goes through `rounds` rounds, and through one with no fault at the end.
async fn crash(rounds: u64) {
    let (first, rounds) = (from_environment(SEED, 0), from_environment(ROUNDS, rounds));
    let disks = Disks::prepare();
    let mut crashes = CrashLoop::on(disks);
    for seed in first..first + rounds {
        let mut random = Random::new(seed);
        let fault = Fault::choose(seed, crashes.disks());
        println!("round of {SEED}={seed}: {fault}");
        let seen = crashes.round(fault, &mut random).await;
        println!("  {seen} receipts seen, {} in all, head {}", crashes.receipts(), crashes.head());
    }
    crashes.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_seen_is_lost_and_every_database_passes_the_check_after_ten_faults() {
    crash(10).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: make torture"]
async fn nothing_seen_is_lost_and_every_database_passes_the_check_after_two_hundred_faults() {
    crash(200).await;
}
