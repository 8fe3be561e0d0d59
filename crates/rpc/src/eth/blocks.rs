//! Blocks, receipts of blocks, uncles.

use crate::{
    arguments::Arguments,
    block_reference::{BlockReference, BlockTag},
    convert::{
        RpcBlock, RpcReceipt, TransactionDetail, block_receipts, pending_block, rpc_block,
        rpc_uncle,
    },
    eth::Eth,
    node_context::ResolvedBlock,
    rpc_error::{OrInternal, RpcError},
};
use alloy_primitives::{B256, U64};
use serde_json::value::{RawValue, to_raw_value};

impl Eth {
    pub(crate) fn block_by_number(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<Box<RawValue>>, RpcError> {
        let tag: BlockTag = arguments.required(0, "block")?;
        let detail = TransactionDetail::from_flag(arguments.optional(1, "fullTransactions")?);
        self.block_object(BlockReference::Tag(tag), detail)
    }

    pub(crate) fn block_by_hash(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<Box<RawValue>>, RpcError> {
        let reference = by_hash(arguments.required(0, "blockHash")?);
        let detail = TransactionDetail::from_flag(arguments.optional(1, "fullTransactions")?);
        self.block_object(reference, detail)
    }

    fn block_object(
        &self,
        reference: BlockReference,
        detail: TransactionDetail,
    ) -> Result<Option<Box<RawValue>>, RpcError> {
        let json = match self.node.block(&self.node.chain.view(), reference)? {
            None => return Ok(None),
            Some(ResolvedBlock::Known(block)) => to_raw_value(&rpc_block(&block, detail)),
            Some(ResolvedBlock::Pending(pending)) => {
                to_raw_value(&pending_block(pending.block(), detail)?)
            }
        };
        json.map(Some).or_internal()
    }

    /// Null for an unknown block, as in geth; and for `pending`, whose transactions have not
    /// happened.
    pub(crate) fn block_receipts(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<Vec<RpcReceipt>>, RpcError> {
        let reference = arguments.optional(0, "block")?.unwrap_or_default();
        if reference == BlockReference::Tag(BlockTag::Pending) {
            return Ok(None);
        }
        let view = self.node.chain.view();
        let Some(resolved) = self.node.block(&view, reference)? else { return Ok(None) };
        let block = resolved.block();
        if block.body().transactions.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let receipts = view.receipts(block.hash()).or_internal()?;
        Ok(receipts.map(|receipts| block_receipts(view.spec(), block, &receipts)))
    }

    pub(crate) fn transaction_count_by_block_hash(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<U64>, RpcError> {
        self.transactions_in(by_hash(arguments.required(0, "blockHash")?))
    }

    pub(crate) fn transaction_count_by_block_number(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<U64>, RpcError> {
        self.transactions_in(BlockReference::Tag(arguments.required(0, "block")?))
    }

    fn transactions_in(&self, reference: BlockReference) -> Result<Option<U64>, RpcError> {
        let resolved = self.node.block(&self.node.chain.view(), reference)?;
        Ok(resolved.map(|resolved| U64::from(resolved.block().body().transactions.len())))
    }

    pub(crate) fn uncle_count_by_hash(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<U64>, RpcError> {
        self.uncles_of(by_hash(arguments.required(0, "blockHash")?))
    }

    pub(crate) fn uncle_count_by_number(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<U64>, RpcError> {
        self.uncles_of(BlockReference::Tag(arguments.required(0, "block")?))
    }

    /// On Hanzo chains zero for every block there is.
    fn uncles_of(&self, reference: BlockReference) -> Result<Option<U64>, RpcError> {
        let resolved = self.node.block(&self.node.chain.view(), reference)?;
        Ok(resolved.map(|resolved| U64::from(resolved.block().body().ommers.len())))
    }

    pub(crate) fn uncle_by_hash(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<RpcBlock>, RpcError> {
        self.uncle(by_hash(arguments.required(0, "blockHash")?), arguments.required(1, "index")?)
    }

    pub(crate) fn uncle_by_number(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<RpcBlock>, RpcError> {
        let reference = BlockReference::Tag(arguments.required(0, "block")?);
        self.uncle(reference, arguments.required(1, "index")?)
    }

    /// Null for an unknown block and beyond its last uncle.
    fn uncle(&self, reference: BlockReference, index: U64) -> Result<Option<RpcBlock>, RpcError> {
        let Some(resolved) = self.node.block(&self.node.chain.view(), reference)? else {
            return Ok(None);
        };
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        Ok(resolved.block().body().ommers.get(index).map(rpc_uncle))
    }
}

pub(super) const fn by_hash(hash: B256) -> BlockReference {
    BlockReference::Hash { hash, require_canonical: false }
}
