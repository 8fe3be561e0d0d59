//! Whom to ask for a body.

use libp2p::PeerId;
use std::{cmp::Reverse, collections::BTreeMap};

/// As good as it gets: a peer that delivered so many bodies has shown what it is.
const MOST: i8 = 8;

/// Whom to ask for a body, and what came of it when they were asked.
#[derive(Debug, Default)]
pub(super) struct Servers {
    /// Bodies that a peer has delivered since it last withheld one; negative if it has withheld the last.
    peers: BTreeMap<PeerId, i8>,
}

impl Servers {
    /// A peer can be asked.
    pub(super) fn insert(&mut self, peer: PeerId) {
        self.peers.entry(peer).or_default();
    }

    /// A peer is gone.
    pub(super) fn remove(&mut self, peer: &PeerId) {
        self.peers.remove(peer);
    }

    /// A peer has delivered what it was asked for.
    pub(super) fn delivered(&mut self, peer: &PeerId) {
        if let Some(record) = self.peers.get_mut(peer) {
            *record = record.saturating_add(1).clamp(1, MOST);
        }
    }

    /// A peer has not answered in time.
    pub(super) fn withheld(&mut self, peer: &PeerId) {
        if let Some(record) = self.peers.get_mut(peer) {
            *record = record.saturating_sub(1).min(-1);
        }
    }

    /// Whether a peer has delivered the last body that it was asked for.
    pub(super) fn has_delivered(&self, peer: &PeerId) -> bool {
        self.peers.get(peer).is_some_and(|record| *record > 0)
    }

    /// Who is asked next, and was not before: of those who have announced the block whoever has delivered
    /// most, unless all of them withheld the last one they were asked for; then whoever else has.
    pub(super) fn best(&self, announcers: &[PeerId], tried: &[PeerId]) -> Option<PeerId> {
        let untried = self.peers.iter().filter(|(peer, _)| !tried.contains(peer));
        let rank = |peer: &PeerId, record: i8| (announcers.contains(peer) && record >= 0, record);
        let best = untried.min_by_key(|(peer, record)| Reverse(rank(peer, **record)));
        best.map(|(peer, _)| *peer)
    }
}
