//! The flag of the metrics.

use crate::config_file::MetricsSection;
use clap::Args;
use hanzo_exporter::parse_metrics_address;
use std::net::{Ipv4Addr, SocketAddr};

/// Where metrics are served unless told otherwise: the port that reth uses in its documentation.
const DEFAULT_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9001);

#[derive(Debug, Args)]
#[command(next_help_heading = "Metrics")]
pub(crate) struct MetricsArgs {
    /// Serves metrics for Prometheus at /metrics of this address and port, or of a port on
    /// localhost; docs/metrics.md lists them [default if given without a value: 127.0.0.1:9001].
    #[arg(
        long = "metrics",
        value_name = "ADDR:PORT",
        num_args = 0..=1,
        default_missing_value = "127.0.0.1:9001",
        value_parser = parse_metrics_address
    )]
    metrics: Option<SocketAddr>,
}

impl MetricsArgs {
    /// Where metrics are served, if they are.
    pub(crate) fn address(&self, file: &MetricsSection) -> Option<SocketAddr> {
        let written = match file.enabled {
            Some(true) => file.addr.or(Some(DEFAULT_ADDRESS)),
            Some(false) => None,
            None => file.addr,
        };
        self.metrics.or(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Flags {
        #[command(flatten)]
        metrics: MetricsArgs,
    }

    fn address(flags: &[&str], file: &str) -> Option<String> {
        let flags = Flags::parse_from(std::iter::once("hanzo").chain(flags.iter().copied()));
        let file: MetricsSection = toml::from_str(file).unwrap();
        flags.metrics.address(&file).map(|address| address.to_string())
    }

    #[test]
    fn metrics_are_off_unless_flag_or_file_asks_and_the_flag_wins() {
        let default = Some(DEFAULT_ADDRESS.to_string());
        assert_eq!(address(&[], ""), None);
        assert_eq!(address(&["--metrics"], ""), default);
        assert_eq!(address(&["--metrics", "7000"], "").unwrap(), "127.0.0.1:7000");
        assert_eq!(address(&[], "enabled = true"), default);
        assert_eq!(address(&[], "addr = \"[::1]:7000\"").unwrap(), "[::1]:7000");
        assert_eq!(address(&[], "enabled = false\naddr = \"[::1]:7000\""), None);
        assert_eq!(address(&["--metrics"], "enabled = false\naddr = \"[::1]:7000\""), default);
    }
}
