//! Why the network does not work.

use libp2p::Multiaddr;
use thiserror::Error;

/// Why the network does not start, or stopped.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// An address cannot be listened on.
    #[error("listening on {address} (--addr, --port): {reason}")]
    Listen {
        /// Which.
        address: Multiaddr,
        /// What the system says.
        reason: String,
    },
    /// Connections cannot be set up.
    #[error("setting up the transport: {0}")]
    Transport(String),
    /// Gossip cannot be set up.
    #[error("setting up gossip: {0}")]
    Gossip(String),
    /// Nodes in the local network cannot be looked for.
    #[error("looking for nodes in the local network: {0}")]
    Mdns(std::io::Error),
    /// Peers cannot be remembered.
    #[error(transparent)]
    Store(#[from] hanzo_store::StoreError),
    /// A part of it ended by itself.
    #[error("the {part} ended: {reason}")]
    Part {
        /// Which.
        part: &'static str,
        /// Why.
        reason: String,
    },
}
