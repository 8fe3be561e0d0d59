//! The `admin` namespace: what the operator decides.

mod peers;
mod reorgs;

use crate::{
    execution_slots::ExecutionSlots, method_table::MethodTable, node_context::NodeContext,
};
use jsonrpsee::{Methods, core::RegisterMethodError};
use std::sync::Arc;

/// The `admin` namespace.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    node: Arc<NodeContext>,
}

impl Admin {
    pub(crate) const fn new(node: Arc<NodeContext>) -> Self {
        Self { node }
    }

    pub(crate) fn methods(self, slots: ExecutionSlots) -> Result<Methods, RegisterMethodError> {
        let mut table = MethodTable::new(self, slots);
        table.immediate("admin_refusedReorgs", Self::refused_reorgs)?;
        table.waiting("admin_acceptReorg", 1, Self::accept_reorg)?;
        table.immediate("admin_nodeInfo", Self::node_info)?;
        table.waiting("admin_peers", 0, Self::peers)?;
        table.look_up("admin_addPeer", 1, Self::add_peer)?;
        table.look_up("admin_removePeer", 1, Self::remove_peer)?;
        table.look_up("admin_addTrustedPeer", 1, Self::add_trusted_peer)?;
        Ok(table.finish().into())
    }
}
