//! Every number that a process measures, as Prometheus reads it.

use crate::ExporterError;
use metrics::{describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

/// Upper bounds for durations, in seconds: from a read of memory to the patience of a client, with
/// steps of at most five.
const SECONDS: [f64; 13] =
    [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Which histograms are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// The one with this name.
    Exactly(&'static str),
    /// All whose names end so.
    EndingIn(&'static str),
}

/// Upper bounds of the buckets of some histograms. Durations have them without being told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Buckets {
    /// Which histograms.
    pub names: Names,
    /// The bounds, in the unit of the metric, growing.
    pub bounds: &'static [f64],
}

/// Every number that a process measures. There is one, because the parts of the process find it
/// through the global recorder of the `metrics` crate.
#[derive(Debug)]
pub(crate) struct Registry {
    recorded: PrometheusHandle,
    process: Collector,
}

impl Registry {
    /// Makes the registry and lets every part of the process that is made from now on record into it.
    ///
    /// # Errors
    /// [`ExporterError::Registry`] if this process has one already.
    pub(crate) fn install(buckets: &[Buckets]) -> Result<Self, ExporterError> {
        let refused = |reason: String| ExporterError::Registry { reason };
        let builder = builder(buckets).map_err(|error| refused(error.to_string()))?;
        let recorder = builder.build_recorder();
        let recorded = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|error| refused(error.to_string()))?;
        let process = Collector::default();
        process.describe();
        describe_gauge!("hanzo_build_info", "Version of the program; always 1.");
        gauge!("hanzo_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        Ok(Self { recorded, process })
    }

    /// Measures the process and writes everything down. Asks the operating system: never call it on an
    /// async worker.
    pub(crate) fn render(&self) -> String {
        self.process.collect();
        sorted(&self.recorded.render())
    }

    /// Moves samples of durations into their buckets; they would pile up if nobody asked for them.
    pub(crate) fn run_upkeep(&self) {
        self.recorded.run_upkeep();
    }
}

fn builder(buckets: &[Buckets]) -> Result<PrometheusBuilder, BuildError> {
    let durations = Buckets { names: Names::EndingIn("_seconds"), bounds: &SECONDS };
    let all = std::iter::once(durations).chain(buckets.iter().copied());
    all.into_iter().try_fold(PrometheusBuilder::new(), |builder, Buckets { names, bounds }| {
        let matcher = match names {
            Names::Exactly(name) => Matcher::Full(name.to_owned()),
            Names::EndingIn(end) => Matcher::Suffix(end.to_owned()),
        };
        builder.set_buckets_for_metric(matcher, bounds)
    })
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
