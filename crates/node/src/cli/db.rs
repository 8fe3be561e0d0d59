//! `hanzo db`.

use super::{
    node_args::{ChainArgs, PruneArgs},
    output::print,
};
use crate::{ClosedDatabase, NodeError, unwind_head};
use alloy_primitives::utils::format_ether;
use clap::{Args, Subcommand};
use hanzo_chain::Rewound;
use hanzo_store::{Pruned, Retention};
use hanzo_types::Rules;

/// Blocks between two lines of progress.
const PROGRESS_BLOCKS: u64 = 10_000;

/// Blocks pruned in one batch: some ten megabytes of keys if all of them are full.
const PRUNED_BLOCKS: u64 = 64;

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
    /// Checks every block, every index, the state and its history, and reads every table to its end;
    /// names the first inconsistency.
    Check(ChainArgs),
    /// Rewrites every table without what was overwritten or removed.
    Compact(ChainArgs),
    /// Opens a database whose log is damaged without what follows the damage. Copy it first.
    Salvage(ChainArgs),
    /// Removes the past that is not to be kept, and gives the disk its space back.
    Prune(PruneDbArgs),
    /// Makes an earlier block the head again and forgets every block above it.
    Unwind(UnwindArgs),
}

#[derive(Debug, Args)]
struct PruneDbArgs {
    #[command(flatten)]
    chain: ChainArgs,
    #[command(flatten)]
    prune: PruneArgs,
}

#[derive(Debug, Args)]
struct UnwindArgs {
    #[command(flatten)]
    chain: ChainArgs,
    /// Number of the block that becomes the head.
    #[arg(long, value_name = "BLOCK")]
    to: u64,
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
            DbCommand::Salvage(chain) => salvage(chain),
            DbCommand::Prune(arguments) => prune(arguments),
            DbCommand::Unwind(arguments) => unwind(arguments),
        }
    }
}

fn prune(arguments: PruneDbArgs) -> Result<(), NodeError> {
    let (config, file) = arguments.chain.into_parts()?;
    config.validate()?;
    let retention = arguments.prune.retention(&file);
    if retention == Retention::default() {
        return Err(NodeError::Config(
            "say what to keep: --prune.states BLOCKS, --prune.receipts BLOCKS".to_owned(),
        ));
    }
    let database = ClosedDatabase::open(&config)?;
    let mut total = Pruned::default();
    loop {
        let pruned = database.store().prune(retention, PRUNED_BLOCKS)?;
        if pruned == Pruned::default() {
            break;
        }
        total.states = total.states.saturating_add(pruned.states);
        total.receipts = total.receipts.saturating_add(pruned.receipts);
        tracing::info!(target: "db", states = total.states, receipts = total.receipts, "pruned");
    }
    database.store().compact()?;
    let view = database.store().view();
    print(&format!(
        "removed the states of {} blocks and the receipts of {}\noldest state    block {}\n\
         oldest receipts block {}",
        total.states,
        total.receipts,
        view.oldest_state()?,
        view.oldest_receipts()?
    ))
}

fn unwind(arguments: UnwindArgs) -> Result<(), NodeError> {
    let config = arguments.chain.into_config()?;
    config.validate()?;
    let Rewound { from, to, forgotten } = unwind_head(&config, arguments.to)?;
    print(&format!("from block    {from}\nto block      {to}\nforgotten     {forgotten} blocks"))
}

fn salvage(chain: ChainArgs) -> Result<(), NodeError> {
    let config = chain.into_config()?;
    config.validate()?;
    let database = ClosedDatabase::salvage(&config)?;
    if !database.store().is_initialized()? {
        return print("nothing precedes the damage: the database is empty");
    }
    let tip = database.store().view().state_tip()?;
    let blocks = database.store().blocks_above_tip()?.len();
    print(&format!(
        "state of block {} ({}) and {blocks} blocks above it are there\n`hanzo db check` tells \
         whether they are sound",
        tip.number, tip.hash
    ))
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
    // What Ethereum's rules make and burn is not counted: there the sum means nothing.
    let supply = match database.rules() {
        Rules::Hanzo(_) => format!("supply        {} AI\n", format_ether(found.supply)),
        Rules::Ethereum(_) => String::new(),
    };
    print(&format!(
        "blocks        0 to {}\ntransactions  {}\naccounts      {}\nslots         {}\n\
         state root    {}\n{supply}oldest state  block {}\n\
         history       {} accounts, {} slots\nno inconsistency found",
        found.tip,
        found.transactions,
        found.accounts,
        found.slots,
        found.state_root,
        found.history.oldest_state,
        found.history.accounts,
        found.history.slots
    ))
}
