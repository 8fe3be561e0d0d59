//! A block that was announced and is not here yet.

use super::FetchedBlock;
use alloy_primitives::{B256, Bytes};
use hanzo_types::SealedHeader;
use libp2p::PeerId;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// What is known of a block whose body is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedBlock {
    /// Its header; the seal was checked.
    pub header: SealedHeader,
    /// Hashes of its transactions, as somebody said.
    pub transactions: Vec<B256>,
}

/// Where a block is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It is being put together.
    Assembling,
    /// It was asked for, or a part of it. One more is asked at this time, since the start of the node.
    Requested { next: Duration },
    /// It is being imported.
    Importing,
}

/// What a peer was asked for and has not answered. It may have come from another meanwhile.
#[derive(Debug)]
pub(super) struct BodyRequest {
    pub(super) block: B256,
    pub(super) peer: PeerId,
    /// Positions of the transactions that were asked for; empty for the whole block.
    pub(super) positions: Vec<u64>,
    /// Since the start of the node.
    pub(super) deadline: Duration,
}

/// A block that was announced and is not here yet.
#[derive(Debug)]
pub(super) struct IncomingBlock {
    pub(super) announced: Arc<AnnouncedBlock>,
    /// Transactions that were asked for, by their position.
    pub(super) delivered: BTreeMap<u64, Bytes>,
    /// Positions of transactions that whoever is asked next is asked for; empty for the whole block.
    pub(super) missing: Vec<u64>,
    pub(super) announced_by: PeerId,
    pub(super) stage: Stage,
    /// Whom it was asked of.
    pub(super) tried: Vec<PeerId>,
    /// The block, once it is here, for those who ask before it is imported.
    pub(super) body: Option<FetchedBlock>,
}
