//! Why a call or an estimate failed.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{Panic, Revert, SolError as _};
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
    #[error(
        "insufficient funds for gas * price + value: address {address} have {have} want {want}"
    )]
    InsufficientFunds {
        /// The sender.
        address: Address,
        /// Balance of the sender, in wei.
        have: U256,
        /// What the transaction needs, in wei.
        want: U256,
    },
    /// The request names a price that no block would take.
    #[error(
        "max fee per gas less than block base fee: address {address}, maxFeePerGas: {price}, \
         baseFee: {base_fee}"
    )]
    PriceBelowBaseFee {
        /// The sender.
        address: Address,
        /// Gas price or fee cap, in wei per gas.
        price: u128,
        /// Base fee of the block, in wei per gas.
        base_fee: u128,
    },
    /// The request contradicts itself or the chain's rules.
    #[error("{0}")]
    InvalidRequest(String),
    /// Reading the state failed.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The reason of a standard `Error(string)` or `Panic(uint256)` revert, as geth appends it. Other
/// revert data is not text.
fn revert_suffix(output: &Bytes) -> String {
    if let Ok(revert) = Revert::abi_decode(output) {
        return format!(": {}", revert.reason);
    }
    Panic::abi_decode(output).map(|panic| format!(": {panic}")).unwrap_or_default()
}
