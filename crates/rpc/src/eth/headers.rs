//! `eth_getHeaderByNumber` and `eth_getHeaderByHash`. Source: geth.

use crate::{
    arguments::Arguments,
    block_reference::{BlockReference, BlockTag},
    convert::{pending_header, rpc_header},
    eth::Eth,
    node_context::{ResolvedBlock, number_of},
    rpc_error::{OrInternal, RpcError},
};
use alloy_primitives::B256;
use hanzo_types::SealedHeader;
use serde_json::value::{RawValue, to_raw_value};

impl Eth {
    /// Null for an unknown block. The body of a block is not read for its header.
    pub(crate) fn header_by_number(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<Box<RawValue>>, RpcError> {
        let tag: BlockTag = arguments.required(0, "block")?;
        let view = self.node.chain.view();
        if tag == BlockTag::Pending
            && let Some(ResolvedBlock::Pending(pending)) =
                self.node.block(&view, BlockReference::Tag(tag))?
        {
            let header = pending_header(pending.block().sealed_header())?;
            return to_raw_value(&header).map(Some).or_internal();
        }
        header_object(view.header_by_number(number_of(&view, tag)).or_internal()?)
    }

    /// Null for an unknown block; blocks beside the canonical chain are found.
    pub(crate) fn header_by_hash(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<Box<RawValue>>, RpcError> {
        let hash: B256 = arguments.required(0, "blockHash")?;
        header_object(self.node.chain.view().header_by_hash(hash).or_internal()?)
    }
}

fn header_object(header: Option<SealedHeader>) -> Result<Option<Box<RawValue>>, RpcError> {
    header.map(|header| to_raw_value(&rpc_header(&header)).or_internal()).transpose()
}
