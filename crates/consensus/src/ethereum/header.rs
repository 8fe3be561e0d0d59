//! What a header alone shows.

use crate::{ConsensusError, MAX_EXTRA_DATA_BYTES};
use hanzo_types::Header;

/// Checks what needs neither parent nor fork.
pub(super) fn check(header: &Header) -> Result<(), ConsensusError> {
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
