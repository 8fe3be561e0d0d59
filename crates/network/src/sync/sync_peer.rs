//! A peer, as far as the synchronisation cares.

use crate::wire::PeerHead;
use std::time::Duration;

/// How long the claim of a peer that could not keep it is not believed again; twice as long with every
/// further time, so that many peers that stall one after the other do not keep a node from the others.
const DISTRUST: Duration = Duration::from_secs(60);

/// Most doublings: four hours.
const MAX_DOUBLINGS: u32 = 8;

/// How long a peer is not asked for headers after it had no time, or was gone.
const PAUSE: Duration = Duration::from_secs(10);

/// Since when and how often a peer was not to be relied on. It outlives the connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reliability {
    /// Until when nothing is begun because of its claim, since the start of the node.
    until: Duration,
    failures: u32,
}

impl Reliability {
    pub(super) fn distrust(&mut self, now: Duration) {
        let doublings = self.failures.min(MAX_DOUBLINGS);
        self.until = now.saturating_add(DISTRUST.saturating_mul(1 << doublings));
        self.failures = self.failures.saturating_add(1);
    }

    pub(super) fn pause(&mut self, now: Duration) {
        self.until = self.until.max(now.saturating_add(PAUSE));
    }

    /// It kept what it claimed.
    pub(super) const fn kept(&mut self) {
        self.failures = 0;
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
    /// Requests for blocks that it has not answered.
    pub(super) downloads: usize,
    pub(super) reliability: Reliability,
}

impl SyncPeer {
    pub(super) const fn new(head: PeerHead, reliability: Reliability) -> Self {
        Self { head, downloads: 0, reliability }
    }
}
