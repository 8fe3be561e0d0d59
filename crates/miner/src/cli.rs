//! The command line.

use crate::{
    Backend as _, Miner, MinerConfig, MinerError, Stats, bench,
    metrics::MinerMetrics,
    mine_args::{MineArgs, MineSettings},
    status_line,
    values::{all_cores, check_threads},
    verify,
};
use clap::{Args, Parser, Subcommand};
use hanzo_exporter::Exporter;
use std::{
    io::{IsTerminal as _, Write as _},
    sync::Arc,
    time::Duration,
};
use tokio::signal;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

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
struct BenchArgs {
    /// Threads [default: all cores].
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Milliseconds of each measurement; there are thirteen for each kernel.
    #[arg(long, value_name = "MS", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    milliseconds: u64,
}

impl Cli {
    /// What flags, environment and file tell the miner; nothing if they ask for something else than
    /// mining.
    ///
    /// # Errors
    /// [`MinerError`] that names what makes no sense.
    pub fn into_miner_config(self) -> Result<Option<MinerConfig>, MinerError> {
        match self.command {
            Some(Command::Bench(_) | Command::Verify { .. }) => Ok(None),
            None => Ok(Some(self.mine.settings()?.miner)),
        }
    }

    /// Does what was asked.
    ///
    /// # Errors
    /// [`MinerError`].
    pub fn run(self) -> Result<(), MinerError> {
        match self.command {
            Some(Command::Bench(args)) => args.run(),
            Some(Command::Verify { header }) => print(&verify::verify(&header)?.to_string()),
            None => {
                let settings = self.mine.settings()?;
                start_log()?;
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()
                    .map_err(|source| MinerError::Io { task: "starting threads", source })?;
                runtime.block_on(mine(settings))
            }
        }
    }
}

impl BenchArgs {
    fn run(self) -> Result<(), MinerError> {
        let threads = self.threads.map(check_threads).transpose();
        let threads = threads.map_err(|reason| MinerError::Config(format!("--{reason}")))?;
        let each = Duration::from_millis(self.milliseconds);
        for rate in bench::run(threads.unwrap_or_else(all_cores), each) {
            print(&rate.to_string())?;
        }
        Ok(())
    }
}

async fn mine(settings: MineSettings) -> Result<(), MinerError> {
    let MineSettings { miner, backend, metrics } = settings;
    // Before anything that is measured is made.
    let exporter = match metrics {
        Some(address) => Some(Exporter::bind(address, &[]).await?),
        None => None,
    };
    tracing::info!(target: "miner", backend = %backend.name(), id = %miner.id, "starting");
    let stats = Arc::new(Stats::default());
    let cancel = CancellationToken::new();
    let exporter = exporter.map(|exporter| {
        let exporter =
            exporter.serve(MinerMetrics::register().measure(Arc::clone(&stats)), &cancel);
        tracing::info!(target: "miner", url = %format!("http://{}/metrics", exporter.address()), "metrics");
        exporter
    });
    let miner = Miner::new(miner, Arc::new(backend), Arc::clone(&stats));
    let mining = miner.run(cancel.clone());
    let showing = status_line::show(&stats, &cancel);
    let ending = async {
        let ended = ended_by_signal().await;
        cancel.cancel();
        ended
    };
    let ((), (), ended) = tokio::join!(mining, showing, ending);
    if let Some(exporter) = exporter {
        exporter.stop().await;
    }
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

/// What is logged without `RUST_LOG`.
const DEFAULT_FILTER: &str = "info,jsonrpsee=warn,hyper=warn";

fn start_log() -> Result<(), MinerError> {
    let variable = std::env::var(EnvFilter::DEFAULT_ENV).ok();
    let filter = log_filter(variable.as_deref())?;
    let ansi = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(ansi);
    // Mining goes on when nobody reads the log any more.
    let log = log.log_internal_errors(false);
    // It fails only if somebody has started one before.
    let _ = log.with_writer(std::io::stderr).try_init();
    Ok(())
}

/// What is logged: what `RUST_LOG` says, if it says something.
fn log_filter(variable: Option<&str>) -> Result<EnvFilter, MinerError> {
    let text = variable.unwrap_or(DEFAULT_FILTER);
    EnvFilter::try_new(text).map_err(|error| {
        MinerError::Config(format!("{}: {error} in {text:?}", EnvFilter::DEFAULT_ENV))
    })
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
    fn a_log_filter_that_makes_no_sense_is_refused() {
        assert_eq!(log_filter(None).unwrap().to_string().split(',').count(), 3);
        assert_eq!(log_filter(Some("miner=debug")).unwrap().to_string(), "miner=debug");
        let text = log_filter(Some("miner=loud")).unwrap_err().to_string();
        assert!(text.starts_with("RUST_LOG: ") && text.ends_with("in \"miner=loud\""), "{text}");
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_by_name() {
        let refused = |args: &[&str]| {
            Cli::try_parse_from([&["hanzo-miner"], args].concat()).unwrap().run().unwrap_err()
        };
        let text = refused(&["bench", "--threads", "1025"]).to_string();
        assert_eq!(text, "--threads 1025: want 1 to 1024");
        let text = refused(&["--config", "/nowhere/miner.toml"]).to_string();
        assert!(text.starts_with("/nowhere/miner.toml: "), "{text}");
        assert!(refused(&["verify", "0x"]).to_string().starts_with("not the RLP of a header"));
    }
}
