//! Why a seal is not valid.

use alloy_primitives::{B256, U256};
use thiserror::Error;

/// Why a seal is not valid. Both are the fault of whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PocError {
    /// The lottery number is too large: a losing ticket, or a random fake. Cheap to find out.
    #[error("lottery number {pow:#066x} is above the target {target:#066x}")]
    PowAboveTarget {
        /// The lottery number of the claimed seal.
        pow: U256,
        /// The largest number that wins.
        target: U256,
    },
    /// The tile does not fold to the claimed mix: the ticket was ground, not computed.
    #[error("mixHash is {claimed}, the tile folds to {computed}")]
    MixMismatch {
        /// What the header says.
        claimed: B256,
        /// Fold of the tile that the nonce names.
        computed: B256,
    },
}
