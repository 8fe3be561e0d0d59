//! Work shares that the chain has accepted.

use crate::{
    convert::{BlockLogs, Removal, RpcLog},
    rpc_error::{Limit, RpcError},
    subscriptions::Outlet,
};
use alloy_primitives::{Address, B256, Bloom, BloomInput, U64};
use alloy_sol_types::{SolEvent as _, sol};
use hanzo_chain::{CanonUpdate, UPDATE_QUEUE};
use hanzo_types::COMPUTE_MINING;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::broadcast::{Receiver, error::RecvError};

sol!(ComputeMining, "../../contracts/artifacts/ComputeMining.json");

use ComputeMining::ShareAccepted;

/// A share that `ComputeMining` has counted, or counts no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct AcceptedShare {
    provider: Address,
    epoch: U64,
    /// Block number of the share's header.
    number: U64,
    header_hash: B256,
    /// The block in which it was accepted.
    block_number: Option<U64>,
    block_hash: Option<B256>,
    transaction_hash: Option<B256>,
    /// Whether that block has left the canonical chain.
    removed: bool,
}

impl AcceptedShare {
    fn of(log: &RpcLog) -> Option<Self> {
        let share = ShareAccepted::decode_log(&log.inner).ok()?;
        Some(Self {
            provider: share.provider,
            epoch: U64::from(share.epoch.saturating_to::<u64>()),
            number: U64::from(share.number.saturating_to::<u64>()),
            header_hash: share.headerHash,
            block_number: log.block_number.map(U64::from),
            block_hash: log.block_hash,
            transaction_hash: log.transaction_hash,
            removed: log.removed,
        })
    }
}

/// Sends the shares of each change of the head, first those that it took back.
///
/// # Errors
/// [`RpcError`] if the reader is too slow.
pub(super) async fn serve(
    mut updates: Receiver<Arc<CanonUpdate>>,
    provider: Option<Address>,
    outlet: &Outlet<'_>,
) -> Result<(), RpcError> {
    loop {
        let update = match updates.recv().await {
            Ok(update) => update,
            Err(RecvError::Closed) => return Ok(()),
            Err(RecvError::Lagged(missed)) => {
                return Err(Limit::Lagged { missed, limit: UPDATE_QUEUE }.into());
            }
        };
        for share in shares_of(&update, provider) {
            outlet.send(&share).await?;
        }
    }
}

/// A block has a few dozen at most: that is no work.
fn shares_of(update: &CanonUpdate, provider: Option<Address>) -> Vec<AcceptedShare> {
    let reverted = update.reverted.iter().map(|block| (block, Removal::Reorganised));
    let adopted = update.adopted.iter().map(|block| (block, Removal::None));
    reverted
        .chain(adopted)
        .filter(|(block, _)| may_have_shares(&block.header().logs_bloom))
        .flat_map(|(block, removal)| {
            BlockLogs::new(block.block(), block.receipts(), removal)
                .matching(|log| log.address == COMPUTE_MINING)
        })
        .filter_map(|log| AcceptedShare::of(&log))
        .filter(|share| provider.is_none_or(|provider| provider == share.provider))
        .collect()
}

fn may_have_shares(bloom: &Bloom) -> bool {
    let topic = ShareAccepted::SIGNATURE_HASH;
    bloom.contains_input(BloomInput::Raw(COMPUTE_MINING.as_slice()))
        && bloom.contains_input(BloomInput::Raw(topic.as_slice()))
}
