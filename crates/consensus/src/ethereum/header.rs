//! What a header alone shows.

use super::EthereumRules;
use crate::{ConsensusError, MAX_EXTRA_DATA_BYTES};
use alloy_primitives::U256;
use hanzo_types::Header;

/// Checks what needs no parent.
pub(super) fn check(rules: &EthereumRules, header: &Header) -> Result<(), ConsensusError> {
    // Elsewhere only the ancestors tell. Here a difficulty would make the block one of an older
    // fork, and the first thing it has beyond that fork would be blamed instead.
    let is_merged_from_genesis = rules.forks().terminal_total_difficulty() == Some(U256::ZERO);
    if is_merged_from_genesis && !header.difficulty.is_zero() {
        return Err(ConsensusError::Difficulty { expected: U256::ZERO, found: header.difficulty });
    }
    let length = header.extra_data.len();
    if length > MAX_EXTRA_DATA_BYTES {
        return Err(ConsensusError::ExtraDataTooLong { found: length, max: MAX_EXTRA_DATA_BYTES });
    }
    if header.gas_used > header.gas_limit {
        return Err(ConsensusError::GasUsedAboveLimit {
            used: header.gas_used,
            limit: header.gas_limit,
        });
    }
    Ok(())
}
