//! The command line.

use crate::{
    Backend as _, CpuBackend, Miner, MinerConfig, MinerError, Stats, bench, status_line, verify,
};
use alloy_primitives::{Address, B256, keccak256};
use clap::{Args, Parser, Subcommand};
use std::{
    io::{IsTerminal as _, Write as _},
    sync::Arc,
    thread,
    time::Duration,
};
use tokio::signal;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Most threads; more than any machine has, fewer than a typing mistake asks.
const MAX_THREADS: usize = 1_024;

/// The command line of `hanzo-miner`.
#[derive(Debug, Parser)]
#[command(name = "hanzo-miner", version, about = "Searches seals for the work of Hanzo L2 nodes")]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    mine: MineArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures every kernel of this processor: a search from end to end beside the bare
    /// multiplication.
    Bench(BenchArgs),
    /// Checks the seal of a block header.
    Verify {
        /// RLP of the header in hexadecimal digits, as `debug_getRawHeader` gives it.
        header: String,
    },
}

#[derive(Debug, Args)]
struct MineArgs {
    /// WebSocket address of a node, without encryption; may be given several times, the first that answers is used.
    #[arg(
        long = "node",
        value_name = "URL",
        env = "HANZO_MINER_NODE",
        value_delimiter = ',',
        default_value = "ws://127.0.0.1:8545"
    )]
    nodes: Vec<String>,
    /// Who is paid for blocks [default: whom the node says].
    #[arg(long, value_name = "ADDRESS", env = "HANZO_MINER_COINBASE")]
    coinbase: Option<Address>,
    /// Threads [default: all cores].
    #[arg(long, value_name = "N", env = "HANZO_MINER_THREADS")]
    threads: Option<usize>,
    /// Name of this miner in the node's statistics [default: the process and its machine's].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

#[derive(Debug, Args)]
struct BenchArgs {
    /// Threads [default: all cores].
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Milliseconds of each measurement; there are thirteen for each kernel.
    #[arg(long, value_name = "MS", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    milliseconds: u64,
}

impl Cli {
    /// Does what was asked.
    ///
    /// # Errors
    /// [`MinerError`].
    pub fn run(self) -> Result<(), MinerError> {
        match self.command {
            Some(Command::Bench(args)) => {
                let threads = threads(args.threads)?;
                for rate in bench::run(threads, Duration::from_millis(args.milliseconds)) {
                    print(&rate.to_string())?;
                }
                Ok(())
            }
            Some(Command::Verify { header }) => print(&verify::verify(&header)?.to_string()),
            None => self.mine.run(),
        }
    }
}

impl MineArgs {
    fn run(self) -> Result<(), MinerError> {
        let wrong = self.nodes.iter().find(|node| !is_websocket(node));
        if let Some(node) = wrong {
            return Err(MinerError::Config(format!("--node {node:?}: want ws://HOST:PORT")));
        }
        let threads = threads(self.threads)?;
        let config = MinerConfig {
            nodes: self.nodes,
            coinbase: self.coinbase,
            id: self.name.as_deref().map_or_else(own_id, |name| keccak256(name.as_bytes())),
        };
        start_log();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|source| MinerError::Io { task: "starting threads", source })?;
        runtime.block_on(mine(config, CpuBackend::new(threads)))
    }
}

async fn mine(config: MinerConfig, backend: CpuBackend) -> Result<(), MinerError> {
    tracing::info!(target: "miner", backend = %backend.name(), id = %config.id, "starting");
    let stats = Arc::new(Stats::default());
    let cancel = CancellationToken::new();
    let miner = Miner::new(config, Arc::new(backend), Arc::clone(&stats));
    let mining = miner.run(cancel.clone());
    let showing = status_line::show(&stats, &cancel);
    let ending = async {
        let ended = ended_by_signal().await;
        cancel.cancel();
        ended
    };
    let ((), (), ended) = tokio::join!(mining, showing, ending);
    if std::io::stdout().is_terminal() {
        print("")?;
    }
    tracing::info!(target: "miner", "stopped");
    ended
}

async fn ended_by_signal() -> Result<(), MinerError> {
    let failed = |source| MinerError::Io { task: "listening for signals", source };
    let mut terminate =
        signal::unix::signal(signal::unix::SignalKind::terminate()).map_err(failed)?;
    tokio::select! {
        interrupted = signal::ctrl_c() => interrupted.map_err(failed),
        _ = terminate.recv() => Ok(()),
    }
}

fn threads(asked: Option<usize>) -> Result<usize, MinerError> {
    let threads = asked.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    if (1..=MAX_THREADS).contains(&threads) {
        return Ok(threads);
    }
    Err(MinerError::Config(format!("--threads {threads}: want 1 to {MAX_THREADS}")))
}

fn is_websocket(url: &str) -> bool {
    ["ws://", "wss://"]
        .into_iter()
        .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
}

/// Two miners of one machine are two.
fn own_id() -> B256 {
    let machine = std::fs::read("/etc/machine-id").unwrap_or_default();
    keccak256([&machine[..], &std::process::id().to_be_bytes()].concat())
}

/// What is logged without `RUST_LOG`.
const DEFAULT_FILTER: &str = "info,jsonrpsee=warn";

fn start_log() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let ansi = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(ansi);
    // It fails only if somebody has started one before.
    let _ = log.with_writer(std::io::stderr).try_init();
}

fn print(text: &str) -> Result<(), MinerError> {
    writeln!(std::io::stdout(), "{text}")
        .map_err(|source| MinerError::Io { task: "writing to standard output", source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_by_name() {
        let refused = |args: &[&str]| {
            Cli::try_parse_from([&["hanzo-miner"], args].concat()).unwrap().run().unwrap_err()
        };
        let text = refused(&["--threads", "0"]).to_string();
        assert_eq!(text, "--threads 0: want 1 to 1024");
        let text = refused(&["--node", "http://localhost:8545"]).to_string();
        assert!(text.starts_with("--node \"http://localhost:8545\": want ws://"), "{text}");
        assert!(refused(&["verify", "0x"]).to_string().starts_with("not the RLP of a header"));
    }
}
