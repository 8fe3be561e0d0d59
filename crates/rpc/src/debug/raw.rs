//! Headers, blocks, transactions and receipts in their consensus encodings.

use crate::{
    arguments::Arguments,
    block_reference::BlockReference,
    debug::DebugApi,
    node_context::{ResolvedBlock, receipts_of},
    rpc_error::RpcError,
};
use alloy_eips::Encodable2718 as _;
use alloy_primitives::Bytes;
use hanzo_chain::ChainView;

impl DebugApi {
    /// RLP of the header.
    pub(super) fn raw_header(&self, arguments: &Arguments<'_>) -> Result<Bytes, RpcError> {
        let resolved = self.resolved(&self.node.chain.view(), arguments)?;
        Ok(alloy_rlp::encode(resolved.block().header()).into())
    }

    /// RLP of the block.
    pub(super) fn raw_block(&self, arguments: &Arguments<'_>) -> Result<Bytes, RpcError> {
        let resolved = self.resolved(&self.node.chain.view(), arguments)?;
        Ok(alloy_rlp::encode(resolved.block().sealed_block()).into())
    }

    /// The signed transaction in its network encoding (EIP-2718), mined or waiting; null if it is
    /// unknown.
    pub(super) fn raw_transaction(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<Bytes>, RpcError> {
        self.node.raw_transaction(arguments.required(0, "transactionHash")?)
    }

    /// The receipts in their network encoding, with bloom filter.
    pub(super) fn raw_receipts(&self, arguments: &Arguments<'_>) -> Result<Vec<Bytes>, RpcError> {
        let view = self.node.chain.view();
        let resolved = self.resolved(&view, arguments)?;
        let block = resolved.block();
        if block.body().transactions.is_empty() {
            return Ok(Vec::new());
        }
        let hash = block.hash();
        let receipts = receipts_of(&view, block)?.ok_or(RpcError::NotCanonical { hash })?;
        Ok(receipts.iter().map(|receipt| receipt.encoded_2718().into()).collect())
    }

    fn resolved(
        &self,
        view: &ChainView,
        arguments: &Arguments<'_>,
    ) -> Result<ResolvedBlock, RpcError> {
        let reference: BlockReference = arguments.required(0, "block")?;
        self.node.block(view, reference)?.ok_or(RpcError::HeaderNotFound)
    }
}
