//! What mining measures. docs/metrics.md lists it.

use crate::SubmitReject;
use metrics::{Counter, Histogram, counter, describe_counter, describe_histogram, histogram};

/// What mining measures.
#[derive(Debug)]
pub(crate) struct MiningMetrics {
    pub(crate) built_templates: Counter,
    pub(crate) cached_templates: Counter,
    pub(crate) template_seconds: Histogram,
    pub(crate) search_seconds: Histogram,
    pub(crate) macs: Counter,
    /// Mined blocks that became the head.
    pub(crate) head_blocks: Counter,
    /// Mined blocks that another block came before.
    pub(crate) stale_blocks: Counter,
    /// Mined blocks that were not imported.
    pub(crate) lost_blocks: Counter,
}

impl MiningMetrics {
    pub(crate) fn register() -> Self {
        let templates = "hanzo_mining_templates_total";
        let template_seconds = "hanzo_mining_template_seconds";
        let search_seconds = "hanzo_mining_search_seconds";
        let macs = "hanzo_mining_macs_total";
        let blocks = "hanzo_mining_blocks_total";
        describe_counter!(
            templates,
            "Requests for the block that would be mined now, by whether it had to be built."
        );
        describe_histogram!(
            template_seconds,
            "Time to build a template: execution, settlement and state root."
        );
        describe_histogram!(search_seconds, "Time of a search for a seal, found or given up.");
        describe_counter!(macs, "Multiply-accumulates done to find seals.");
        describe_counter!(blocks, "Blocks that this node sealed, by what became of them.");
        Self {
            built_templates: counter!(templates, "source" => "built"),
            cached_templates: counter!(templates, "source" => "cached"),
            template_seconds: histogram!(template_seconds),
            search_seconds: histogram!(search_seconds),
            macs: counter!(macs),
            head_blocks: counter!(blocks, "outcome" => "head"),
            stale_blocks: counter!(blocks, "outcome" => "stale"),
            lost_blocks: counter!(blocks, "outcome" => "lost"),
        }
    }
}

/// What the interface for miners outside this process measures.
#[derive(Debug)]
pub(crate) struct WorkMetrics {
    pub(crate) packages: Counter,
}

impl WorkMetrics {
    const SEALS: &'static str = "hanzo_mining_seals_total";

    pub(crate) fn register() -> Self {
        let packages = "hanzo_mining_work_packages_total";
        describe_counter!(packages, "Work handed to miners outside this process.");
        describe_counter!(
            Self::SEALS,
            "Seals that miners outside this process submitted, by what became of them."
        );
        // From the start, so that a first one is a step and not a new series.
        for outcome in ["accepted"].into_iter().chain(SubmitReject::NAMES) {
            counter!(Self::SEALS, "outcome" => outcome).increment(0);
        }
        Self { packages: counter!(packages) }
    }

    /// Counts a seal: taken, or why not.
    pub(crate) fn judge(&self, reject: Option<&SubmitReject>) {
        let outcome = reject.map_or("accepted", SubmitReject::name);
        counter!(Self::SEALS, "outcome" => outcome).increment(1);
    }
}
