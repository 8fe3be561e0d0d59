//! What happens.

use super::{ChannelId, GossipId, Token, Topic};
use crate::{
    peers::{Direction, Standing},
    sync::ImportVerdict,
    wire::{PeerHead, Request, Status, WireError},
    worker::JobDone,
};
use alloy_primitives::{B256, Bytes};
use hanzo_chain::CanonUpdate;
use libp2p::{Multiaddr, PeerId};
use std::sync::Arc;

/// A gossip message that came.
#[derive(Debug)]
pub struct GossipMessage {
    /// Its name until it is judged.
    pub message: GossipId,
    /// Who passed it on.
    pub source: PeerId,
    /// What it is about.
    pub topic: Topic,
    /// What it says.
    pub bytes: Bytes,
}

/// On what occasion a peer says who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Introduction {
    /// It asks who this node is, and has not read the answer.
    Question,
    /// It answers, and has read who this node is.
    Answer,
}

/// What happens, as the core hears of it.
#[derive(Debug)]
pub enum Event {
    /// The first connection with a peer came about.
    Connected {
        /// Who.
        peer: PeerId,
        /// Who connected.
        direction: Direction,
        /// Its end of the connection.
        address: Multiaddr,
    },
    /// The last connection with a peer ended.
    Disconnected {
        /// Who.
        peer: PeerId,
    },
    /// A peer can be reached at an address, as somebody says.
    Found {
        /// Who.
        peer: PeerId,
        /// Where.
        address: Multiaddr,
    },
    /// A peer said who it is, asked or not.
    Introduced {
        /// Who.
        peer: PeerId,
        /// On what occasion.
        introduction: Introduction,
        /// What it said.
        status: Result<Status, WireError>,
    },
    /// A peer did not say who it is.
    NotIntroduced {
        /// Who.
        peer: PeerId,
    },
    /// A gossip message came.
    Gossip(GossipMessage),
    /// A peer asks something.
    Asked {
        /// Where the answer goes.
        channel: ChannelId,
        /// Who asks.
        peer: PeerId,
        /// What.
        request: Result<Request, WireError>,
    },
    /// The answer to a request of a peer is on its way, or can not be delivered any more.
    Answered {
        /// Who asked.
        peer: PeerId,
    },
    /// A peer answered.
    Answer {
        /// What was asked.
        token: Token,
        /// Who answered.
        peer: PeerId,
        /// The response.
        bytes: Bytes,
    },
    /// A peer did not answer.
    NoAnswer {
        /// What was asked.
        token: Token,
        /// Who was asked.
        peer: PeerId,
    },
    /// A job is done.
    Done(JobDone),
    /// A block that was announced was imported, or not.
    BlockImported {
        /// Its hash.
        hash: B256,
        /// Whether it is in, or what is wrong.
        verdict: ImportVerdict,
    },
    /// Blocks of the synchronisation were imported, or not.
    SegmentImported {
        /// Number of the import.
        import: u64,
        /// Whether they are in, or what is wrong.
        verdict: ImportVerdict,
    },
    /// The canonical chain changed.
    HeadChanged(Arc<CanonUpdate>),
    /// The canonical chain changed more often than could be followed.
    HeadMoved(PeerHead),
    /// A transaction can be mined that nobody else was told of.
    NewTransaction(Bytes),
    /// Nobody could be told something now: no peer listens to it yet, or all of them are too slow.
    Unsent {
        /// What it is about.
        topic: Topic,
        /// What was to be said.
        bytes: Bytes,
    },
    /// The node stops: what waits to be said is said now.
    Stopping,
    /// The operator names a peer.
    Named {
        /// Who.
        peer: PeerId,
        /// Where it can be reached.
        address: Option<Multiaddr>,
        /// As what.
        standing: Standing,
    },
    /// The operator does not want a peer any more.
    Unnamed {
        /// Who.
        peer: PeerId,
    },
    /// Some time has passed.
    Tick,
}
