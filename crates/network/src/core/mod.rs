//! What the node does when something happens on the network.
//!
//! Pure: [`NetworkCore::on_event`] takes what happened and says what is to be done. The parts of it know
//! nothing of each other; here they are put together.

mod action;
mod event;
mod gossip;
mod handshake;
mod ids;
mod network_core;
mod peer_quotas;
mod pools;
mod responses;

pub use action::{Acceptance, Action, DisconnectReason};
pub use event::{Event, GossipMessage, Introduction};
pub use ids::{ChannelId, GossipId, Token, Topic};
pub use network_core::{CoreConfig, NetworkCore};
