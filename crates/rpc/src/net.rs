//! The `net` namespace.

use crate::{
    execution_slots::ExecutionSlots, method_table::MethodTable, node_context::NodeContext,
    rpc_error::RpcError,
};
use alloy_primitives::U64;
use hanzo_network::NetworkHandle;
use jsonrpsee::{Methods, core::RegisterMethodError};
use std::sync::Arc;

/// The `net` namespace.
#[derive(Debug, Clone)]
pub(crate) struct Net {
    node: Arc<NodeContext>,
}

impl Net {
    pub(crate) const fn new(node: Arc<NodeContext>) -> Self {
        Self { node }
    }

    pub(crate) fn methods(self, slots: ExecutionSlots) -> Result<Methods, RegisterMethodError> {
        let mut table = MethodTable::new(self, slots);
        table.immediate("net_version", Self::version)?;
        table.immediate("net_listening", Self::listening)?;
        table.immediate("net_peerCount", Self::peer_count)?;
        Ok(table.finish().into())
    }

    /// The chain id in decimal: what every client compares it with.
    fn version(&self) -> Result<String, RpcError> {
        Ok(self.node.chain.view().spec().chain_id().to_string())
    }

    /// Always true, as in geth: clients ask it to learn whether anybody answers at all.
    fn listening(&self) -> Result<bool, RpcError> {
        Ok(true)
    }

    /// Peers that have passed the handshake.
    fn peer_count(&self) -> Result<U64, RpcError> {
        let count = self.node.network.as_ref().map_or(0, NetworkHandle::peer_count);
        Ok(U64::from(count))
    }
}
