//! Transactions and receipts by hash or position.

use crate::{
    arguments::Arguments,
    block_reference::BlockReference,
    convert::{
        RpcReceipt, RpcTransaction, mined_transaction, pending_transaction, pool_transaction,
        receipt_at,
    },
    eth::{Eth, blocks::by_hash},
    node_context::{ResolvedBlock, mined, receipts_of},
    rpc_error::RpcError,
};
use alloy_primitives::{B256, Bytes, U64};

impl Eth {
    /// A mined transaction, or one that waits in the pool, or null.
    pub(crate) fn transaction_by_hash(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<RpcTransaction>, RpcError> {
        let hash = arguments.required(0, "transactionHash")?;
        // The pool first: a transaction that is mined between the two look-ups is then still found.
        let pooled = self.node.pool.get(hash);
        if let Some((block, index)) = mined(&self.node.chain.view(), hash)? {
            return Ok(mined_transaction(&block, index));
        }
        Ok(pooled.map(|pooled| pool_transaction(&pooled.transaction)))
    }

    /// The signed transaction in its network encoding. Source: EIP-2718.
    pub(crate) fn raw_transaction(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<Bytes>, RpcError> {
        self.node.raw_transaction(arguments.required(0, "transactionHash")?)
    }

    pub(crate) fn transaction_by_block_hash(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<RpcTransaction>, RpcError> {
        let reference = by_hash(arguments.required(0, "blockHash")?);
        self.transaction_at(reference, arguments.required(1, "index")?)
    }

    pub(crate) fn transaction_by_block_number(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<RpcTransaction>, RpcError> {
        let reference = BlockReference::Tag(arguments.required(0, "block")?);
        self.transaction_at(reference, arguments.required(1, "index")?)
    }

    fn transaction_at(
        &self,
        reference: BlockReference,
        index: U64,
    ) -> Result<Option<RpcTransaction>, RpcError> {
        let Ok(index) = usize::try_from(index.to::<u64>()) else { return Ok(None) };
        Ok(match self.node.block(&self.node.chain.view(), reference)? {
            None => None,
            Some(ResolvedBlock::Known(block)) => mined_transaction(&block, index),
            Some(ResolvedBlock::Pending(pending)) => pending_transaction(pending.block(), index),
        })
    }

    pub(crate) fn transaction_receipt(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<RpcReceipt>, RpcError> {
        self.receipt_of(arguments.required(0, "transactionHash")?)
    }

    /// Receipt of a mined transaction, null for every other.
    pub(super) fn receipt_of(&self, hash: B256) -> Result<Option<RpcReceipt>, RpcError> {
        let view = self.node.chain.view();
        let Some((block, index)) = mined(&view, hash)? else { return Ok(None) };
        let receipts = receipts_of(&view, &block)?;
        Ok(receipts.and_then(|receipts| receipt_at(view.spec(), &block, &receipts, index)))
    }
}
