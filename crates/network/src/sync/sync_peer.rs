//! A peer, as far as the synchronisation cares.

use crate::wire::PeerHead;
use std::time::Duration;

/// How long the claim of a peer that could not keep it is not believed again; twice as long with every
/// further time, so that many peers that stall one after the other do not keep a node from the others.
const DISTRUST: Duration = Duration::from_secs(60);

/// Most doublings: four hours.
const MAX_DOUBLINGS: u32 = 8;

/// How long a peer is not asked for headers after it had no time, or was gone. After it did not answer in
/// time, it is twice as long with every further time.
const PAUSE: Duration = Duration::from_secs(10);

/// Since when and how often a peer was not to be relied on. It outlives the connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reliability {
    /// Until when nothing is begun because of its claim, since the start of the node.
    until: Duration,
    failures: u32,
    /// Whether the last chain that it claimed was there, or it has brought a block with work in it since.
    is_proven: bool,
}

impl Reliability {
    /// It did not keep what it claimed.
    pub(super) fn distrust(&mut self, now: Duration) {
        self.fail(now, DISTRUST);
    }

    /// It did not answer in time. It may be slow, or without a line for a moment.
    pub(super) fn late(&mut self, now: Duration) {
        self.fail(now, PAUSE);
    }

    fn fail(&mut self, now: Duration, time: Duration) {
        let doublings = self.failures.min(MAX_DOUBLINGS);
        self.until = now.saturating_add(time.saturating_mul(1 << doublings));
        self.failures = self.failures.saturating_add(1);
        self.is_proven = false;
    }

    pub(super) fn pause(&mut self, now: Duration) {
        self.until = self.until.max(now.saturating_add(PAUSE));
    }

    /// It kept what it claimed.
    pub(super) const fn kept(&mut self) {
        self.failures = 0;
        self.is_proven = true;
    }

    /// It was the first to bring a block with work in it.
    pub(super) const fn worked(&mut self) {
        self.is_proven = true;
    }

    pub(super) fn is_trusted(&self, now: Duration) -> bool {
        now >= self.until
    }

    /// Whether there is something to remember.
    pub(super) fn is_blank(&self, now: Duration) -> bool {
        self.failures == 0 && self.is_trusted(now)
    }
}

/// A peer, as far as the synchronisation cares.
#[derive(Debug)]
pub(super) struct SyncPeer {
    pub(super) head: PeerHead,
    /// Whether this node has chosen it, and not it this node.
    pub(super) is_chosen: bool,
    /// Requests for blocks that it has not answered.
    pub(super) downloads: usize,
    pub(super) reliability: Reliability,
}

impl SyncPeer {
    pub(super) const fn new(head: PeerHead, is_chosen: bool, reliability: Reliability) -> Self {
        Self { head, is_chosen, downloads: 0, reliability }
    }

    /// Whether there is anything to say for it apart from what it says itself. New names have nothing. Discovery
    /// finds strangers, too: that this node has chosen it counts until it fails.
    pub(super) const fn has_merit(&self) -> bool {
        self.reliability.is_proven || (self.is_chosen && self.reliability.failures == 0)
    }
}
