//! The command line.

mod db;
mod export;
mod import;
mod init;
mod metrics_args;
mod network_args;
mod node_args;
mod output;
mod reorg_args;

use crate::{NodeConfig, NodeError, logging, open_files};
use clap::{Parser, Subcommand};
use db::DbArgs;
use export::ExportArgs;
use import::ImportArgs;
use init::InitArgs;
pub use logging::LogFormat;
use node_args::NodeArgs;

/// The Hanzo L2 node: an Ethereum-compatible chain whose blocks are sealed by AI compute.
#[derive(Debug, Parser)]
#[command(name = "hanzo", version, propagate_version = true)]
pub struct Cli {
    /// How log lines look.
    #[arg(long = "log.format", value_enum, default_value = "human", global = true)]
    log_format: LogFormat,
    /// Which events are logged, in the syntax of RUST_LOG, e.g. `info,miner=debug`.
    #[arg(long = "log.filter", global = true)]
    log_filter: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a node.
    Node(Box<NodeArgs>),
    /// Creates a data directory with the genesis block of a chain.
    Init(InitArgs),
    /// Imports files of blocks into the chain of a node that is not running.
    Import(ImportArgs),
    /// Writes blocks of a node that is not running to a file.
    Export(ExportArgs),
    /// Looks at the database of a node that is not running.
    Db(DbArgs),
}

/// Takes over what was given.
fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

impl Cli {
    /// What the command line, and the file that it names, tell a node; nothing if it is for something
    /// else than running one.
    ///
    /// # Errors
    /// [`NodeError`] that names what makes no sense.
    pub fn into_node_config(self) -> Result<Option<NodeConfig>, NodeError> {
        match self.command {
            Command::Node(args) => args.into_config().map(Some),
            Command::Init(_) | Command::Import(_) | Command::Export(_) | Command::Db(_) => Ok(None),
        }
    }

    /// Runs the command that was given.
    ///
    /// # Errors
    /// [`NodeError`] with the cause, for the last line the user sees.
    pub fn run(self) -> Result<(), NodeError> {
        logging::start(self.log_format, self.log_filter.as_deref()).map_err(NodeError::Config)?;
        open_files::raise_limit();
        match self.command {
            Command::Node(args) => args.run(),
            Command::Init(args) => args.run(),
            Command::Import(args) => args.run(),
            Command::Export(args) => args.run(),
            Command::Db(args) => args.run(),
        }
    }
}
