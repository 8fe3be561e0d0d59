//! Following the chain of one peer.

use super::{
    HeaderTip, SyncAction,
    batch::{Batch, BatchState, MAX_BATCHES},
};
use crate::wire::{MAX_REQUESTED_BLOCKS, MAX_REQUESTED_HEADERS, PeerHead};
use hanzo_chain::{CheckedHeader, MAX_SEGMENT_BLOCKS};
use hanzo_types::SealedHeader;
use libp2p::PeerId;
use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

/// Most blocks whose headers were checked and that were not fetched yet: four megabytes of hashes.
pub const MAX_PLANNED_BLOCKS: usize = 131_072;

/// A run in which nothing happens for so long is given up.
pub const STALLED_AFTER: Duration = Duration::from_secs(60);

/// Imports that are under way: one that is executed, and one that waits so that the chain does not.
const MAX_IMPORTS: usize = 2;

/// Most blocks in an import. Small enough for readers to see the chain grow, and large enough to keep
/// the stages of the import busy.
const IMPORT_BLOCKS: usize = MAX_SEGMENT_BLOCKS;

/// Answers with fewer headers than were asked for, and without the head that the source said to have. A
/// chain that grows or changes meanwhile gives one or two; a source that gives its headers in drips would
/// keep a node from the other peers.
const MAX_SHORT_ANSWERS: u32 = 8;

/// Where the headers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderStage {
    /// The source was asked.
    Requested { request: u64, deadline: Duration },
    /// They are being checked.
    Checking { check: u64 },
    /// There are as many as may be planned.
    Paused,
    /// The source has no more.
    Complete,
}

/// Following the chain of one peer, from the last block that both have.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) source: PeerId,
    pub(super) target: PeerHead,
    pub(super) headers: HeaderStage,
    pub(super) tip: Option<Box<HeaderTip>>,
    /// Whether the headers that were checked make a heavier chain than the head.
    pub(super) is_heavier: bool,
    pub(super) batches: VecDeque<Batch>,
    /// Peers that said not to have blocks of this chain.
    pub(super) lacking: BTreeSet<PeerId>,
    pub(super) began_at: Duration,
    pub(super) active_at: Duration,
    /// Checked, and in no batch yet; the first has the number `next_number`.
    planned: VecDeque<CheckedHeader>,
    next_number: u64,
    /// Numbers of the imports that are under way.
    imports: VecDeque<u64>,
    short_answers: u32,
}

impl Run {
    pub(super) const fn new(
        source: PeerId,
        target: PeerHead,
        headers: HeaderStage,
        now: Duration,
    ) -> Self {
        Self {
            source,
            target,
            headers,
            tip: None,
            is_heavier: false,
            batches: VecDeque::new(),
            lacking: BTreeSet::new(),
            began_at: now,
            active_at: now,
            planned: VecDeque::new(),
            next_number: 0,
            imports: VecDeque::new(),
            short_answers: 0,
        }
    }

    /// The source has sent these headers. Whether it has done so in drips.
    pub(super) fn drips(&mut self, headers: &[SealedHeader]) -> bool {
        let is_short = headers.len() < MAX_REQUESTED_HEADERS;
        let reaches = headers.iter().any(|header| header.hash() == self.target.hash);
        if is_short && !reaches {
            self.short_answers = self.short_answers.saturating_add(1);
        }
        self.short_answers > MAX_SHORT_ANSWERS
    }

    /// Headers passed; `tip` is the last of them.
    pub(super) fn plan(&mut self, headers: Vec<CheckedHeader>, tip: Box<HeaderTip>) {
        if self.planned.is_empty() && !headers.is_empty() {
            let count = u64::try_from(headers.len()).unwrap_or(u64::MAX);
            self.next_number = tip.header.number.saturating_add(1).saturating_sub(count);
        }
        self.planned.extend(headers);
        self.tip = Some(tip);
    }

    /// Whether more headers are wanted now.
    pub(super) fn wants_headers(&self) -> bool {
        self.planned.len() < MAX_PLANNED_BLOCKS
    }

    /// Whether no room for headers is left although they do not make a heavier chain.
    pub(super) fn is_overfull(&self) -> bool {
        !self.is_heavier && !self.wants_headers()
    }

    /// Makes batches of what is planned, as many as there may be.
    pub(super) fn make_batches(&mut self) {
        while self.is_heavier && self.batches.len() < MAX_BATCHES && !self.planned.is_empty() {
            let count = self.planned.len().min(MAX_REQUESTED_BLOCKS);
            let headers = self.planned.drain(..count).collect();
            self.batches.push_back(Batch::new(self.next_number, headers));
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            self.next_number = self.next_number.saturating_add(count);
        }
    }

    /// The next blocks to import, if they are here and the chain has time.
    pub(super) fn next_import(&mut self, number: &mut u64) -> Option<SyncAction> {
        if self.imports.len() >= MAX_IMPORTS || !self.batches.front().is_some_and(Batch::is_ready) {
            return None;
        }
        let mut blocks = Vec::new();
        while let Some(batch) = self.batches.front()
            && batch.is_ready()
            && blocks.len().saturating_add(batch.headers.len()) <= IMPORT_BLOCKS
        {
            if let Some(Batch { state: BatchState::Ready(ready), .. }) = self.batches.pop_front() {
                blocks.extend(ready);
            }
        }
        *number = number.saturating_add(1);
        self.imports.push_back(*number);
        Some(SyncAction::Import { import: *number, blocks })
    }

    /// An import is over. Whether it was one of this run.
    pub(super) fn imported(&mut self, number: u64) -> bool {
        let known = self.imports.front() == Some(&number);
        if known {
            self.imports.pop_front();
        }
        known
    }

    /// Whether there is nothing left to do.
    pub(super) fn is_over(&self) -> bool {
        self.headers == HeaderStage::Complete
            && self.planned.is_empty()
            && self.batches.is_empty()
            && self.imports.is_empty()
    }

    /// Blocks that are known of and not imported.
    pub(super) fn highest(&self) -> u64 {
        let tip = self.tip.as_ref().map_or(0, |tip| tip.header.number);
        self.target.number.max(tip)
    }
}
