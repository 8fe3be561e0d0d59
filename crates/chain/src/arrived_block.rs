//! A block on its way to import, and what of it was checked already.

use alloy_primitives::B256;
use hanzo_consensus::{Consensus, ConsensusError};
use hanzo_types::{SealedBlock, SealedHeader};

/// Hash of a header that keeps every rule which the header alone shows, seal included. Holding one is the
/// proof; [`CheckedHeader::check`] is its only constructor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedHeader(B256);

impl CheckedHeader {
    /// Checks a header, cheap checks first.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn check(header: &SealedHeader, consensus: &dyn Consensus) -> Result<Self, ConsensusError> {
        consensus.check_header(header)?;
        consensus.check_seal(header)?;
        Ok(Self(header.hash()))
    }

    /// Hash of the header.
    #[must_use]
    pub const fn hash(self) -> B256 {
        self.0
    }
}

/// A block on its way to import. Who fetches headers first need not have their seals checked twice, which
/// is most of the work for a block with few transactions.
#[derive(Debug, Clone)]
pub struct ArrivedBlock {
    block: SealedBlock,
    header_checked: bool,
}

impl From<SealedBlock> for ArrivedBlock {
    fn from(block: SealedBlock) -> Self {
        Self { block, header_checked: false }
    }
}

impl ArrivedBlock {
    /// The block of a header that was checked; the block alone if it is another one's.
    #[must_use]
    pub fn of_header(header: CheckedHeader, block: SealedBlock) -> Self {
        let header_checked = block.hash() == header.hash();
        Self { block, header_checked }
    }

    /// The block.
    #[must_use]
    pub const fn block(&self) -> &SealedBlock {
        &self.block
    }

    pub(crate) const fn is_header_checked(&self) -> bool {
        self.header_checked
    }

    pub(crate) fn into_block(self) -> SealedBlock {
        self.block
    }
}
