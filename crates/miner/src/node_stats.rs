//! How it goes between miner and node.

use metrics::{Histogram, describe_histogram, histogram};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// What a node is asked while it is mined for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeCall {
    /// `poc_submitHashrate`: answered from memory, so that it shows the way to the node and back.
    Report,
    /// `poc_submitWork`: answered when the block is on the node's disk.
    Submit,
}

/// How it goes between miner and node.
#[derive(Debug)]
pub struct NodeStats {
    made: AtomicU64,
    failed: AtomicU64,
    lost: AtomicU64,
    packages: AtomicU64,
    /// Nanoseconds of the last report; zero while there was none since the connection was made.
    round_trip_nanos: AtomicU64,
    report_seconds: Histogram,
    submit_seconds: Histogram,
}

impl Default for NodeStats {
    /// Nothing has happened yet.
    fn default() -> Self {
        let seconds = "hanzo_miner_node_request_seconds";
        describe_histogram!(seconds, "Time until the node answered a request, by method.");
        Self {
            made: AtomicU64::default(),
            failed: AtomicU64::default(),
            lost: AtomicU64::default(),
            packages: AtomicU64::default(),
            round_trip_nanos: AtomicU64::default(),
            report_seconds: histogram!(seconds, "method" => "poc_submitHashrate"),
            submit_seconds: histogram!(seconds, "method" => "poc_submitWork"),
        }
    }
}

impl NodeStats {
    /// A connection was made.
    pub fn connected(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection could not be made.
    pub fn unreachable(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection that was made has ended.
    pub fn disconnected(&self) {
        self.round_trip_nanos.store(0, Ordering::Relaxed);
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// Work came.
    pub fn work(&self) {
        self.packages.fetch_add(1, Ordering::Relaxed);
    }

    /// The node has answered `call` after `took`.
    pub fn answered(&self, call: NodeCall, took: Duration) {
        match call {
            NodeCall::Report => {
                let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX).max(1);
                self.round_trip_nanos.store(nanos, Ordering::Relaxed);
                self.report_seconds.record(took);
            }
            NodeCall::Submit => self.submit_seconds.record(took),
        }
    }

    /// Connections made.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// Connections that could not be made.
    pub(crate) fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Connections that were made and have ended.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Work that came.
    pub(crate) fn packages(&self) -> u64 {
        self.packages.load(Ordering::Relaxed)
    }

    /// Whether a node is there, and how far it is.
    pub(crate) fn link(&self) -> Link {
        // Lost first: between the two loads a connection can only be made.
        let lost = self.lost();
        if self.made() <= lost {
            return Link::Down;
        }
        match self.round_trip_nanos.load(Ordering::Relaxed) {
            0 => Link::Up { round_trip: None },
            nanos => Link::Up { round_trip: Some(Duration::from_nanos(nanos)) },
        }
    }
}

/// Whether a node is there, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    /// No node is connected.
    #[default]
    Down,
    /// A node is.
    Up {
        /// How long the last report took to the node and back, if it has answered one.
        round_trip: Option<Duration>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_is_that_of_the_connection_that_stands() {
        let node = NodeStats::default();
        assert_eq!(node.link(), Link::Down);
        node.unreachable();
        assert_eq!(node.link(), Link::Down);
        node.connected();
        assert_eq!(node.link(), Link::Up { round_trip: None });
        let millisecond = Duration::from_millis(1);
        node.answered(NodeCall::Report, millisecond);
        // A block on a disk takes longer than the way there.
        node.answered(NodeCall::Submit, millisecond * 50);
        assert_eq!(node.link(), Link::Up { round_trip: Some(millisecond) });
        node.disconnected();
        assert_eq!(node.link(), Link::Down);
        node.connected();
        assert_eq!(node.link(), Link::Up { round_trip: None });
        assert_eq!((node.made(), node.failed(), node.lost()), (2, 1, 1));
    }
}
