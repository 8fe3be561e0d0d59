//! Every number that the node measures, as Prometheus reads it.

use crate::NodeError;
use hanzo_pool::Pool;
use hanzo_store::Store;
use hanzo_types::ChainSpec;
use metrics::{describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use std::sync::Arc;

/// Upper bounds for durations, in seconds: from a read of memory to the patience of a client, with
/// steps of at most five.
const SECONDS: [f64; 13] =
    [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Upper bounds for the search of a seal, in seconds: a millisecond on the dev chain, minutes where
/// one machine mines alone.
const SEARCH_SECONDS: [f64; 11] =
    [0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0, 30.0, 120.0, 600.0];

/// Upper bounds for the depth of reorganisations, up to the depth at which a block counts as final
/// (decision D-10).
const DEPTH_BLOCKS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// Every number that the node measures. There is one in a process, because the parts of the node
/// find it through the global recorder of the `metrics` crate.
#[derive(Debug)]
pub(crate) struct MetricsRegistry {
    recorded: PrometheusHandle,
    process: Collector,
}

/// What is measured when somebody asks.
#[derive(Debug)]
pub(crate) struct MetricsSources {
    pub(crate) spec: Arc<ChainSpec>,
    pub(crate) store: Store,
    pub(crate) pool: Pool,
}

impl MetricsRegistry {
    /// Makes the registry and lets every part of the node that is made from now on record into it.
    ///
    /// # Errors
    /// [`NodeError::Metrics`] if this process has one already.
    pub(crate) fn install() -> Result<Self, NodeError> {
        let refused = |reason: String| NodeError::Metrics { reason };
        let recorder = builder().map_err(|error| refused(error.to_string()))?.build_recorder();
        let recorded = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|error| refused(error.to_string()))?;
        let process = Collector::default();
        process.describe();
        describe_gauge!("hanzo_build_info", "Version of the node; always 1.");
        gauge!("hanzo_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        Ok(Self { recorded, process })
    }

    /// Measures what only `sources` know and writes everything down. Asks RocksDB and the operating
    /// system: never call it on an async worker.
    pub(crate) fn render(&self, sources: &MetricsSources) -> String {
        if let Err(error) = sources.store.record_sizes() {
            tracing::warn!(target: "metrics", %error, "measuring the database");
        }
        sources.pool.record_sizes();
        self.process.collect();
        sorted(&self.recorded.render())
    }

    /// Moves samples of durations into their buckets; they would pile up if nobody asked for them.
    pub(crate) fn run_upkeep(&self) {
        self.recorded.run_upkeep();
    }
}

impl MetricsSources {
    /// Tells which chain the numbers are about.
    pub(crate) fn describe_chain(&self) {
        let name = "hanzo_chain_info";
        describe_gauge!(name, "The chain that the node serves; always 1.");
        let id = self.spec.chain_id().to_string();
        gauge!(name, "chain" => self.spec.name().to_string(), "chain_id" => id).set(1);
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    let search = Matcher::Full("hanzo_mining_search_seconds".to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_depth_blocks".to_owned()), &DEPTH_BLOCKS)?
        .set_buckets_for_metric(search, &SEARCH_SECONDS)
}

/// The same text with its families in the order of their names, and plain series in the order of
/// their labels: the recorder gives them in the order of a hash map.
fn sorted(text: &str) -> String {
    let mut families: Vec<Vec<&str>> =
        text.split("\n\n").map(|family| family.lines().collect()).collect();
    families.retain(|family: &Vec<&str>| !family.is_empty());
    for family in &mut families {
        // The lines of a histogram follow each other as they are.
        if !family.iter().any(|line| line.starts_with("# TYPE") && line.ends_with(" histogram")) {
            family.sort_unstable();
        }
    }
    families.sort_unstable();
    families.concat().into_iter().flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_sorted_by_name_and_plain_series_by_labels() {
        let text = "# HELP b B.\n# TYPE b counter\nb{x=\"2\"} 1\nb{x=\"1\"} 1\n\n\
                    # HELP a A.\n# TYPE a histogram\na_bucket{le=\"10\"} 1\na_bucket{le=\"2\"} 1\n\n";
        let expected = "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"10\"} 1\n\
                        a_bucket{le=\"2\"} 1\n# HELP b B.\n# TYPE b counter\nb{x=\"1\"} 1\n\
                        b{x=\"2\"} 1\n";
        assert_eq!(sorted(text), expected);
    }
}
