//! What the synchronisation wants done.

use super::HeaderTip;
use crate::peers::Offence;
use alloy_primitives::B256;
use hanzo_chain::ArrivedBlock;
use hanzo_types::SealedHeader;
use libp2p::PeerId;

/// What the synchronisation wants done.
#[derive(Debug)]
pub enum SyncAction {
    /// Ask a peer for headers.
    RequestHeaders {
        /// Number of the request.
        request: u64,
        /// Whom.
        peer: PeerId,
        /// From where on.
        from: HeadersFrom,
    },
    /// Ask a peer for blocks.
    RequestBlocks {
        /// Number of the request.
        request: u64,
        /// Whom.
        peer: PeerId,
        /// Hashes of the blocks.
        hashes: Vec<B256>,
    },
    /// Check headers with [`super::check_headers`].
    CheckHeaders {
        /// Number of the check.
        check: u64,
        /// Hash of the block that they should follow.
        after: B256,
        /// The last header that was checked before; `None` if the block they follow is one of ours.
        tip: Option<Box<HeaderTip>>,
        /// The headers.
        headers: Vec<SealedHeader>,
    },
    /// Import blocks, each the child of the one before it.
    Import {
        /// Number of the import.
        import: u64,
        /// The blocks.
        blocks: Vec<ArrivedBlock>,
    },
    /// A peer did something wrong.
    Report {
        /// Who.
        peer: PeerId,
        /// What.
        offence: Offence,
    },
    /// Ask a peer what its head is now.
    RefreshStatus {
        /// Whom.
        peer: PeerId,
    },
}

/// From where on headers are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadersFrom {
    /// After the newest block that both have.
    CommonAncestor,
    /// After the block with this hash.
    After(B256),
}
