//! Load on any Ethereum node, and what it makes of it.
//!
//! Everything is signed before the clock starts, so that the program itself takes little of a
//! machine that it shares with the node: a connection is a thread that writes bytes which are ready
//! and reads the answer.
//!
//! ```text
//!  Accounts ─▶ Payout (few transactions pay all) ─▶ Workload (signed, encoded)
//!                                                      │ one lane per connection
//!            node ◀── HTTP/1.1 ── submission threads ◀─┘
//!              └───── blocks ───▶ BlockFollower ─▶ Tracker ─▶ Report
//!  ProcessWatch reads /proc/PID meanwhile
//! ```
//!
//! Invariant: an accepted transaction that no block includes is an error, never a statistic; so is
//! a token transfer that fails, and a token balance that is not what the transfers made of it.

mod accounts;
mod args;
mod block_follower;
mod block_log;
mod chain_facts;
mod clock;
mod erc20;
mod fees;
mod flood;
mod flood_client;
mod full_blocks;
mod http_connection;
mod node_client;
mod payout;
mod percentiles;
mod process_watch;
mod report;
mod submission;
mod subscriber;
mod token;
mod tracker;
mod transfers;
mod workload;

use anyhow::bail;
use args::{Args, Scenario};
use clap::Parser as _;
use report::Report;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    match args.scenario {
        Scenario::Transfers => print(&transfers::run(args)?)?,
        Scenario::Erc20 => print(&erc20::run(args)?)?,
        Scenario::FullBlocks => println!("{}", full_blocks::run(args)?),
        Scenario::Flood => flood::run(args)?,
    }
    Ok(())
}

/// Prints the report of a run that must not have lost anything.
fn print(report: &Report) -> anyhow::Result<()> {
    println!("{report}");
    if report.lost > 0 {
        bail!("{} accepted transactions are in no block", report.lost);
    }
    Ok(())
}
