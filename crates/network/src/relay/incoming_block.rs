//! A block that was announced and is not here yet.

use super::{FetchedBlock, RelayAction, block_relay::MAX_ANNOUNCERS};
use crate::wire::MAX_REQUESTED_TRANSACTIONS;
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
    /// Who said which transactions the block has.
    pub(super) list_of: PeerId,
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
    /// Who gave them.
    pub(super) delivered_by: Option<PeerId>,
    /// Positions of transactions that whoever is asked next is asked for; empty for the whole block.
    pub(super) missing: Vec<u64>,
    pub(super) announced_by: PeerId,
    /// Everybody who has announced it, at most [`MAX_ANNOUNCERS`].
    pub(super) announcers: Vec<PeerId>,
    pub(super) stage: Stage,
    /// Whom it was asked of.
    pub(super) tried: Vec<PeerId>,
    /// How often.
    pub(super) attempts: usize,
    /// The block, once it is here, for those who ask before it is imported.
    pub(super) body: Option<FetchedBlock>,
}

impl IncomingBlock {
    pub(super) fn new(announced: Arc<AnnouncedBlock>, from: PeerId) -> Self {
        Self {
            announced,
            delivered: BTreeMap::new(),
            delivered_by: None,
            missing: Vec::new(),
            announced_by: from,
            announcers: vec![from],
            stage: Stage::Assembling,
            tried: Vec::new(),
            attempts: 0,
            body: None,
        }
    }

    /// Another peer announces it, maybe with other hashes. Its seal does not bind them, and a stranger who is
    /// faster than everybody else may give wrong ones: the right ones put the block together without asking.
    pub(super) fn announced_again(
        &mut self,
        block: Box<AnnouncedBlock>,
        from: PeerId,
        actions: &mut Vec<RelayAction>,
    ) {
        if self.announcers.contains(&from) || self.announcers.len() >= MAX_ANNOUNCERS {
            return;
        }
        self.announcers.push(from);
        let is_other = self.announced.transactions != block.transactions;
        if is_other && self.stage != Stage::Importing {
            let (block, delivered) = (Arc::from(block), BTreeMap::new());
            actions.push(RelayAction::Assemble { block, from, delivered });
        }
    }

    /// These transactions are not in the pool: what the next request is for. Beyond half of the block the whole
    /// of it is hardly longer.
    pub(super) fn lacks(&mut self, positions: Vec<u64>) {
        let half = self.announced.transactions.len() / 2;
        let few = positions.len() <= half.min(MAX_REQUESTED_TRANSACTIONS);
        let first_time = self.delivered.is_empty();
        self.missing = if few && first_time { positions } else { Vec::new() };
    }
}
