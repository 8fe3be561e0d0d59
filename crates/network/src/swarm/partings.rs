//! What the log says of peers that are sent away.

use crate::{
    core::DisconnectReason,
    peers::{Quota, QuotaLimits},
};
use libp2p::PeerId;
use std::time::Duration;

/// Lines of the log. Strangers come back under new names as fast as they are let in, and a log is for people.
pub(super) const LINES: QuotaLimits = QuotaLimits { burst: 16, per_second: 1 };

/// Says who is sent away and why, as long as that is something a person can read.
#[derive(Debug)]
pub(super) struct Partings {
    lines: Quota,
    /// Peers that were sent away without a word since the last line.
    unsaid: u64,
}

impl Partings {
    pub(super) fn new() -> Self {
        Self { lines: Quota::new(LINES, Duration::ZERO), unsaid: 0 }
    }

    /// Says it, or counts it. `now` is since the start of the node.
    pub(super) fn say(&mut self, now: Duration, peer: &PeerId, reason: &DisconnectReason) {
        match self.line(now) {
            Some(0) => tracing::info!(target: "network", %peer, %reason, "peer disconnected"),
            Some(unsaid) => {
                tracing::info!(target: "network", %peer, %reason, unsaid, "peer disconnected");
            }
            None => tracing::debug!(target: "network", %peer, %reason, "peer disconnected"),
        }
    }

    /// How many had no line since the last, if there may be one now.
    fn line(&mut self, now: Duration) -> Option<u64> {
        if self.lines.take(1, now) {
            return Some(std::mem::take(&mut self.unsaid));
        }
        self.unsaid = self.unsaid.saturating_add(1);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_partings_in_a_second_are_seventeen_lines_and_a_number() {
        let mut partings = Partings::new();
        let first = (0..1_000).filter_map(|_| partings.line(Duration::from_secs(5)));
        assert_eq!(first.collect::<Vec<_>>(), [0; 16]);
        assert_eq!(partings.line(Duration::from_secs(6)), Some(984));
        assert_eq!(partings.line(Duration::from_secs(7)), Some(0));
    }
}
