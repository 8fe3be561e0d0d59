//! `hanzo export`.

use super::{node_args::ChainArgs, output::print};
use crate::{ExportRange, NodeError, export_blocks};
use clap::Args;
use std::path::PathBuf;

/// Writes canonical blocks to a file of concatenated RLP, as geth and reth read it.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    chain: ChainArgs,
    /// The file; it must not exist.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Number of the first block. Every chain has its own block 0, so that 1 is where a file starts.
    #[arg(value_name = "FROM", default_value_t = 1)]
    first: u64,
    /// Number of the last block [default: the head].
    #[arg(value_name = "TO")]
    last: Option<u64>,
}

impl ExportArgs {
    pub(crate) fn run(self) -> Result<(), NodeError> {
        let config = self.chain.into_config()?;
        config.validate()?;
        let range = ExportRange { first: self.first, last: self.last };
        let count = export_blocks(&config, &self.file, range)?;
        print(&format!("blocks        {count}"))
    }
}
