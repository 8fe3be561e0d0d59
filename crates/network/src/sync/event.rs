//! What the synchronisation hears of.

use super::CheckedHeaders;
use crate::wire::PeerHead;
use alloy_primitives::B256;
use hanzo_types::{SealedBlock, SealedHeader};
use libp2p::PeerId;

/// What the synchronisation hears of.
#[derive(Debug)]
pub enum SyncEvent {
    /// A peer says what its head is, for the first time or again.
    PeerHead {
        /// Who.
        peer: PeerId,
        /// Its head.
        head: PeerHead,
        /// Whether this node has chosen it: it is named, or this node opened the connection.
        is_chosen: bool,
    },
    /// A peer was the first to bring a block with work in it.
    PeerWorked {
        /// Who.
        peer: PeerId,
    },
    /// A peer is gone.
    PeerGone {
        /// Who.
        peer: PeerId,
    },
    /// The head of this node changed.
    LocalHead(PeerHead),
    /// Headers came.
    Headers {
        /// Number of the request.
        request: u64,
        /// Hash of the block that they follow; zero if the peer has none of those it was told.
        after: B256,
        /// The headers, unchecked.
        headers: Vec<SealedHeader>,
    },
    /// Headers were checked.
    HeadersChecked {
        /// Number of the check.
        check: u64,
        /// What came of it.
        checked: CheckedHeaders,
    },
    /// Blocks came. Their bodies belong to their headers.
    Blocks {
        /// Number of the request.
        request: u64,
        /// The blocks, unchecked otherwise.
        blocks: Vec<SealedBlock>,
    },
    /// Nothing came.
    Failed {
        /// Number of the request.
        request: u64,
        /// Why.
        failure: RequestFailure,
    },
    /// Blocks were imported.
    Imported {
        /// Number of the import.
        import: u64,
        /// What came of it.
        verdict: ImportVerdict,
    },
    /// Some time has passed.
    Tick,
}

/// Why a request brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFailure {
    /// The connection broke, or the peer has no time now.
    Unlucky,
    /// What came is wrong; the peer was punished for it already.
    Wrong,
}

/// What became of blocks that were imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportVerdict {
    /// All are in.
    Done,
    /// One is not valid.
    Invalid,
    /// They could not be imported now; nobody is to blame.
    NotNow,
}
