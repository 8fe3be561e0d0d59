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

fn main() -> ExitCode {
    let Arguments { first, seeds, threads } = Arguments::parse();
    let threads =
        threads.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let failed = run_seeds(first..first.saturating_add(seeds), threads);
    for failed in &failed {
        eprintln!("{failed}");
    }
    println!("{seeds} seeds from {first} on, {} failed", failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
