//! Why there is no trace.

use crate::{CallError, ExecutionError, PushError};
use alloy_primitives::B256;
use hanzo_state::StateError;
use thiserror::Error;

/// Why there is no trace.
#[derive(Debug, Error)]
pub enum TraceError {
    /// The trace is larger than allowed. It was given up when it became so.
    #[error("the trace is larger than {limit} bytes")]
    TooLarge {
        /// Largest trace, in bytes of JSON.
        limit: usize,
    },
    /// The time was up before the trace was complete.
    #[error("the time for the trace is up")]
    TimeUp,
    /// The call cannot run at all. One that runs and fails has a trace.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The block does not start.
    #[error(transparent)]
    Block(#[from] ExecutionError),
    /// A transaction of the block that the block may not contain.
    #[error("replay of transaction {hash}: {source}")]
    Transaction {
        /// Hash of the transaction.
        hash: B256,
        /// The objection.
        source: PushError,
    },
    /// Reading the state failed.
    #[error(transparent)]
    State(#[from] StateError),
}
