//! The `eth` namespace, one file per topic.

mod blocks;
mod execution;
mod fees;
mod filters;
mod fork_config;
mod headers;
mod logs;
mod methods;
mod mining;
mod proofs;
mod simulate;
mod state;
mod submission;
mod transactions;

use crate::{fee_oracle::FeeOracle, filter_registry::FilterRegistry, node_context::NodeContext};
use std::sync::Arc;

/// The `eth` namespace.
#[derive(Debug, Clone)]
pub(crate) struct Eth {
    pub(crate) node: Arc<NodeContext>,
    fees: Arc<FeeOracle>,
    filters: Arc<FilterRegistry>,
}

impl Eth {
    pub(crate) fn new(node: Arc<NodeContext>) -> Self {
        let filters = Arc::new(FilterRegistry::new(node.limits.filters));
        Self { node, fees: Arc::default(), filters }
    }
}
