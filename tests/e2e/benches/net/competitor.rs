//! One of the miners.

use alloy_primitives::Address;
use hanzo_e2e::{MinerProcess, NodeProcess, Scrape};

/// One of the miners.
#[derive(Debug)]
pub(crate) struct Competitor {
    name: &'static str,
    coinbase: Address,
    process: MinerProcess,
}

impl Competitor {
    /// A miner of one thread for `node`.
    pub(crate) fn start(
        node: &NodeProcess,
        (name, coinbase): (&'static str, Address),
        flags: &[&str],
    ) -> Self {
        let own = ["--name", name, "--metrics", "127.0.0.1:0"];
        let process = MinerProcess::start(&node.ws_url(), coinbase, &[&own, flags].concat());
        Self { name, coinbase, process }
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) const fn coinbase(&self) -> Address {
        self.coinbase
    }

    /// Multiply-accumulates so far, by its own count.
    pub(crate) fn macs(&self) -> f64 {
        Scrape::read(self.process.metrics_url()).value("hanzo_miner_macs_total")
    }

    /// What became of its seals so far.
    pub(crate) fn seals(&self) -> String {
        let scrape = Scrape::read(self.process.metrics_url());
        let found = scrape.value("hanzo_miner_found_seals_total");
        let mut text = format!("{found} seals found");
        for (series, count) in scrape.starting_with("hanzo_miner_seals_total") {
            let outcome = series.split('"').nth(1).unwrap();
            if count > 0.0 {
                text.push_str(&format!(", {count} {outcome}"));
            }
        }
        text
    }

    /// Ends it.
    pub(crate) fn stop(self) {
        let (status, log) = self.process.stop();
        assert!(status.success(), "{log}");
    }
}
