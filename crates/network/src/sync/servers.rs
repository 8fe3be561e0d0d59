//! Whom to ask for blocks.

use super::{batch::Batch, sync_peer::SyncPeer};
use libp2p::PeerId;
use std::collections::{BTreeMap, BTreeSet};

/// Most requests for blocks at once to one peer: one that is answered and one on its way.
const MAX_PEER_DOWNLOADS: usize = 2;

/// Peers that failed to deliver a batch before the source is asked.
const PATIENCE: u32 = 2;

/// Who has what of a chain that is being followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Servers<'a> {
    pub(super) peers: &'a BTreeMap<PeerId, SyncPeer>,
    /// Whom the headers come from.
    pub(super) source: PeerId,
    /// Peers that said not to have blocks of this chain.
    pub(super) lacking: &'a BTreeSet<PeerId>,
}

impl<'a> Servers<'a> {
    /// Whether a peer may have the batch, if only it had time.
    pub(super) fn is_somewhere(self, batch: &Batch) -> bool {
        self.of(batch).next().is_some()
    }

    /// Whom to ask for a batch: somebody who says to be that far and has not failed to deliver it; the one
    /// who has least to do. When two others have failed, the source itself. Strangers, who may say anything
    /// and then be silent, are asked for what no peer with merit has, also if those have no time now: every
    /// block waits for the one before it.
    pub(super) fn choose(self, batch: &Batch) -> Option<PeerId> {
        let is_known = |id: &PeerId, peer: &SyncPeer| peer.has_merit() && !batch.tried.contains(id);
        let known_only = self.of(batch).any(|(id, peer)| is_known(id, peer));
        let able = self.of(batch).filter(|(id, peer)| {
            peer.downloads < MAX_PEER_DOWNLOADS && (!known_only || is_known(id, peer))
        });
        let rank = |id: &PeerId, peer: &SyncPeer| {
            let is_other = batch.attempts >= PATIENCE && *id != self.source;
            (batch.tried.contains(id), is_other, peer.downloads, *id)
        };
        able.min_by_key(|(id, peer)| rank(id, peer)).map(|(id, _)| *id)
    }

    fn of(self, batch: &Batch) -> impl Iterator<Item = (&'a PeerId, &'a SyncPeer)> {
        let last = batch.last_number();
        let has = move |(id, peer): &(&PeerId, &SyncPeer)| {
            peer.head.number >= last && !self.lacking.contains(*id)
        };
        self.peers.iter().filter(has)
    }
}
