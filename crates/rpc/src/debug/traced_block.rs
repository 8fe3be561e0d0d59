//! A block and the state it starts from.

use crate::{
    node_context::require_canonical,
    rpc_error::{OrInternal, RpcError},
};
use hanzo_chain::{BlockState, ChainView};
use hanzo_evm::{BlockReplay, CallContext, ExecutionError};
use hanzo_state::StateRead;
use hanzo_types::{ChainSpec, RecoveredBlock, SealedHeader};
use std::sync::Arc;

/// A block and the state it starts from.
#[derive(Debug)]
pub(super) struct TracedBlock {
    pub(super) block: Arc<RecoveredBlock>,
    parent: SealedHeader,
    state: BlockState,
    spec: Arc<ChainSpec>,
}

impl TracedBlock {
    /// # Errors
    /// [`RpcError::UntraceableGenesis`]; [`RpcError::ParentNotFound`]; [`RpcError::BlockNumber`] if
    /// the block does not have the number after its parent's; [`RpcError::NotCanonical`] if the
    /// parent is not on the canonical chain, because only canonical states are kept; a server error
    /// if its state was pruned.
    pub(super) fn new(view: &ChainView, block: Arc<RecoveredBlock>) -> Result<Self, RpcError> {
        let number = block.number.checked_sub(1).ok_or(RpcError::UntraceableGenesis)?;
        let parent = view.header_by_hash(block.parent_hash).or_internal()?;
        let parent = parent.ok_or(RpcError::ParentNotFound { parent: block.parent_hash })?;
        if parent.number != number {
            return Err(RpcError::BlockNumber { number: block.number, parent: parent.number });
        }
        require_canonical(view, number, block.parent_hash)?;
        let state = view.state_at(number)?;
        Ok(Self { block, parent, state, spec: Arc::clone(view.spec()) })
    }

    /// The context of a call in this block that finds `state` and may use up to `gas_cap` gas.
    pub(super) fn call_context<'a>(
        &'a self,
        state: &'a dyn StateRead,
        gas_cap: u64,
    ) -> CallContext<'a> {
        let header = self.block.header();
        let prev_randao = self.spec.prev_randao(header, Some(&self.parent));
        CallContext { state, header, prev_randao, spec: &self.spec, gas_cap }
    }

    /// The block before its first transaction.
    pub(super) fn replay(&self) -> Result<BlockReplay<'_>, ExecutionError> {
        BlockReplay::new(&self.state, &self.block, self.parent.header(), &self.spec)
    }
}
