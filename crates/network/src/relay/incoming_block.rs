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
    /// Somebody was asked for it, or for a part of it.
    Requested { request: u64, peer: PeerId, deadline: Duration },
    /// It is being imported.
    Importing,
}

/// A block that was announced and is not here yet.
#[derive(Debug)]
pub(super) struct IncomingBlock {
    pub(super) announced: Arc<AnnouncedBlock>,
    /// Transactions that were asked for, by their position.
    pub(super) delivered: BTreeMap<u64, Bytes>,
    /// Positions that were asked for last.
    pub(super) asked: Vec<u64>,
    pub(super) announced_by: PeerId,
    pub(super) stage: Stage,
    /// Whom it was asked of.
    pub(super) tried: Vec<PeerId>,
    /// The block, once it is here, for those who ask before it is imported.
    pub(super) body: Option<FetchedBlock>,
}
