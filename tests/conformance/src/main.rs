//! Runs Ethereum fixtures through the import of this node.

use clap::Parser as _;
use hanzo_conformance::{Cli, keep_panics_for_the_report};
use std::{io, process::ExitCode};

/// Exit status if there are no results at all, as for a wrong command line.
const NO_RESULTS: u8 = 2;

fn main() -> ExitCode {
    keep_panics_for_the_report();
    match Cli::parse().execute(&mut io::stdout().lock()) {
        Ok(conclusion) => ExitCode::from(conclusion.exit_status()),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(NO_RESULTS)
        }
    }
}
