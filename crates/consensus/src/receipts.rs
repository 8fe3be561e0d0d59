//! What execution produced against what the header says.

use crate::ConsensusError;
use hanzo_types::{BlockOutcome, Header, receipts_root};

/// Checks gas used, logs bloom and receipts root, cheap checks first: the part of
/// [`crate::Consensus::check_outcome`] that stored receipts are enough for.
///
/// # Errors
/// The first field that differs.
pub fn check_receipts(header: &Header, outcome: &BlockOutcome) -> Result<(), ConsensusError> {
    if header.gas_used != outcome.gas_used {
        return Err(ConsensusError::GasUsed {
            header: header.gas_used,
            computed: outcome.gas_used,
        });
    }
    if header.logs_bloom != outcome.logs_bloom {
        return Err(ConsensusError::LogsBloom {
            header: Box::new(header.logs_bloom),
            computed: Box::new(outcome.logs_bloom),
        });
    }
    let computed = receipts_root(&outcome.receipts);
    if header.receipts_root != computed {
        return Err(ConsensusError::ReceiptsRoot { header: header.receipts_root, computed });
    }
    Ok(())
}
