//! Whose chain is followed next.

use super::sync_peer::SyncPeer;
use hanzo_types::TotalDifficulty;
use libp2p::PeerId;
use std::{collections::BTreeMap, time::Duration};

/// For each second that a stranger has wasted, strangers wait so many while there is a peer with merit: they
/// get a fifth of the time at most. Claims cost them nothing, and each can have a new name.
const WAIT_FOR_EACH: u32 = 4;

/// The longest that strangers wait: an honest one may have wasted much time by losing its connection.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Whose chain is followed next: the heaviest that somebody claims to have, unless strangers have wasted the
/// time of this node.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// When strangers are followed again, since the start of the node.
    strangers_from: Duration,
}

impl Turns {
    /// A peer has not kept what it claimed, and took from `began` to `now` for it.
    pub(super) fn wasted(&mut self, peer: &SyncPeer, began: Duration, now: Duration) {
        if !peer.has_merit() {
            let wait = now.saturating_sub(began).saturating_mul(WAIT_FOR_EACH).min(LONGEST_WAIT);
            self.strangers_from = self.strangers_from.max(now.saturating_add(wait));
        }
    }

    /// Who claims the heaviest chain of those whose turn it may be.
    pub(super) fn next(
        &self,
        peers: &BTreeMap<PeerId, SyncPeer>,
        local: TotalDifficulty,
        now: Duration,
    ) -> Option<PeerId> {
        let is_known = |peer: &SyncPeer| peer.has_merit() && peer.reliability.is_trusted(now);
        let strangers_wait = now < self.strangers_from && peers.values().any(is_known);
        let better = peers.iter().filter(|(_, peer)| {
            peer.head.total_difficulty > local
                && peer.reliability.is_trusted(now)
                && (peer.has_merit() || !strangers_wait)
        });
        better.max_by_key(|(_, peer)| peer.head.total_difficulty).map(|(peer, _)| *peer)
    }
}
