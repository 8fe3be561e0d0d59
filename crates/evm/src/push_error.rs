//! Why a transaction does not go into a block.

use crate::block_evm::{BlockDatabaseError, read_error};
use alloy_consensus::Transaction as _;
use alloy_evm::block::{BlockExecutionError, BlockValidationError};
use hanzo_state::StateError;
use hanzo_types::Transaction;
use revm::context_interface::result::{EVMError, InvalidTransaction};
use thiserror::Error;

/// Why a transaction does not go into the block. The block is unchanged.
#[derive(Debug, Error)]
pub enum PushError {
    /// Its gas limit exceeds what the block has left.
    #[error("gas limit {gas_limit} exceeds the {available} gas left in the block")]
    DoesNotFit {
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Gas left in the block.
        available: u64,
    },
    /// Its nonce was used before.
    #[error("nonce too low: transaction has {found}, the account is at {expected}")]
    NonceTooLow {
        /// Nonce of the account.
        expected: u64,
        /// Nonce of the transaction.
        found: u64,
    },
    /// Nonces before it are missing.
    #[error("nonce too high: transaction has {found}, the account is at {expected}")]
    NonceTooHigh {
        /// Nonce of the account.
        expected: u64,
        /// Nonce of the transaction.
        found: u64,
    },
    /// The EVM refuses it for another reason.
    #[error("{reason}")]
    Invalid {
        /// The EVM's objection.
        reason: String,
    },
    /// Reading the state failed.
    #[error(transparent)]
    State(#[from] StateError),
}

/// What the executor's error says about `transaction`.
pub(crate) fn push_error(error: BlockExecutionError, transaction: &Transaction) -> PushError {
    match error {
        BlockExecutionError::Validation(
            BlockValidationError::TransactionGasLimitMoreThanAvailableBlockGas {
                block_available_gas: available,
                ..
            },
        ) => PushError::DoesNotFit { gas_limit: transaction.gas_limit(), available },
        BlockExecutionError::Validation(BlockValidationError::InvalidTx { error, .. }) => {
            match error.as_invalid_tx_err() {
                Some(objection) => invalid_transaction(objection),
                None => PushError::Invalid { reason: error.to_string() },
            }
        }
        other @ (BlockExecutionError::Validation(_) | BlockExecutionError::Internal(_)) => {
            internal_error(other)
        }
    }
}

/// Everything that is not the transaction's fault is a failed read.
fn internal_error(error: BlockExecutionError) -> PushError {
    PushError::State(StateError::Storage(Box::new(error)))
}

/// What the EVM's error says about the only transaction it was asked to run.
pub(crate) fn evm_error(error: EVMError<BlockDatabaseError>) -> PushError {
    match error {
        EVMError::Transaction(objection) => invalid_transaction(&objection),
        EVMError::Database(error) => read_error(error).into(),
        EVMError::Header(error) => PushError::Invalid { reason: error.to_string() },
        // Precompiles that read the state say so this way.
        EVMError::Custom(_) | EVMError::CustomAny(_) => StateError::storage(error).into(),
    }
}

fn invalid_transaction(objection: &InvalidTransaction) -> PushError {
    if let InvalidTransaction::NonceTooLow { tx, state } = objection {
        return PushError::NonceTooLow { expected: *state, found: *tx };
    }
    if let InvalidTransaction::NonceTooHigh { tx, state } = objection {
        return PushError::NonceTooHigh { expected: *state, found: *tx };
    }
    PushError::Invalid { reason: objection.to_string() }
}
