//! Repository tasks: `cargo xtask genesis [--check]` and `cargo xtask arrows`.

mod arrows;
mod genesis;
mod modules;

use clap::{Parser, Subcommand};

/// Repository tasks.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Writes the genesis files; with --check, fails if the committed ones differ.
    Genesis {
        /// Compares instead of writing.
        #[arg(long)]
        check: bool,
    },
    /// Fails if a crate depends on one it must not know, or a source file belongs to no module.
    Arrows,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().task {
        Task::Genesis { check: true } => genesis::check(),
        Task::Genesis { check: false } => genesis::write(),
        Task::Arrows => arrows::check().and_then(|()| modules::check()),
    }
}
