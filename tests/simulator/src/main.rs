//! `hanzo-simulator`: runs seeds and says which of them fail.

use clap::Parser;
use hanzo_simulator::run_seeds;
use std::{num::NonZeroUsize, process::ExitCode, thread};

/// Runs networks of simulated nodes, one for each seed, and says which of them break a rule.
#[derive(Debug, Parser)]
struct Arguments {
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// How many seeds.
    #[arg(long, default_value_t = 500)]
    seeds: u64,
    /// How many at once; as many as there are processors unless it is given.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
}

/// Seeds after which it is said how far it has come.
const PIECE: usize = 500;

fn main() -> ExitCode {
    let Arguments { first, seeds, threads } = Arguments::parse();
    let threads =
        threads.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let end = first.saturating_add(seeds);
    let mut failures = 0;
    for start in (first..end).step_by(PIECE) {
        let stop = start.saturating_add(PIECE as u64).min(end);
        let failed = run_seeds(start..stop, threads);
        for failed in &failed {
            eprintln!("{failed}");
        }
        failures += failed.len();
        println!("{} of {seeds} seeds from {first} on, {failures} failed", stop - first);
    }
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
