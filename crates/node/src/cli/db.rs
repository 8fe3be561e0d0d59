//! `hanzo db`.

use super::node_args::ChainArgs;
use crate::{ClosedDatabase, NodeError};
use alloy_primitives::utils::format_ether;
use clap::{Args, Subcommand};
use std::io::Write as _;

/// Blocks between two lines of progress.
const PROGRESS_BLOCKS: u64 = 10_000;

/// Looks at the database of a node that is not running.
#[derive(Debug, Args)]
pub(crate) struct DbArgs {
    #[command(subcommand)]
    command: DbCommand,
}

#[derive(Debug, Subcommand)]
enum DbCommand {
    /// Prints rows and bytes of every table.
    Stats(ChainArgs),
    /// Checks every block, every index and the state; names the first inconsistency.
    Check(ChainArgs),
    /// Rewrites every table without what was overwritten or removed.
    Compact(ChainArgs),
}

impl DbArgs {
    pub(crate) fn run(self) -> Result<(), NodeError> {
        match self.command {
            DbCommand::Stats(chain) => stats(&open(chain)?),
            DbCommand::Check(chain) => check(&open(chain)?),
            DbCommand::Compact(chain) => {
                let database = open(chain)?;
                database.store().compact()?;
                stats(&database)
            }
        }
    }
}

fn open(chain: ChainArgs) -> Result<ClosedDatabase, NodeError> {
    let config = chain.into_config()?;
    config.validate()?;
    ClosedDatabase::open(&config)
}

fn stats(database: &ClosedDatabase) -> Result<(), NodeError> {
    let mut text = format!(
        "{:<16} {:>14} {:>16} {:>14}\n",
        "table", "rows (about)", "bytes in files", "in memory"
    );
    let (mut disk, mut memory) = (0_u64, 0_u64);
    for table in database.store().statistics()? {
        text.push_str(&format!(
            "{:<16} {:>14} {:>16} {:>14}\n",
            table.table.name(),
            table.rows,
            table.disk_bytes,
            table.memory_bytes
        ));
        disk = disk.saturating_add(table.disk_bytes);
        memory = memory.saturating_add(table.memory_bytes);
    }
    text.push_str(&format!("{:<16} {:>14} {disk:>16} {memory:>14}", "all", ""));
    print(&text)
}

fn check(database: &ClosedDatabase) -> Result<(), NodeError> {
    let found = database.audit(|number| {
        if number > 0 && number.is_multiple_of(PROGRESS_BLOCKS) {
            tracing::info!(target: "db", number, "checked");
        }
    })?;
    print(&format!(
        "blocks        0 to {}\ntransactions  {}\naccounts      {}\nslots         {}\n\
         state root    {}\nsupply        {} AI\nno inconsistency found",
        found.tip,
        found.transactions,
        found.accounts,
        found.slots,
        found.state_root,
        format_ether(found.supply)
    ))
}

fn print(text: &str) -> Result<(), NodeError> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
