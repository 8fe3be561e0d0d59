//! Log lines for people or for machines.

use clap::ValueEnum;
use std::io::IsTerminal as _;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One readable line per event.
    Human,
    /// One JSON object per event.
    Json,
}

/// What is logged without `RUST_LOG`: one line per block and what goes wrong.
const DEFAULT_FILTER: &str =
    "info,jsonrpsee=warn,hyper=warn,tower=warn,libp2p=warn,libp2p_kad=error";

/// Starts logging to standard error. `filter` is in the syntax of `RUST_LOG` and wins over it.
pub(crate) fn start(format: LogFormat, filter: Option<&str>) -> Result<(), String> {
    let filter = match filter {
        Some(text) => EnvFilter::try_new(text).map_err(|error| format!("--log.filter: {error}"))?,
        None => {
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER))
        }
    };
    let registry = tracing_subscriber::registry().with(filter);
    // A line that cannot be written is dropped. To complain about it on standard error, where it
    // did not fit, is a panic.
    let started = match format {
        LogFormat::Human => {
            let ansi = std::io::stderr().is_terminal();
            let layer = tracing_subscriber::fmt::layer().with_ansi(ansi).log_internal_errors(false);
            registry.with(layer.with_writer(std::io::stderr)).try_init()
        }
        LogFormat::Json => {
            let layer = tracing_subscriber::fmt::layer().log_internal_errors(false);
            let layer = layer.json().flatten_event(true);
            registry.with(layer.with_writer(std::io::stderr)).try_init()
        }
    };
    started.map_err(|error| error.to_string())
}
