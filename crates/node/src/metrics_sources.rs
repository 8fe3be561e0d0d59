//! What the node measures when somebody asks, and how.

use hanzo_exporter::{Buckets, Exporter, ExporterError, Measure, Names};
use hanzo_pool::Pool;
use hanzo_store::Store;
use hanzo_types::ChainSpec;
use metrics::{describe_gauge, gauge};
use std::net::SocketAddr;

/// Upper bounds for the search of a seal, in seconds: a millisecond on the dev chain, minutes where
/// one machine mines alone.
const SEARCH_SECONDS: [f64; 11] =
    [0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0, 30.0, 120.0, 600.0];

/// Upper bounds for the depth of reorganisations, up to the depth at which a block counts as final
/// (decision D-10).
const DEPTH_BLOCKS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// Histograms of the node that are no ordinary durations.
const BUCKETS: [Buckets; 2] = [
    Buckets { names: Names::EndingIn("_depth_blocks"), bounds: &DEPTH_BLOCKS },
    Buckets { names: Names::Exactly("hanzo_mining_search_seconds"), bounds: &SEARCH_SECONDS },
];

/// What is measured when somebody asks.
#[derive(Debug)]
pub(crate) struct MetricsSources {
    pub(crate) store: Store,
    pub(crate) pool: Pool,
}

impl MetricsSources {
    /// Measures what only these know. Asks RocksDB: it blocks.
    pub(crate) fn measure(self) -> Measure {
        Box::new(move || {
            if let Err(error) = self.store.record_sizes() {
                tracing::warn!(target: "metrics", %error, "measuring the database");
            }
            self.pool.record_sizes();
        })
    }
}

/// Takes the port, if metrics are wanted.
///
/// # Errors
/// [`ExporterError`].
pub(crate) async fn bind(
    wanted: Option<SocketAddr>,
    spec: &ChainSpec,
) -> Result<Option<Exporter>, ExporterError> {
    let Some(address) = wanted else { return Ok(None) };
    let exporter = Exporter::bind(address, &BUCKETS).await?;
    describe_chain(spec);
    Ok(Some(exporter))
}

/// Tells which chain the numbers are about.
fn describe_chain(spec: &ChainSpec) {
    let name = "hanzo_chain_info";
    describe_gauge!(name, "The chain that the node serves; always 1.");
    let id = spec.chain_id().to_string();
    gauge!(name, "chain" => spec.name().to_string(), "chain_id" => id).set(1);
}
