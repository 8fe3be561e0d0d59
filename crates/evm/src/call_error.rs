//! Why a call or an estimate failed.

use alloy_primitives::{Bytes, U256};
use hanzo_state::StateError;
use thiserror::Error;

/// Why a call or an estimate failed. Messages are the ones Ethereum tools match on.
#[derive(Debug, Error)]
pub enum CallError {
    /// The contract reverted; `output` is its revert data.
    #[error("execution reverted{}", revert_suffix(output))]
    Revert {
        /// Revert data, possibly empty.
        output: Bytes,
    },
    /// Execution stopped exceptionally.
    #[error("{reason}")]
    Halt {
        /// The EVM's reason, in geth's words where geth has them.
        reason: String,
    },
    /// No gas limit within the allowance lets the transaction succeed.
    #[error("gas required exceeds allowance ({allowance})")]
    GasRequiredExceedsAllowance {
        /// Largest gas limit that was tried.
        allowance: u64,
    },
    /// The sender cannot pay value plus gas.
    #[error("insufficient funds for gas * price + value: have {have} want {want}")]
    InsufficientFunds {
        /// Balance of the sender, in wei.
        have: U256,
        /// What the transaction needs, in wei.
        want: U256,
    },
    /// The request contradicts itself or the chain's rules.
    #[error("{0}")]
    InvalidRequest(String),
    /// Reading the state failed.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The reason string of a standard `Error(string)` or `Panic(uint256)` revert, as geth appends it.
fn revert_suffix(output: &Bytes) -> String {
    alloy_sol_types::decode_revert_reason(output)
        .map(|reason| {
            let reason = reason.strip_prefix("revert: ").unwrap_or(&reason);
            format!(": {reason}")
        })
        .unwrap_or_default()
}
