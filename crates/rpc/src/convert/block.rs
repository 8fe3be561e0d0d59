//! Block and header objects.

use crate::{
    convert::{RpcTransaction, mined_transactions, pending_transaction},
    rpc_error::{OrInternal, RpcError},
};
use alloy_consensus::Sealed;
use alloy_primitives::U256;
use alloy_rpc_types_eth::{Block, BlockTransactions, Header};
use hanzo_types::{RecoveredBlock, SealedBlock, SealedHeader};
use serde_json::Value;

/// The block object of execution-apis.
pub(crate) type RpcBlock = Block<RpcTransaction>;

/// How much of a block's transactions an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransactionDetail {
    /// Their hashes.
    Hashes,
    /// Everything.
    Full,
}

impl TransactionDetail {
    /// The second parameter of `eth_getBlockBy…`; absent means hashes.
    pub(crate) fn from_flag(full: Option<bool>) -> Self {
        if full.unwrap_or(false) { Self::Full } else { Self::Hashes }
    }
}

/// The block object of `eth_getBlockBy…`. Source: execution-apis; without `totalDifficulty`, which
/// was removed there.
pub(crate) fn rpc_block(block: &RecoveredBlock, detail: TransactionDetail) -> RpcBlock {
    with_transactions(
        block,
        match detail {
            TransactionDetail::Hashes => BlockTransactions::Hashes(hashes(block)),
            TransactionDetail::Full => BlockTransactions::Full(mined_transactions(block)),
        },
    )
}

/// The object of `eth_getUncleBy…`: a block of which only the header is known.
pub(crate) fn rpc_uncle(ommer: &hanzo_types::Header) -> RpcBlock {
    let block = SealedBlock::seal_slow(hanzo_types::Block::uncle(ommer.clone()));
    let size = U256::from(block.rlp_length());
    RpcBlock {
        header: Header::from_consensus(sealed(block.sealed_header()), None, Some(size)),
        uncles: Vec::new(),
        transactions: BlockTransactions::Uncle,
        withdrawals: None,
    }
}

/// The block that would be mined now. It has no seal yet, hence no hash; and geth leaves the miner
/// out as well, so clients expect null.
pub(crate) fn pending_block(
    block: &RecoveredBlock,
    detail: TransactionDetail,
) -> Result<Value, RpcError> {
    let transactions = match detail {
        TransactionDetail::Hashes => BlockTransactions::Hashes(hashes(block)),
        TransactionDetail::Full => BlockTransactions::Full(
            (0..block.senders().len())
                .filter_map(|index| pending_transaction(block, index))
                .collect(),
        ),
    };
    Ok(unsealed(serde_json::to_value(with_transactions(block, transactions)).or_internal()?))
}

/// The header of the block that would be mined now, as [`pending_block`] has it.
pub(crate) fn pending_header(header: &SealedHeader) -> Result<Value, RpcError> {
    Ok(unsealed(serde_json::to_value(rpc_header(header)).or_internal()?))
}

/// The object without what only a mined block has.
fn unsealed(mut block: Value) -> Value {
    if let Some(fields) = block.as_object_mut() {
        for field in ["hash", "nonce", "miner"] {
            fields.insert(field.to_owned(), Value::Null);
        }
    }
    block
}

/// The header object of `eth_getHeaderBy…` and of a `newHeads` notification.
pub(crate) fn rpc_header(header: &SealedHeader) -> Header {
    Header::from_sealed(sealed(header))
}

fn with_transactions(
    block: &RecoveredBlock,
    transactions: BlockTransactions<RpcTransaction>,
) -> RpcBlock {
    let size = U256::from(block.rlp_length());
    Block {
        header: Header::from_consensus(sealed(block.sealed_header()), None, Some(size)),
        uncles: block.body().ommers.iter().map(hanzo_types::Header::hash_slow).collect(),
        transactions,
        withdrawals: block.body().withdrawals.clone(),
    }
}

fn hashes(block: &RecoveredBlock) -> Vec<alloy_primitives::B256> {
    block.body().transactions.iter().map(|transaction| *transaction.tx_hash()).collect()
}

fn sealed(header: &SealedHeader) -> Sealed<hanzo_types::Header> {
    Sealed::new_unchecked(header.header().clone(), header.hash())
}
