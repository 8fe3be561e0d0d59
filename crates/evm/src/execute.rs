//! Execution of a whole block.

use crate::{BlockBuilder, ExecutionError, PushError};
use hanzo_state::{StateDiff, WorldState};
use hanzo_types::{BlockOutcome, ChainSpec, Header, RecoveredBlock};
use std::sync::Arc;

/// What running a block produced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Executed {
    /// Receipts, gas, bloom and the effect on the supply.
    pub outcome: BlockOutcome,
    /// Everything that changed in the world state.
    pub diff: StateDiff,
}

/// Runs `block` on `state`, the world state after `parent`.
///
/// # Errors
/// [`ExecutionError::InvalidTransaction`] if the block may not contain one of its transactions,
/// otherwise as [`BlockBuilder::new`] and [`BlockBuilder::finish`].
pub fn execute(
    state: &dyn WorldState,
    block: &RecoveredBlock,
    parent: &Header,
    spec: &Arc<ChainSpec>,
) -> Result<Executed, ExecutionError> {
    let body = block.body();
    let withdrawals = body.withdrawals.as_ref().map(|list| list.as_slice());
    let mut builder = BlockBuilder::new(state, block.header(), parent, spec)?
        .crediting(&body.ommers, withdrawals);
    let count = body.transactions.len();
    for index in 0..count {
        let Some(transaction) = block.recovered_transaction(index) else { continue };
        builder.push(transaction).map_err(|error| match error {
            PushError::State(error) => ExecutionError::State(error),
            PushError::DoesNotFit { .. }
            | PushError::NonceTooLow { .. }
            | PushError::NonceTooHigh { .. }
            | PushError::Invalid { .. } => ExecutionError::InvalidTransaction {
                index,
                hash: *transaction.tx_hash(),
                reason: error.to_string(),
            },
        })?;
    }
    builder.finish()
}
