//! `hanzo import`.

use super::{node_args::ChainArgs, output::print};
use crate::{
    NodeError, import_files,
    progress::{now, rate},
};
use clap::Args;
use std::path::PathBuf;

/// Imports files of concatenated RLP blocks, as `hanzo export`, geth and reth write them.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    chain: ChainArgs,
    /// The files, in the order of their blocks. Blocks that are known are skipped.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl ImportArgs {
    pub(crate) fn run(self) -> Result<(), NodeError> {
        let config = self.chain.into_config()?;
        config.validate()?;
        let started = now();
        let summary = import_files(&config, &self.files)?;
        let elapsed = now().duration_since(started);
        let times = summary.times;
        let text = format!(
            "blocks        {} ({} known before)\ntransactions  {}\ngas           {}\n\
             head          {}\nseconds       {:.3}\ntx/s          {}\n\
             stages, each beside the others:\n  recovery    {:.3} s\n  execution   {:.3} s\n  \
             root        {:.3} s\n  commit      {:.3} s\n  waiting     {:.3} s (of execution)",
            summary.blocks,
            summary.known,
            summary.transactions,
            summary.gas,
            summary.head,
            elapsed.as_secs_f64(),
            rate(summary.transactions, elapsed),
            times.recovery.as_secs_f64(),
            times.execution.as_secs_f64(),
            times.root.as_secs_f64(),
            times.commit.as_secs_f64(),
            times.waiting.as_secs_f64(),
        );
        print(&text)
    }
}
