//! Blocks that are fetched together.

use hanzo_chain::{ArrivedBlock, CheckedHeader};
use hanzo_types::SealedBlock;
use libp2p::PeerId;
use std::{collections::BTreeSet, time::Duration};

/// Most batches between the headers and the import. With responses of about 2 MiB they hold 24 MiB, and
/// more only if single blocks are larger.
pub const MAX_BATCHES: usize = 12;

/// How often a batch is asked for before the chain is given up. Source: Lighthouse, architecture §2.8.
pub const MAX_DOWNLOAD_ATTEMPTS: u32 = 5;

/// Where a batch is.
#[derive(Debug)]
pub(super) enum BatchState {
    /// Nobody was asked.
    Waiting,
    /// Somebody was asked.
    Downloading { request: u64, peer: PeerId, deadline: Duration },
    /// The blocks are here.
    Ready(Vec<ArrivedBlock>),
}

/// Blocks that are fetched together: consecutive ones of the chain whose headers were checked.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) first_number: u64,
    pub(super) headers: Vec<CheckedHeader>,
    pub(super) state: BatchState,
    pub(super) attempts: u32,
    /// Peers that did not deliver it.
    pub(super) tried: BTreeSet<PeerId>,
}

impl Batch {
    pub(super) const fn new(first_number: u64, headers: Vec<CheckedHeader>) -> Self {
        Self {
            first_number,
            headers,
            state: BatchState::Waiting,
            attempts: 0,
            tried: BTreeSet::new(),
        }
    }

    /// Number of the last block.
    pub(super) fn last_number(&self) -> u64 {
        let after_first = self.headers.len().saturating_sub(1);
        self.first_number.saturating_add(u64::try_from(after_first).unwrap_or(u64::MAX))
    }

    /// Whom this request was sent to, if it was for this batch.
    pub(super) fn server(&self, number: u64) -> Option<PeerId> {
        match self.state {
            BatchState::Downloading { request, peer, .. } if request == number => Some(peer),
            BatchState::Downloading { .. } | BatchState::Waiting | BatchState::Ready(_) => None,
        }
    }

    pub(super) const fn is_waiting(&self) -> bool {
        matches!(self.state, BatchState::Waiting)
    }

    pub(super) const fn is_downloading(&self) -> bool {
        matches!(self.state, BatchState::Downloading { .. })
    }

    pub(super) const fn is_ready(&self) -> bool {
        matches!(self.state, BatchState::Ready(_))
    }

    /// A peer did not deliver: another one is to be asked.
    pub(super) fn missed(&mut self, peer: PeerId) {
        self.state = BatchState::Waiting;
        self.attempts = self.attempts.saturating_add(1);
        self.tried.insert(peer);
    }

    /// The first of its blocks came. Returns the rest as another batch.
    pub(super) fn fill(&mut self, blocks: Vec<SealedBlock>) -> Option<Self> {
        let rest = self.headers.split_off(blocks.len().min(self.headers.len()));
        let got = u64::try_from(self.headers.len()).unwrap_or(u64::MAX);
        let headers = self.headers.iter().zip(blocks);
        let blocks = headers.map(|(header, block)| ArrivedBlock::of_header(*header, block));
        self.state = BatchState::Ready(blocks.collect());
        (!rest.is_empty()).then(|| Self::new(self.first_number.saturating_add(got), rest))
    }
}
