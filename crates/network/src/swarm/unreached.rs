//! What the log says of peers that cannot be reached.

use super::partings::LINES;
use crate::peers::Quota;
use libp2p::{PeerId, swarm::DialError};
use std::{collections::HashMap, error::Error, time::Duration};

/// How often it is said of a peer.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// Remembers of which named peers it was said that they cannot be reached. Those are tried again and again, and
/// an operator wants to hear of it once in a while.
#[derive(Debug)]
pub(super) struct Unreached {
    said: HashMap<PeerId, Duration>,
    lines: Quota,
}

impl Unreached {
    pub(super) fn new() -> Self {
        Self { said: HashMap::new(), lines: Quota::new(LINES, Duration::ZERO) }
    }

    /// Whether it is time to say it of `peer`. `now` is since the start of the node.
    pub(super) fn is_due(&mut self, peer: PeerId, now: Duration) -> bool {
        let is_due = self.said.get(&peer).is_none_or(|said| said.saturating_add(SAID_EVERY) <= now);
        if !is_due || !self.lines.take(1, now) {
            return false;
        }
        self.said.insert(peer, now);
        true
    }

    /// The peer was reached: the next time it cannot be is news.
    pub(super) fn reached(&mut self, peer: &PeerId) {
        self.said.remove(peer);
    }
}

/// Why a peer was not reached, on one line: for each address what the system says.
pub(super) fn reason(error: &DialError) -> String {
    let DialError::Transport(attempts) = error else { return innermost(error) };
    let attempts =
        attempts.iter().map(|(address, error)| format!("{address}: {}", innermost(error)));
    attempts.collect::<Vec<_>>().join("; ")
}

/// The error that caused all others.
fn innermost(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = error.to_string();
        cause = error.source();
    }
    said.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_a_minute_and_again_when_the_peer_was_there_meanwhile() {
        let (mut unreached, peer) = (Unreached::new(), PeerId::random());
        let at = Duration::from_secs;
        let said = (0..120).filter(|second| unreached.is_due(peer, at(*second)));
        assert_eq!(said.collect::<Vec<_>>(), [0, 60]);
        unreached.reached(&peer);
        assert!(unreached.is_due(peer, at(121)));
        assert!(unreached.is_due(PeerId::random(), at(121)));
    }

    #[test]
    fn of_a_thousand_peers_seventeen_lines_are_written_in_a_second() {
        let mut unreached = Unreached::new();
        let said = |unreached: &mut Unreached, second| {
            let due = (0..1_000)
                .filter(|_| unreached.is_due(PeerId::random(), Duration::from_secs(second)));
            due.count()
        };
        assert_eq!((said(&mut unreached, 5), said(&mut unreached, 6)), (16, 1));
    }

    #[test]
    fn the_reason_is_one_line_with_what_the_system_says() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let nested = libp2p::TransportError::Other(std::io::Error::other(refused));
        let address = "/ip4/127.0.0.1/tcp/1".parse().unwrap();
        let error = DialError::Transport(vec![(address, nested)]);
        assert_eq!(reason(&error), "/ip4/127.0.0.1/tcp/1: connection refused");
    }
}
