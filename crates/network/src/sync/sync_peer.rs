//! A peer, as far as the synchronisation cares.

use crate::wire::PeerHead;
use std::time::Duration;

/// How long the claim of a peer that could not keep it is not believed again.
const DISTRUST: Duration = Duration::from_secs(60);

/// A peer, as far as the synchronisation cares.
#[derive(Debug)]
pub(super) struct SyncPeer {
    pub(super) head: PeerHead,
    /// Requests for blocks that it has not answered.
    pub(super) downloads: usize,
    /// Until when nothing is begun because of its claim, since the start of the node.
    distrusted_until: Duration,
}

impl SyncPeer {
    pub(super) const fn new(head: PeerHead) -> Self {
        Self { head, downloads: 0, distrusted_until: Duration::ZERO }
    }

    pub(super) const fn distrust(&mut self, now: Duration) {
        self.distrusted_until = now.saturating_add(DISTRUST);
    }

    pub(super) fn is_trusted(&self, now: Duration) -> bool {
        now >= self.distrusted_until
    }
}
