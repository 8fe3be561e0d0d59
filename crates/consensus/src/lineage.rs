//! Whether a header is the child of another.

use crate::ConsensusError;
use hanzo_types::{Header, SealedHeader};

/// Checks that `header` names `parent`, is the next number and is younger.
///
/// # Errors
/// [`ConsensusError::ParentHash`], [`ConsensusError::Number`] or
/// [`ConsensusError::TimestampNotAfterParent`].
pub(crate) fn check_lineage(header: &Header, parent: &SealedHeader) -> Result<(), ConsensusError> {
    if header.parent_hash != parent.hash() {
        return Err(ConsensusError::ParentHash {
            expected: parent.hash(),
            found: header.parent_hash,
        });
    }
    let expected = parent.number.saturating_add(1);
    if header.number != expected {
        return Err(ConsensusError::Number { expected, found: header.number });
    }
    if header.timestamp <= parent.timestamp {
        return Err(ConsensusError::TimestampNotAfterParent {
            parent: parent.timestamp,
            found: header.timestamp,
        });
    }
    Ok(())
}
