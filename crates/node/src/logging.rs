//! Log lines for people or for machines.

use clap::ValueEnum;
use std::io::IsTerminal as _;
use tracing_subscriber::{
    EnvFilter, filter::ParseError, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

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

/// What is not logged unless a filter names it: lines that any stranger can cause, as often as it likes. A
/// peer that opens too many streams makes hundreds a second.
const LINES_OF_STRANGERS: &str = "yamux=off,libp2p_request_response=error,libp2p_gossipsub=error";

/// Starts logging to standard error. `filter` is in the syntax of `RUST_LOG` and wins over it.
pub(crate) fn start(format: LogFormat, filter: Option<&str>) -> Result<(), String> {
    let variable = std::env::var(EnvFilter::DEFAULT_ENV).ok();
    let (source, text) = match (filter, &variable) {
        (Some(text), _) => ("--log.filter", text),
        (None, Some(text)) => (EnvFilter::DEFAULT_ENV, text.as_str()),
        (None, None) => ("the default", DEFAULT_FILTER),
    };
    let filter = parse(text).map_err(|error| format!("{source}: {error} in {text:?}"))?;
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

/// A filter with everything that it names, and without what strangers can cause.
fn parse(text: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::try_new(format!("{LINES_OF_STRANGERS},{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directives(text: &str) -> Vec<String> {
        parse(text).unwrap().to_string().split(',').map(str::to_owned).collect()
    }

    #[test]
    fn what_strangers_can_cause_is_logged_if_a_filter_names_it_and_not_otherwise() {
        for text in [DEFAULT_FILTER, "info", "debug,network=trace", ""] {
            assert!(directives(text).contains(&"yamux=off".to_owned()), "{text}");
        }
        let named = directives("info,yamux=debug");
        assert!(
            named.contains(&"yamux=debug".to_owned()) && !named.contains(&"yamux=off".to_owned())
        );
        assert!(directives("info").contains(&"info".to_owned()));
        assert!(parse("network=loud").is_err());
    }
}
