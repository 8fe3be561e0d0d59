//! What the miner measures. docs/mining.md lists it.

use crate::{Link, SealOutcome, ShareOutcome, Stats, session::now};
use hanzo_exporter::Measure;
use hanzo_poc::TILE_MACS;
use metrics::{Counter, Gauge, counter, describe_counter, describe_gauge, gauge};
use std::sync::Arc;

/// Wei in one AI.
const WEI_IN_AN_AI: f64 = 1e18;

/// The counts of [`Stats`] as Prometheus reads them.
#[derive(Debug)]
pub(crate) struct MinerMetrics {
    tiles: Counter,
    macs: Counter,
    found: Counter,
    /// By the place in [`SealOutcome::ALL`].
    seals: [Counter; SealOutcome::ALL.len()],
    shares_found: Counter,
    shares: [Counter; ShareOutcome::ALL.len()],
    claimed: Gauge,
    packages: Counter,
    made: Counter,
    failed: Counter,
    lost: Counter,
    connected: Gauge,
    macs_per_second: Gauge,
}

impl MinerMetrics {
    const TILES: &'static str = "hanzo_miner_tiles_total";
    const MACS: &'static str = "hanzo_miner_macs_total";
    const FOUND: &'static str = "hanzo_miner_found_seals_total";
    const SEALS: &'static str = "hanzo_miner_seals_total";
    const SHARES_FOUND: &'static str = "hanzo_miner_found_shares_total";
    const SHARES: &'static str = "hanzo_miner_shares_total";
    const CLAIMED: &'static str = "hanzo_miner_claimed_ai";
    const PACKAGES: &'static str = "hanzo_miner_work_packages_total";
    const CONNECTIONS: &'static str = "hanzo_miner_connections_total";
    const CONNECTED: &'static str = "hanzo_miner_connected";
    const RATE: &'static str = "hanzo_miner_macs_per_second";

    /// Every series is there from the start.
    pub(crate) fn register() -> Self {
        Self::describe();
        let seal = |outcome: SealOutcome| counter!(Self::SEALS, "outcome" => outcome.name());
        let share = |outcome: ShareOutcome| counter!(Self::SHARES, "outcome" => outcome.name());
        Self {
            tiles: counter!(Self::TILES),
            macs: counter!(Self::MACS),
            found: counter!(Self::FOUND),
            seals: SealOutcome::ALL.map(seal),
            shares_found: counter!(Self::SHARES_FOUND),
            shares: ShareOutcome::ALL.map(share),
            claimed: gauge!(Self::CLAIMED),
            packages: counter!(Self::PACKAGES),
            made: counter!(Self::CONNECTIONS, "outcome" => "made"),
            failed: counter!(Self::CONNECTIONS, "outcome" => "failed"),
            lost: counter!(Self::CONNECTIONS, "outcome" => "lost"),
            connected: gauge!(Self::CONNECTED),
            macs_per_second: gauge!(Self::RATE),
        }
    }

    fn describe() {
        describe_counter!(Self::TILES, "Tiles tested.");
        describe_counter!(Self::MACS, "Multiply-accumulates of the tiles tested.");
        describe_counter!(Self::FOUND, "Seals that were found.");
        describe_counter!(Self::SEALS, "Seals that a node has judged, by what became of them.");
        describe_counter!(Self::SHARES_FOUND, "Work shares that were found.");
        describe_counter!(Self::SHARES, "Work shares, by what became of them.");
        describe_gauge!(Self::CLAIMED, "Paid for work shares since the start, in AI.");
        describe_counter!(Self::PACKAGES, "Work received.");
        describe_counter!(Self::CONNECTIONS, "Connections to nodes, by what became of them.");
        describe_gauge!(Self::CONNECTED, "1 while a node is connected, else 0.");
        describe_gauge!(
            Self::RATE,
            "Multiply-accumulates per second over the last half minute, as the node is told."
        );
    }

    /// Copies `stats` whenever somebody asks.
    pub(crate) fn measure(self, stats: Arc<Stats>) -> Measure {
        Box::new(move || self.copy(&stats))
    }

    fn copy(&self, stats: &Stats) {
        let totals = stats.totals(now());
        self.tiles.absolute(totals.tiles);
        self.macs.absolute(totals.tiles.saturating_mul(TILE_MACS));
        self.found.absolute(stats.found());
        for ((_, count), counter) in stats.seals().zip(&self.seals) {
            counter.absolute(count);
        }
        self.shares_found.absolute(stats.shares.found());
        for ((_, count), counter) in stats.shares.outcomes().zip(&self.shares) {
            counter.absolute(count);
        }
        self.claimed.set(f64::from(stats.shares.claimed()) / WEI_IN_AN_AI);
        self.packages.absolute(stats.node.packages());
        self.made.absolute(stats.node.made());
        self.failed.absolute(stats.node.failed());
        self.lost.absolute(stats.node.lost());
        self.connected.set(match totals.link {
            Link::Down => 0.0,
            Link::Up { .. } => 1.0,
        });
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        self.macs_per_second.set(totals.macs_per_second as f64);
    }
}
