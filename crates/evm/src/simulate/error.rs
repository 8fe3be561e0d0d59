//! Why a simulation has no result.

use crate::{ExecutionError, block_evm::BlockDatabaseError, block_evm::read_error};
use alloy_evm::{
    block::{BlockExecutionError, BlockValidationError},
    overrides::StateOverrideError,
};
use alloy_primitives::Address;
use hanzo_state::StateError;
use revm::context_interface::result::InvalidTransaction;
use thiserror::Error;

/// What makes a call one that no block takes. Source: the error codes of `eth_simulateV1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallObjection {
    /// Its nonce was used before.
    NonceTooLow,
    /// Nonces before it are missing.
    NonceTooHigh,
    /// It pays less than the base fee.
    FeeBelowBaseFee,
    /// Its gas limit is below what any such transaction needs.
    IntrinsicGas,
    /// Its sender cannot pay for value and gas.
    InsufficientFunds,
    /// Its gas limit is above what the block has left.
    BlockGasLimit,
    /// Its sender has code.
    SenderIsContract,
    /// Its init code is too large.
    InitCodeSize,
    /// Anything else.
    Malformed,
}

/// Why a simulation has no result.
#[derive(Debug, Error)]
pub enum SimulationError {
    /// A call cannot be part of its block.
    #[error("{reason}")]
    Call {
        /// What kind of objection it is.
        objection: CallObjection,
        /// The objection in words.
        reason: String,
    },
    /// A precompile is moved to where it is.
    #[error("precompile {address} is moved to its own address")]
    MovedToItself {
        /// Where it is.
        address: Address,
    },
    /// Two precompiles are moved to the same address.
    #[error("two precompiles are moved to {address}")]
    MovedTwice {
        /// Where both would be.
        address: Address,
    },
    /// The assumed state contradicts itself.
    #[error("{0}")]
    Overrides(String),
    /// The assumed storage replaces one that has too many slots.
    #[error("state of {address} replaces a storage of more than the limit of {limit} entries")]
    WipedStorage {
        /// Whose storage it is.
        address: Address,
        /// Most entries that are read to wipe a storage.
        limit: usize,
    },
    /// The time was up before the end.
    #[error("the time for the simulation is up")]
    TimeUp,
    /// The block does not start or end.
    #[error(transparent)]
    Block(#[from] ExecutionError),
    /// Reading the state failed.
    #[error(transparent)]
    State(#[from] StateError),
}

impl SimulationError {
    pub(super) fn call(objection: CallObjection, reason: impl Into<String>) -> Self {
        Self::Call { objection, reason: reason.into() }
    }

    /// What the executor's error says about a call.
    pub(super) fn of_call(error: BlockExecutionError) -> Self {
        match error {
            BlockExecutionError::Validation(BlockValidationError::InvalidTx { error, .. }) => {
                let objection = error
                    .as_invalid_tx_err()
                    .map_or(CallObjection::Malformed, CallObjection::of_transaction);
                Self::call(objection, error.to_string())
            }
            BlockExecutionError::Validation(
                error @ BlockValidationError::TransactionGasLimitMoreThanAvailableBlockGas {
                    ..
                },
            ) => Self::call(CallObjection::BlockGasLimit, error.to_string()),
            // Everything that is not the call's fault is a failed read.
            other @ (BlockExecutionError::Validation(_) | BlockExecutionError::Internal(_)) => {
                Self::State(StateError::storage(other))
            }
        }
    }

    pub(super) fn of_overrides(error: StateOverrideError<BlockDatabaseError>) -> Self {
        match error {
            StateOverrideError::Database(error) => Self::State(read_error(error)),
            other @ (StateOverrideError::InvalidBytecode(_)
            | StateOverrideError::BothStateAndStateDiff(_)) => Self::Overrides(other.to_string()),
        }
    }
}

impl CallObjection {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum that grows with the forks")]
    const fn of_transaction(error: &InvalidTransaction) -> Self {
        match error {
            InvalidTransaction::NonceTooLow { .. } => Self::NonceTooLow,
            InvalidTransaction::NonceTooHigh { .. } => Self::NonceTooHigh,
            InvalidTransaction::GasPriceLessThanBasefee => Self::FeeBelowBaseFee,
            InvalidTransaction::CallGasCostMoreThanGasLimit { .. }
            | InvalidTransaction::GasFloorMoreThanGasLimit { .. } => Self::IntrinsicGas,
            InvalidTransaction::LackOfFundForMaxFee { .. }
            | InvalidTransaction::OverflowPaymentInTransaction => Self::InsufficientFunds,
            InvalidTransaction::CallerGasLimitMoreThanBlock => Self::BlockGasLimit,
            InvalidTransaction::RejectCallerWithCode => Self::SenderIsContract,
            InvalidTransaction::CreateInitCodeSizeLimit => Self::InitCodeSize,
            _ => Self::Malformed,
        }
    }
}
