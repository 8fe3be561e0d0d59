//! Writes this repository's own fixtures, or checks that they are what it would write.

use clap::Parser;
use hanzo_conformance::generator;
use std::{io, path::PathBuf, process::ExitCode};

/// Where the fixtures are.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

/// Writes this repository's own fixtures.
#[derive(Debug, Parser)]
struct Cli {
    /// Compares instead of writing, and fails if anything differs.
    #[arg(long)]
    check: bool,
    /// The directory to write to.
    #[arg(long, default_value = FIXTURES)]
    directory: PathBuf,
}

fn main() -> io::Result<ExitCode> {
    let cli = Cli::parse();
    if cli.check {
        let different = generator::differences(&cli.directory)?;
        for name in &different {
            eprintln!("{name} is not what the generator writes");
        }
        return Ok(if different.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let count = generator::write_all(&cli.directory)?;
    println!("{count} fixtures in {}", cli.directory.display());
    Ok(ExitCode::SUCCESS)
}
