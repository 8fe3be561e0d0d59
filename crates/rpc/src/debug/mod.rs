//! The `debug` namespace: traces, raw blocks and refused ones, one file per topic. Source: geth.

mod bad_blocks;
mod methods;
mod raw;
mod trace_block;
mod trace_call;
mod trace_request;
mod trace_transaction;
mod traced_block;

use crate::node_context::NodeContext;
use std::sync::Arc;

/// The `debug` namespace.
#[derive(Debug, Clone)]
pub(crate) struct DebugApi {
    node: Arc<NodeContext>,
}

impl DebugApi {
    pub(crate) const fn new(node: Arc<NodeContext>) -> Self {
        Self { node }
    }
}
