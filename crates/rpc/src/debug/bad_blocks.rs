//! `debug_getBadBlocks`.

use crate::{
    arguments::Arguments,
    convert::{RpcBlock, TransactionDetail, rpc_block},
    debug::DebugApi,
    rpc_error::RpcError,
};
use alloy_primitives::{B256, Bytes};
use serde::Serialize;

/// A block that was refused. Source: geth.
#[derive(Debug, Serialize)]
pub(super) struct BadBlock {
    hash: B256,
    block: RpcBlock,
    rlp: Bytes,
}

impl DebugApi {
    /// The newest blocks that were refused for their own fault, newest first. Unlike geth's, the
    /// list is in memory alone: a restart empties it.
    pub(super) fn bad_blocks(&self, _: &Arguments<'_>) -> Result<Vec<BadBlock>, RpcError> {
        let view = self.node.chain.view();
        let bad = view.bad_blocks().iter();
        Ok(bad
            .map(|block| BadBlock {
                hash: block.hash(),
                block: rpc_block(block, TransactionDetail::Full),
                rlp: alloy_rlp::encode(block.sealed_block()).into(),
            })
            .collect())
    }
}
