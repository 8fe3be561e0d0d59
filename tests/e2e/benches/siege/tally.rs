//! What attackers have done.

use libp2p::PeerId;
use parking_lot::Mutex;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

/// What the attackers of one kind have done.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    connections: AtomicU64,
    introductions: AtomicU64,
    messages: AtomicU64,
    bytes: AtomicU64,
}

/// Who attacked how.
#[derive(Debug, Default)]
pub(crate) struct Identities(Mutex<BTreeMap<PeerId, &'static str>>);

impl Tally {
    /// A connection was attempted.
    pub(crate) fn connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// The victim has let somebody in.
    pub(crate) fn introduction(&self) {
        self.introductions.fetch_add(1, Ordering::Relaxed);
    }

    /// Something of this length was said.
    pub(crate) fn message(&self, bytes: usize) {
        self.messages.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(u64::try_from(bytes).unwrap(), Ordering::Relaxed);
    }

    /// Connections, those that were let in, messages, and bytes of these.
    pub(crate) fn totals(&self) -> [u64; 4] {
        [&self.connections, &self.introductions, &self.messages, &self.bytes]
            .map(|count| count.load(Ordering::Relaxed))
    }
}

impl Identities {
    pub(crate) fn add(&self, peer: PeerId, kind: &'static str) {
        self.0.lock().insert(peer, kind);
    }

    /// By the text of the name.
    pub(crate) fn by_text(&self) -> BTreeMap<String, &'static str> {
        self.0.lock().iter().map(|(peer, kind)| (peer.to_string(), *kind)).collect()
    }
}
