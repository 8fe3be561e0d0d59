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
//! Invariant: an accepted transaction that no block includes is an error, never a statistic.

mod accounts;
mod args;
mod block_follower;
mod chain_facts;
mod clock;
mod fees;
mod http_connection;
mod node_client;
mod payout;
mod percentiles;
mod process_watch;
mod report;
mod submission;
mod tracker;
mod transfers;
mod workload;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match transfers::run(&args::Args::parse()) {
        Ok(report) => {
            println!("{report}");
            if report.lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
