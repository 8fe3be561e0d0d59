//! What is to be done.

use super::{ChannelId, GossipId, Token, Topic};
use crate::{
    peers::{Offence, PeerRecord},
    relay::FetchedBlock,
    wire::{Request, StatusMismatch},
    worker::Job,
};
use alloy_primitives::Bytes;
use hanzo_chain::ArrivedBlock;
use libp2p::{Multiaddr, PeerId};
use thiserror::Error;

/// What is to be done, as the shell hears of it.
#[derive(Debug)]
pub enum Action {
    /// Do some work, and tell of it with [`super::Event::Done`].
    Work(Job),
    /// Connect to a peer.
    Dial {
        /// Who.
        peer: PeerId,
        /// Where it may be.
        addresses: Vec<Multiaddr>,
    },
    /// Look for peers.
    Discover,
    /// End the connections with a peer.
    Disconnect {
        /// Who.
        peer: PeerId,
        /// Why.
        reason: DisconnectReason,
    },
    /// Say why a peer that has left by itself would have been disconnected.
    Explain {
        /// Who.
        peer: PeerId,
        /// Why.
        reason: DisconnectReason,
    },
    /// Ask a peer who it is, and tell it who this node is.
    Introduce {
        /// Whom.
        peer: PeerId,
    },
    /// Ask a peer something.
    Ask {
        /// Whom.
        peer: PeerId,
        /// What for.
        token: Token,
        /// What.
        request: Request,
    },
    /// Answer a request.
    Respond {
        /// Which.
        channel: ChannelId,
        /// How.
        response: Bytes,
    },
    /// Tell a peer that there is no time to answer.
    RespondBusy {
        /// Which request.
        channel: ChannelId,
    },
    /// Pass a gossip message on, or not.
    Judge {
        /// Which.
        message: GossipId,
        /// Who passed it on to this node.
        source: PeerId,
        /// The verdict.
        acceptance: Acceptance,
    },
    /// Tell everybody.
    Publish {
        /// What it is about.
        topic: Topic,
        /// What to say.
        bytes: Bytes,
    },
    /// Import a block that was announced, and tell of it with [`super::Event::BlockImported`].
    ImportBlock(FetchedBlock),
    /// Import blocks in a row, and tell of it with [`super::Event::SegmentImported`].
    ImportSegment {
        /// Number of the import.
        import: u64,
        /// The blocks.
        blocks: Vec<ArrivedBlock>,
    },
    /// Remember peers over restarts; without a record a peer is forgotten.
    Remember(Vec<(PeerId, Option<PeerRecord>)>),
}

/// The verdict on a gossip message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// It is passed on.
    Accept,
    /// It is not passed on, and nobody is to blame.
    Ignore,
    /// It is not passed on, and whoever did is to blame.
    Reject,
}

/// Why a peer is disconnected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DisconnectReason {
    /// It has another chain.
    #[error("it has another chain: {0}")]
    Stranger(#[from] StatusMismatch),
    /// It did not say who it is.
    #[error("it did not introduce itself")]
    NoIntroduction,
    /// It misbehaved.
    #[error("it misbehaved: {0}")]
    Misbehaved(Offence),
    /// It misbehaved badly, and is not let in again for a while.
    #[error("it is banned: {0}")]
    Banned(Offence),
    /// The operator said so.
    #[error("the operator said so")]
    Operator,
}
