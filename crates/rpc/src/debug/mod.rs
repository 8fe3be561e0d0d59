//! The `debug` namespace: traces, raw blocks and refused ones, one file per topic. Source: geth.

mod bad_blocks;
mod methods;
mod raw;
mod storage_range;
mod trace_block;
mod trace_call;
mod trace_request;
mod trace_transaction;
mod traced_block;

use crate::{
    block_reference::BlockReference,
    node_context::{NodeContext, ResolvedBlock},
    rpc_error::RpcError,
};
use hanzo_chain::ChainView;
use hanzo_types::RecoveredBlock;
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

    /// The block that `reference` names, to be run once more.
    fn known_block(
        &self,
        view: &ChainView,
        reference: BlockReference,
    ) -> Result<Arc<RecoveredBlock>, RpcError> {
        match self.node.block(view, reference)? {
            Some(ResolvedBlock::Known(block)) => Ok(block),
            Some(ResolvedBlock::Pending(_)) => Err(RpcError::UntraceablePending),
            None => Err(RpcError::HeaderNotFound),
        }
    }
}

/// The index of a transaction of the block; 0 also in a block that has none.
fn transaction_position(block: &RecoveredBlock, index: u64) -> Result<usize, RpcError> {
    let count = block.body().transactions.len();
    let position = usize::try_from(index).ok().filter(|index| *index < count.max(1));
    position.ok_or_else(|| RpcError::TransactionIndex { index, hash: block.hash(), count })
}
