//! Why a block could not be executed.

use alloy_primitives::{B256, U256};
use hanzo_state::StateError;
use hanzo_types::Fault;
use thiserror::Error;

/// Why a block could not be executed.
#[derive(Debug, Error)]
pub enum ExecutionError {
    /// A transaction that a block may not contain.
    #[error("transaction {index} ({hash}) is not valid: {reason}")]
    InvalidTransaction {
        /// Position in the block.
        index: usize,
        /// Hash of the transaction.
        hash: B256,
        /// The EVM's or the block's objection.
        reason: String,
    },
    /// The pre-block system calls failed.
    #[error("system call before the first transaction: {0}")]
    SystemCall(String),
    /// The system calls after the last transaction failed: the block is not valid. Source:
    /// EIP-6110, EIP-7002, EIP-7251.
    #[error("requests after the last transaction: {0}")]
    Requests(String),
    /// Balances changed by another amount than the block minted and burned: a consensus defect.
    #[error(
        "balances went from {before} to {after} wei, but the block minted {minted} and burned {burned}"
    )]
    SupplyMismatch {
        /// Sum of the changed accounts' balances before the block, in wei.
        before: U256,
        /// The same sum after the block, in wei.
        after: U256,
        /// Minted by the block, in wei.
        minted: U256,
        /// Burned by the block, in wei.
        burned: U256,
    },
    /// Reading the state failed.
    #[error(transparent)]
    State(#[from] StateError),
}

impl ExecutionError {
    /// Whose fault this is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::InvalidTransaction { .. } | Self::Requests(_) => Fault::Peer,
            Self::SystemCall(_) | Self::SupplyMismatch { .. } | Self::State(_) => Fault::Local,
        }
    }
}
