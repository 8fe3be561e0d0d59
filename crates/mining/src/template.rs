//! Building a block from the pool.

use crate::{MiningConfig, MiningError, PendingBlock};
use alloy_consensus::Transaction as _;
use alloy_primitives::Address;
use hanzo_chain::{ChainView, assemble};
use hanzo_consensus::{Consensus, next_gas_limit};
use hanzo_evm::{BlockBuilder, PushError};
use hanzo_pool::Pool;
use hanzo_state::root;
use hanzo_types::{Header, MAX_BLOCK_RLP_BYTES, MIN_TRANSACTION_GAS, RecoveredTransaction};
use std::sync::Arc;

/// Bytes of a block's RLP that are not transactions: a header of at most 700 bytes, list prefixes
/// and the empty lists, rounded up. Keeps built blocks under the limit of EIP-7934.
const BLOCK_OVERHEAD_BYTES: usize = 2_048;

/// What goes into the next block, apart from its parent.
pub(crate) struct TemplateInput<'a> {
    pub(crate) view: Arc<ChainView>,
    pub(crate) consensus: &'a dyn Consensus,
    pub(crate) pool: &'a Pool,
    pub(crate) config: &'a MiningConfig,
    pub(crate) coinbase: Address,
    pub(crate) now: u64,
}

/// Builds the best block that the pool allows on the head of `view`.
pub(crate) fn build(input: TemplateInput<'_>) -> Result<PendingBlock, MiningError> {
    let TemplateInput { view, consensus, pool, config, coinbase, now } = input;
    let spec = Arc::clone(view.spec());
    let parent = view.head();
    // Strictly after the parent, even if the clock went back (decision D-36).
    let timestamp = now.max(parent.timestamp.saturating_add(1));
    let mut header = consensus.prepare(parent, timestamp, &*view)?;
    header.beneficiary = coinbase;
    header.extra_data = config.extra_data.clone();
    let target = config.target_gas_limit.unwrap_or_else(|| spec.target_gas_limit());
    header.gas_limit = next_gas_limit(parent.gas_limit, target);

    let state = view.latest_state();
    let mut builder = BlockBuilder::new(&state, &header, parent, &spec)?;
    let transactions = fill(&mut builder, pool, &header)?;
    let executed = builder.finish()?;
    let state_root = root(&state, &executed.diff)?;
    let (block, prebuilt) = assemble(header, transactions, executed, state_root);
    Ok(PendingBlock::new(view, block, prebuilt))
}

/// Appends the pool's best transactions until the block is full.
fn fill(
    builder: &mut BlockBuilder<'_>,
    pool: &Pool,
    header: &Header,
) -> Result<Vec<RecoveredTransaction>, MiningError> {
    let mut included = Vec::new();
    let mut bytes_left = MAX_BLOCK_RLP_BYTES.saturating_sub(BLOCK_OVERHEAD_BYTES);
    let mut best = pool.best(header.base_fee_per_gas.unwrap_or_default());
    while let Some(pooled) = best.next() {
        let gas_left = header.gas_limit.saturating_sub(builder.gas_used());
        // Nothing fits any more.
        if gas_left < MIN_TRANSACTION_GAS {
            break;
        }
        let transaction = &pooled.transaction;
        if pooled.encoded_bytes > bytes_left || transaction.gas_limit() > gas_left {
            best.skip_sender_of(&pooled);
            continue;
        }
        match builder.push(transaction.as_recovered_ref()) {
            Ok(_) => {
                bytes_left = bytes_left.saturating_sub(pooled.encoded_bytes);
                included.push(transaction.clone());
            }
            Err(PushError::State(error)) => return Err(error.into()),
            Err(PushError::DoesNotFit { .. } | PushError::NonceTooHigh { .. }) => {
                best.skip_sender_of(&pooled);
            }
            // Mined since the pool was asked: the sender's next transaction may still fit.
            Err(PushError::NonceTooLow { .. }) => {}
            Err(PushError::Invalid { reason }) => {
                let hash = *transaction.tx_hash();
                tracing::warn!(target: "miner", %hash, %reason, "dropped a transaction");
                pool.remove_unexecutable(hash);
                best.skip_sender_of(&pooled);
            }
        }
    }
    Ok(included)
}
