//! Who peers are, and what their heads are.

use super::{Action, DisconnectReason, Introduction, NetworkCore, peer_quotas::PeerQuotas};
use crate::{
    Now,
    peers::{Direction, Offence},
    relay::{PoolEvent, RelayEvent},
    sync::SyncEvent,
    wire::{Status, WireError},
};
use libp2p::{Multiaddr, PeerId};
use std::time::Duration;

/// How long a peer has to say who it is.
const INTRODUCTION_TIMEOUT: Duration = Duration::from_secs(10);

/// How often a peer is asked for its head: announcements say what is new, this is for what they miss.
const STATUS_INTERVAL: Duration = Duration::from_secs(30);

/// A peer whose announcement cannot be judged is asked for its head at most so often. Two nodes that ask
/// each other at the same time hear of each other twice in it, and may once a second.
const HINT_INTERVAL: Duration = Duration::from_secs(2);

impl NetworkCore {
    pub(super) fn connected(
        &mut self,
        now: Now,
        peer: PeerId,
        (direction, address): (Direction, Multiaddr),
        actions: &mut Vec<Action>,
    ) {
        if !self.peers.connect(peer, direction, address, now) {
            return;
        }
        let quotas = self.quotas.entry(peer).or_insert_with(|| PeerQuotas::new(now.elapsed));
        quotas.asked_at = Some(now.elapsed);
        actions.push(Action::Introduce { peer });
    }

    pub(super) fn disconnected(&mut self, now: Now, peer: &PeerId, actions: &mut Vec<Action>) {
        if let Some(quotas) = self.quotas.remove(peer)
            && let (Some(mismatch), None) = (quotas.mismatch, quotas.sent_away_at)
        {
            // It was faster: it had been told who this node is.
            let reason = DisconnectReason::Stranger(mismatch);
            actions.push(Action::Explain { peer: *peer, reason });
        }
        if self.peers.disconnect(peer) {
            self.tell_relay(now, RelayEvent::PeerGone(*peer), actions);
            self.tell_pool(now, PoolEvent::PeerGone(*peer), actions);
            self.tell_sync(now, SyncEvent::PeerGone { peer: *peer }, actions);
        }
    }

    pub(super) fn introduced(
        &mut self,
        now: Now,
        peer: PeerId,
        (introduction, status): (Introduction, Result<Status, WireError>),
        actions: &mut Vec<Action>,
    ) {
        let Some(quotas) = self.quotas.get_mut(&peer) else { return };
        if quotas.is_leaving(now.elapsed) {
            return;
        }
        if !quotas.statuses.take(1, now.elapsed) {
            return self.report(now, &peer, Offence::Flooding, actions);
        }
        let status = match status {
            Ok(status) => status,
            Err(error) => {
                tracing::debug!(target: "network", %peer, %error, "a bad introduction");
                return self.report_stream(now, &peer, &error, actions);
            }
        };
        if let Err(mismatch) = status.check(&self.spec) {
            self.peers.shun(&peer, now);
            quotas.mismatch = Some(mismatch);
        }
        // Whatever it says later: nobody changes his chain within a connection.
        if quotas.mismatch.is_some() {
            let knows_why = quotas.asked_at.is_none() || self.peers.is_introduced(&peer);
            if introduction == Introduction::Answer || knows_why {
                self.part_from_stranger(now, peer, actions);
            }
            return;
        }
        quotas.asked_at = None;
        quotas.told_at = now.elapsed;
        let head = status.head();
        let is_new = !self.peers.is_introduced(&peer);
        self.peers.introduce(&peer, status, now);
        if is_new {
            self.tell_relay(now, RelayEvent::PeerReady(peer), actions);
            self.tell_pool(now, PoolEvent::PeerReady(peer), actions);
        }
        // A block that is on its way by announcement need not be synchronised.
        if !self.relay.is_incoming(&head.hash) {
            let is_chosen = self.peers.is_chosen(&peer);
            self.tell_sync(now, SyncEvent::PeerHead { peer, head, is_chosen }, actions);
        }
    }

    pub(super) fn not_introduced(&mut self, now: Now, peer: PeerId, actions: &mut Vec<Action>) {
        let Some(quotas) = self.quotas.get_mut(&peer) else { return };
        quotas.asked_at = None;
        if quotas.mismatch.is_some() {
            self.part_from_stranger(now, peer, actions);
        } else if !self.peers.is_introduced(&peer) {
            self.send_away(now, peer, DisconnectReason::NoIntroduction, actions);
        }
    }

    /// Sends a peer with another chain away.
    ///
    /// One that has asked is not sent away before it has answered, too: what is on its way to it when a
    /// connection ends may be lost, and its operator is to read which chain this is. Whoever answers has read it.
    fn part_from_stranger(&mut self, now: Now, peer: PeerId, actions: &mut Vec<Action>) {
        let Some(quotas) = self.quotas.get_mut(&peer) else { return };
        quotas.asked_at = Some(now.elapsed);
        if let Some(mismatch) = quotas.mismatch.clone() {
            self.send_away(now, peer, DisconnectReason::Stranger(mismatch), actions);
        }
    }

    /// Ends the connections with a peer, unless it was told to go already.
    ///
    /// A connection that is told to end passes on what was on its way, and may be followed by another of the
    /// same peer before it has ended: the peer is told again if it is still there after a while.
    pub(super) fn send_away(
        &mut self,
        now: Now,
        peer: PeerId,
        reason: DisconnectReason,
        actions: &mut Vec<Action>,
    ) {
        if let Some(quotas) = self.quotas.get_mut(&peer) {
            if quotas.is_leaving(now.elapsed) {
                return;
            }
            quotas.sent_away_at = Some(now.elapsed);
        }
        actions.push(Action::Disconnect { peer, reason });
    }

    /// Whether a peer has said within this connection that it has another chain.
    #[must_use]
    pub fn is_stranger(&self, peer: &PeerId) -> bool {
        self.quotas.get(peer).is_some_and(|quotas| quotas.mismatch.is_some())
    }

    /// Asks those for their heads who have not said so for a while, and sends those away who do not say who
    /// they are.
    pub(super) fn ask_for_heads(&mut self, now: Now, actions: &mut Vec<Action>) {
        let mut silent = Vec::new();
        let mut outdated = Vec::new();
        for (peer, quotas) in &self.quotas {
            if let Some(asked) = quotas.asked_at {
                if asked.saturating_add(INTRODUCTION_TIMEOUT) <= now.elapsed {
                    silent.push(*peer);
                }
            } else if quotas.is_hinted {
                outdated.push((*peer, HINT_INTERVAL));
            } else {
                outdated.push((*peer, STATUS_INTERVAL));
            }
        }
        for peer in silent {
            self.not_introduced(now, peer, actions);
        }
        for (peer, at_most_every) in outdated {
            self.ask_for_head(now, &peer, at_most_every, actions);
        }
    }

    /// Asks a peer for its head, if it has not said so for a while.
    fn ask_for_head(
        &mut self,
        now: Now,
        peer: &PeerId,
        at_most_every: Duration,
        actions: &mut Vec<Action>,
    ) {
        let Some(quotas) = self.quotas.get_mut(peer) else { return };
        let recent = quotas.told_at.saturating_add(at_most_every) > now.elapsed;
        if quotas.asked_at.is_none() && !recent {
            quotas.asked_at = Some(now.elapsed);
            quotas.is_hinted = false;
            actions.push(Action::Introduce { peer: *peer });
        }
    }

    /// A peer may have a chain that this node cannot judge. If it has said what its head is a moment ago, or is
    /// just being asked, it is asked again as soon as it may be: what it said may be older than the hint.
    pub(super) fn hint(&mut self, now: Now, peer: &PeerId, actions: &mut Vec<Action>) {
        if let Some(quotas) = self.quotas.get_mut(peer) {
            quotas.is_hinted = true;
        }
        self.ask_for_head(now, peer, HINT_INTERVAL, actions);
    }
}
