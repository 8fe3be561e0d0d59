//! What execution produced.

use crate::{ConsensusError, receipts::check_receipts};
use hanzo_types::{BlockOutcome, Header};

/// Checks receipts, blob gas and requests against the header, whose shape has been checked.
pub(super) fn check(header: &Header, outcome: &BlockOutcome) -> Result<(), ConsensusError> {
    check_receipts(header, outcome)?;
    if let Some(used) = header.blob_gas_used
        && used != outcome.blob_gas_used
    {
        return Err(ConsensusError::BlobGasUsed { header: used, computed: outcome.blob_gas_used });
    }
    if let Some(expected) = header.requests_hash {
        let computed = outcome.requests.requests_hash();
        if expected != computed {
            return Err(ConsensusError::RequestsHash { header: expected, computed });
        }
    }
    Ok(())
}
