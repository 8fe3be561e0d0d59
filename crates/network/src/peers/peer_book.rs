//! Every node that this one knows.

use super::{
    AddressRange, BAN_BELOW, DISCONNECT_BELOW, Direction, Offence, PeerRecord, Refusal,
    known_peer::{KnownPeer, Standing},
};
use crate::{Now, address::ip_of, wire::Status};
use libp2p::{Multiaddr, PeerId};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How long a peer is banned. Source: geth and Bitcoin Core ban for a day at most; an hour is enough to
/// make an attack expensive, and short enough for a mistake.
const BAN: Duration = Duration::from_secs(3_600);

/// How many connections a node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerLimits {
    /// Most peers that connected to this node.
    pub max_inbound: usize,
    /// Most peers that this node connected to.
    pub max_outbound: usize,
    /// Most peers in one range of addresses.
    pub max_per_range: usize,
    /// Most peers that are remembered.
    pub max_known: usize,
    /// Whether peers that are not in the settings are wanted.
    pub named_only: bool,
}

impl Default for PeerLimits {
    /// Fifty peers as geth has, a third of which this node chose itself.
    fn default() -> Self {
        Self {
            max_inbound: 34,
            max_outbound: 16,
            max_per_range: 8,
            max_known: 1_024,
            named_only: false,
        }
    }
}

/// A peer that is connected.
#[derive(Debug, Clone)]
pub struct ConnectedPeer {
    /// Who connected.
    pub direction: Direction,
    /// Its end of the connection.
    pub address: Multiaddr,
    /// Since when, from the start of the node.
    pub since: Duration,
    /// What it said in the handshake.
    pub status: Option<Status>,
}

/// What becomes of a peer that did something wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sanction {
    /// Nothing yet.
    None,
    /// It is disconnected.
    Disconnect,
    /// It is disconnected and not let in again for an hour.
    Ban,
}

/// Every node that this one knows: where it is, how it behaves, whether it is connected. Pure.
#[derive(Debug)]
pub struct PeerBook {
    limits: PeerLimits,
    known: BTreeMap<PeerId, KnownPeer>,
    connected: BTreeMap<PeerId, ConnectedPeer>,
    changed: BTreeSet<PeerId>,
}

impl PeerBook {
    /// Knows the peers from before, and nobody is connected.
    #[must_use]
    pub fn new(limits: PeerLimits, records: &[(PeerId, PeerRecord)]) -> Self {
        let known = records.iter().map(|(peer, record)| (*peer, KnownPeer::restored(record)));
        Self {
            limits,
            known: known.collect(),
            connected: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// The settings name a peer.
    pub fn name(&mut self, peer: PeerId, address: Option<Multiaddr>, standing: Standing) {
        let known = self.known.entry(peer).or_insert_with(|| KnownPeer::new(Duration::ZERO));
        known.standing = known.standing.max(standing);
        known.banned_until = 0;
        known.unwanted = false;
        known.next_dial = Duration::ZERO;
        if let Some(address) = address {
            known.learn(address);
        }
    }

    /// The settings do not name a peer any more. Whether they did.
    pub fn unname(&mut self, peer: &PeerId) -> bool {
        let Some(known) = self.known.get_mut(peer) else { return false };
        known.unwanted = true;
        std::mem::take(&mut known.standing) != Standing::Found
    }

    /// Somebody said where a peer can be reached.
    pub fn learn(&mut self, peer: PeerId, address: Multiaddr, now: Now) {
        if !self.known.contains_key(&peer) && !self.make_room() {
            return;
        }
        self.known.entry(peer).or_insert_with(|| KnownPeer::new(now.elapsed)).learn(address);
        self.changed.insert(peer);
    }

    /// Whether a connection may be.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn admit(
        &self,
        peer: &PeerId,
        direction: Direction,
        address: &Multiaddr,
        now: Now,
    ) -> Result<(), Refusal> {
        let known = self.known.get(peer);
        let standing = known.map_or(Standing::Found, |known| known.standing);
        if standing == Standing::Trusted {
            return Ok(());
        }
        if let Some(known) = known {
            if known.banned_until > now.unix {
                let left = Duration::from_secs(known.banned_until.saturating_sub(now.unix));
                return Err(Refusal::Banned { left });
            }
            if known.score.value(now.elapsed) < DISCONNECT_BELOW {
                return Err(Refusal::LowScore);
            }
            // Discovery connects to whom it wants to ask. Whoever was removed may still connect itself.
            if known.unwanted && direction == Direction::Outbound {
                return Err(Refusal::Unwanted);
            }
        }
        if self.limits.named_only && standing == Standing::Found {
            return Err(Refusal::NotNamed);
        }
        if self.connected.contains_key(peer) {
            return Ok(());
        }
        // A place is kept for every peer from the settings.
        if standing != Standing::Found {
            return Ok(());
        }
        self.check_range(address)?;
        let max = self.most(direction);
        if self.count(direction) >= max {
            return Err(Refusal::Full { direction, max });
        }
        Ok(())
    }

    fn check_range(&self, address: &Multiaddr) -> Result<(), Refusal> {
        let Some(range) = range_of(address) else { return Ok(()) };
        let there = self.connected.values();
        let there = there.filter(|peer| range_of(&peer.address) == Some(range)).count();
        let max = self.limits.max_per_range;
        if there >= max {
            return Err(Refusal::RangeFull { range, max });
        }
        Ok(())
    }

    /// A connection came about. Whether it is the first with that peer.
    pub fn connect(
        &mut self,
        peer: PeerId,
        direction: Direction,
        address: Multiaddr,
        now: Now,
    ) -> bool {
        if self.connected.contains_key(&peer) {
            return false;
        }
        if !self.known.contains_key(&peer) {
            self.make_room();
        }
        let known = self.known.entry(peer).or_insert_with(|| KnownPeer::new(now.elapsed));
        if direction == Direction::Outbound {
            known.learn(address.clone());
        }
        self.changed.insert(peer);
        let since = now.elapsed;
        self.connected.insert(peer, ConnectedPeer { direction, address, since, status: None });
        true
    }

    /// The last connection with a peer ended. Whether it had passed the handshake.
    pub fn disconnect(&mut self, peer: &PeerId) -> bool {
        self.connected.remove(peer).is_some_and(|peer| peer.status.is_some())
    }

    /// A peer introduced itself, for the first time or again.
    pub fn introduce(&mut self, peer: &PeerId, status: Status, now: Now) {
        let Some(connected) = self.connected.get_mut(peer) else { return };
        connected.status = Some(status);
        if let Some(known) = self.known.get_mut(peer) {
            known.reached(now.unix);
        }
    }

    /// A peer has another chain.
    pub fn shun(&mut self, peer: &PeerId, now: Now) {
        if let Some(known) = self.known.get_mut(peer) {
            known.shun(now.elapsed);
        }
    }

    /// A peer did something wrong.
    pub fn punish(&mut self, peer: &PeerId, offence: Offence, now: Now) -> Sanction {
        let Some(known) = self.known.get_mut(peer) else { return Sanction::None };
        if known.standing == Standing::Trusted {
            return Sanction::None;
        }
        let score = known.score.punish(offence.severity(), now.elapsed);
        if score < BAN_BELOW {
            known.banned_until = now.unix.saturating_add(BAN.as_secs());
            self.changed.insert(*peer);
            Sanction::Ban
        } else if score < DISCONNECT_BELOW {
            Sanction::Disconnect
        } else {
            Sanction::None
        }
    }

    /// Peers to connect to now, those from the settings first. Each counts as tried. `jitter` gives a
    /// number from 0 to 1.
    pub fn to_dial(
        &mut self,
        now: Now,
        mut jitter: impl FnMut() -> f64,
    ) -> Vec<(PeerId, Vec<Multiaddr>)> {
        let vacant = self.limits.max_outbound.saturating_sub(self.count(Direction::Outbound));
        let named_only = self.limits.named_only;
        let mut candidates: Vec<_> = self
            .known
            .iter_mut()
            .filter(|(peer, known)| {
                !self.connected.contains_key(*peer)
                    && !known.addresses.is_empty()
                    && !known.unwanted
                    && known.next_dial <= now.elapsed
                    && known.banned_until <= now.unix
                    && known.score.value(now.elapsed) >= DISCONNECT_BELOW
                    && !(named_only && known.standing == Standing::Found)
            })
            .collect();
        // Who was there lately is likely to be there still.
        candidates.sort_by(|(_, left), (_, right)| {
            (right.standing, right.last_seen).cmp(&(left.standing, left.last_seen))
        });
        let mut found = 0_usize;
        let mut dial = Vec::new();
        for (peer, known) in candidates {
            if known.standing == Standing::Found {
                found = found.saturating_add(1);
                if found > vacant {
                    break;
                }
            }
            known.dialled(now.elapsed, jitter());
            dial.push((*peer, known.addresses.clone()));
        }
        dial
    }

    /// Whether another peer is wanted.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.count(Direction::Outbound) < self.limits.max_outbound
    }

    /// The peers that are connected, in the order of their ids.
    #[must_use]
    pub const fn connected(&self) -> &BTreeMap<PeerId, ConnectedPeer> {
        &self.connected
    }

    /// A peer that is connected and has passed the handshake.
    #[must_use]
    pub fn is_introduced(&self, peer: &PeerId) -> bool {
        self.connected.get(peer).is_some_and(|connected| connected.status.is_some())
    }

    /// Whether anybody is connected who has passed the handshake.
    #[must_use]
    pub fn has_introduced(&self) -> bool {
        self.connected.values().any(|peer| peer.status.is_some())
    }

    /// What the settings say of a peer.
    #[must_use]
    pub fn standing(&self, peer: &PeerId) -> Standing {
        self.known.get(peer).map_or(Standing::Found, |known| known.standing)
    }

    /// Whether this node has chosen a peer that is connected, and not it this node.
    #[must_use]
    pub fn is_chosen(&self, peer: &PeerId) -> bool {
        let outbound = |connected: &ConnectedPeer| connected.direction == Direction::Outbound;
        self.standing(peer) != Standing::Found || self.connected.get(peer).is_some_and(outbound)
    }

    /// The score of a peer.
    #[must_use]
    pub fn score(&self, peer: &PeerId, now: Now) -> f64 {
        self.known.get(peer).map_or(0.0, |known| known.score.value(now.elapsed))
    }

    /// How many peers are connected that way.
    #[must_use]
    pub fn count(&self, direction: Direction) -> usize {
        self.connected.values().filter(|peer| peer.direction == direction).count()
    }

    const fn most(&self, direction: Direction) -> usize {
        match direction {
            Direction::Inbound => self.limits.max_inbound,
            Direction::Outbound => self.limits.max_outbound,
        }
    }

    /// What changed since this was asked last, to be kept over restarts. `None` if the peer is
    /// forgotten.
    pub fn drain_changes(&mut self) -> Vec<(PeerId, Option<PeerRecord>)> {
        let changed = std::mem::take(&mut self.changed);
        let record = |peer: PeerId| (peer, self.known.get(&peer).map(KnownPeer::record));
        changed.into_iter().map(record).collect()
    }

    /// Forgets the peer that was not seen for longest, if there are as many as there may be. `false` if
    /// there is none that can be forgotten.
    fn make_room(&mut self) -> bool {
        if self.known.len() < self.limits.max_known {
            return true;
        }
        let forgettable = |(peer, known): &(&PeerId, &KnownPeer)| {
            known.standing == Standing::Found
                && known.banned_until == 0
                && !self.connected.contains_key(*peer)
        };
        let oldest = self.known.iter().filter(forgettable).min_by_key(|(_, known)| known.last_seen);
        // Bans are forgotten last: whoever makes many identities must not be able to lift one.
        let oldest = oldest.or_else(|| {
            let not_connected = self.known.iter().filter(|(peer, known)| {
                known.standing == Standing::Found && !self.connected.contains_key(*peer)
            });
            not_connected.min_by_key(|(_, known)| known.banned_until)
        });
        let Some(peer) = oldest.map(|(peer, _)| *peer) else { return false };
        self.known.remove(&peer);
        self.changed.insert(peer);
        true
    }
}

/// The range of addresses that a peer is in; `None` for loopback and for what is no IP address.
fn range_of(address: &Multiaddr) -> Option<AddressRange> {
    AddressRange::of(ip_of(address)?)
}
