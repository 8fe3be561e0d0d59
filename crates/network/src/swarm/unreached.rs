//! What the log says of peers that cannot be reached.

use libp2p::PeerId;
use std::{collections::HashMap, time::Duration};

/// How often it is said of a peer.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// Remembers of which peers of the settings it was said that they cannot be reached. Those are tried again and
/// again, and an operator wants to hear of it once in a while.
#[derive(Debug, Default)]
pub(super) struct Unreached {
    said: HashMap<PeerId, Duration>,
}

impl Unreached {
    /// Whether it is time to say it of `peer`. `now` is since the start of the node.
    pub(super) fn is_due(&mut self, peer: PeerId, now: Duration) -> bool {
        let is_due = self.said.get(&peer).is_none_or(|said| said.saturating_add(SAID_EVERY) <= now);
        if is_due {
            self.said.insert(peer, now);
        }
        is_due
    }

    /// The peer was reached: the next time it cannot be is news.
    pub(super) fn reached(&mut self, peer: &PeerId) {
        self.said.remove(peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_a_minute_and_again_when_the_peer_was_there_meanwhile() {
        let (mut unreached, peer) = (Unreached::default(), PeerId::random());
        let at = Duration::from_secs;
        let said = (0..120).filter(|second| unreached.is_due(peer, at(*second)));
        assert_eq!(said.collect::<Vec<_>>(), [0, 60]);
        unreached.reached(&peer);
        assert!(unreached.is_due(peer, at(121)));
        assert!(unreached.is_due(PeerId::random(), at(121)));
    }
}
