//! What the network measures. docs/metrics.md lists it.

use crate::{
    core::{Acceptance, Topic},
    peers::Direction,
};
use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

/// What the network measures.
pub(crate) struct NetworkMetrics {
    inbound: Gauge,
    outbound: Gauge,
    blocks: Verdicts,
    transactions: Verdicts,
    pub(crate) published_blocks: Counter,
    pub(crate) published_batches: Counter,
    gossip_bytes: [Counter; 2],
    pub(crate) requests: Counter,
    pub(crate) request_failures: Counter,
    pub(crate) received_bytes: Counter,
    pub(crate) served_bytes: Counter,
    pub(crate) served: Counter,
    pub(crate) disconnected: Counter,
    pub(crate) banned: Counter,
    pub(crate) refused: Counter,
    pub(crate) block_seconds: Histogram,
    pub(crate) synced_blocks: Counter,
    pub(crate) sync_remaining: Gauge,
    pub(crate) jobs: Gauge,
    pub(crate) incoming_blocks: Gauge,
    pub(crate) dropped: Counter,
}

/// Gossip messages by what became of them.
struct Verdicts {
    accepted: Counter,
    ignored: Counter,
    rejected: Counter,
}

impl Verdicts {
    fn register(name: &'static str, topic: Topic) -> Self {
        let of = |verdict| counter!(name, "topic" => topic.name(), "verdict" => verdict);
        Self { accepted: of("accepted"), ignored: of("ignored"), rejected: of("rejected") }
    }

    fn count(&self, acceptance: Acceptance) {
        match acceptance {
            Acceptance::Accept => self.accepted.increment(1),
            Acceptance::Ignore => self.ignored.increment(1),
            Acceptance::Reject => self.rejected.increment(1),
        }
    }
}

impl NetworkMetrics {
    pub(crate) fn register() -> Self {
        let (peers, messages) = ("hanzo_network_peers", "hanzo_network_gossip_messages_total");
        let published = "hanzo_network_published_total";
        let gossip = "hanzo_network_gossip_bytes_total";
        let requests = "hanzo_network_requests_total";
        let (bytes, gone) =
            ("hanzo_network_response_bytes_total", "hanzo_network_disconnections_total");
        let (block, synced) = ("hanzo_network_block_seconds", "hanzo_network_synced_blocks_total");
        let (jobs, incoming) = ("hanzo_network_jobs", "hanzo_network_incoming_blocks");
        let (dropped, remaining) =
            ("hanzo_network_dropped_total", "hanzo_network_sync_remaining_blocks");
        describe_gauge!(peers, "Peers that are connected, by who connected.");
        describe_counter!(messages, "Gossip messages that came, by topic and verdict.");
        describe_counter!(published, "Gossip messages of this node, by topic.");
        describe_counter!(gossip, "Bytes of gossip messages that came, by topic.");
        describe_counter!(requests, "Requests, by who asked and what came of it.");
        describe_counter!(bytes, "Bytes of responses, by direction.");
        describe_counter!(gone, "Connections that this node ended or did not let in, by reason.");
        describe_histogram!(block, "Time from the announcement of a block to its import.");
        describe_counter!(synced, "Blocks imported by synchronisation.");
        describe_gauge!(remaining, "Blocks that synchronisation has yet to import.");
        describe_gauge!(jobs, "Jobs of the network that are under way.");
        describe_gauge!(incoming, "Announced blocks that are not imported yet.");
        describe_counter!(dropped, "Messages dropped because too much was under way.");
        Self {
            inbound: gauge!(peers, "direction" => "inbound"),
            outbound: gauge!(peers, "direction" => "outbound"),
            blocks: Verdicts::register(messages, Topic::Blocks),
            transactions: Verdicts::register(messages, Topic::Transactions),
            published_blocks: counter!(published, "topic" => Topic::Blocks.name()),
            published_batches: counter!(published, "topic" => Topic::Transactions.name()),
            gossip_bytes: [Topic::Blocks, Topic::Transactions]
                .map(|topic| counter!(gossip, "topic" => topic.name())),
            requests: counter!(requests, "kind" => "sent"),
            request_failures: counter!(requests, "kind" => "failed"),
            served: counter!(requests, "kind" => "served"),
            received_bytes: counter!(bytes, "direction" => "received"),
            served_bytes: counter!(bytes, "direction" => "sent"),
            disconnected: counter!(gone, "reason" => "disconnected"),
            banned: counter!(gone, "reason" => "banned"),
            refused: counter!(gone, "reason" => "refused"),
            block_seconds: histogram!(block),
            synced_blocks: counter!(synced),
            sync_remaining: gauge!(remaining),
            jobs: gauge!(jobs),
            incoming_blocks: gauge!(incoming),
            dropped: counter!(dropped),
        }
    }

    pub(crate) fn gossip_came(&self, topic: Topic, bytes: usize) {
        let [blocks, transactions] = &self.gossip_bytes;
        let counter = match topic {
            Topic::Blocks => blocks,
            Topic::Transactions => transactions,
        };
        counter.increment(wide(bytes));
    }

    pub(crate) fn judged(&self, topic: Topic, acceptance: Acceptance) {
        match topic {
            Topic::Blocks => self.blocks.count(acceptance),
            Topic::Transactions => self.transactions.count(acceptance),
        }
    }

    pub(crate) fn peers(&self, direction: Direction, count: usize) {
        let gauge = match direction {
            Direction::Inbound => &self.inbound,
            Direction::Outbound => &self.outbound,
        };
        gauge.set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    }
}

impl std::fmt::Debug for NetworkMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetworkMetrics").finish_non_exhaustive()
    }
}

/// A count as metrics take it.
pub(crate) fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
