//! The Hanzo L2 miner.

use clap::Parser as _;
use hanzo_miner::Cli;
use std::{
    io::{Write as _, stderr},
    process::ExitCode,
};

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody can be told, the exit status still says it.
            let _ = writeln!(stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
