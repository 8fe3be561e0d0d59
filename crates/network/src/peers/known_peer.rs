//! What a node knows of another.

use super::{PeerRecord, Score, peer_record::MAX_PEER_ADDRESSES};
use libp2p::Multiaddr;
use std::time::Duration;

/// Wait after the first failed attempt to connect; each further failure doubles it.
const FIRST_BACK_OFF: Duration = Duration::from_secs(5);

/// Longest wait between attempts to connect.
const LAST_BACK_OFF: Duration = Duration::from_secs(600);

/// Longest wait between attempts to connect to a peer from the settings: somebody is waiting for it.
const LAST_NAMED_BACK_OFF: Duration = Duration::from_secs(30);

/// What the settings say of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Standing {
    /// Nothing; it was found.
    #[default]
    Found,
    /// It is to be connected to, always.
    Static,
    /// It is to be connected to, always, whatever it does and however many there are.
    Trusted,
}

/// What a node knows of another, connected or not.
#[derive(Debug, Clone)]
pub(super) struct KnownPeer {
    pub(super) standing: Standing,
    pub(super) addresses: Vec<Multiaddr>,
    pub(super) score: Score,
    /// Unix time in seconds; 0 for never.
    pub(super) last_seen: u64,
    /// Unix time in seconds; 0 for not at all.
    pub(super) banned_until: u64,
    /// When to try next, since the start of the node.
    pub(super) next_dial: Duration,
    /// Whether the operator does not want it to be connected to.
    pub(super) unwanted: bool,
    failures: u32,
}

impl KnownPeer {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            standing: Standing::Found,
            addresses: Vec::new(),
            score: Score::new(now),
            last_seen: 0,
            banned_until: 0,
            next_dial: Duration::ZERO,
            unwanted: false,
            failures: 0,
        }
    }

    pub(super) fn restored(record: &PeerRecord) -> Self {
        Self {
            addresses: record.addresses(),
            last_seen: record.last_seen,
            banned_until: record.banned_until,
            ..Self::new(Duration::ZERO)
        }
    }

    pub(super) fn record(&self) -> PeerRecord {
        PeerRecord::new(&self.addresses, self.last_seen, self.banned_until)
    }

    /// Learns where the peer can be reached; the newest address comes first.
    pub(super) fn learn(&mut self, address: Multiaddr) {
        self.addresses.retain(|known| *known != address);
        self.addresses.insert(0, address);
        self.addresses.truncate(MAX_PEER_ADDRESSES);
    }

    /// An attempt to connect begins; if it fails, the next is later. `jitter` is from 0 to 1.
    pub(super) fn dialled(&mut self, now: Duration, jitter: f64) {
        let longest = match self.standing {
            Standing::Found => LAST_BACK_OFF,
            Standing::Static | Standing::Trusted => LAST_NAMED_BACK_OFF,
        };
        let doublings = self.failures.min(10);
        let wait = FIRST_BACK_OFF.saturating_mul(1 << doublings).min(longest);
        // Nodes that lost each other at the same moment do not try at the same moment for ever.
        self.next_dial = now.saturating_add(wait.mul_f64(0.75 + 0.5 * jitter.clamp(0.0, 1.0)));
        self.failures = self.failures.saturating_add(1);
    }

    /// It belongs to another network: there is no hurry to find out whether it still does.
    pub(super) fn shun(&mut self, now: Duration) {
        self.next_dial = now.saturating_add(LAST_BACK_OFF);
    }

    /// It passed the handshake.
    pub(super) const fn reached(&mut self, unix: u64) {
        self.last_seen = unix;
        self.failures = 0;
    }
}
