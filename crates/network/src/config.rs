//! What the network is told.

use crate::{address::port_of, peers::PeerLimits};
use libp2p::{Multiaddr, PeerId, identity::Keypair};

/// A peer that the settings name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPeer {
    /// Who.
    pub peer: PeerId,
    /// Where, without the part that says who.
    pub address: Multiaddr,
}

/// What the network is told. Plain data.
#[derive(Debug, Clone)]
pub struct NetworkConfig {
    /// The key that others know this node by.
    pub key: Keypair,
    /// Where to listen; port 0 lets the system choose.
    pub listen: Vec<Multiaddr>,
    /// Where others can reach this node, if the system does not know.
    pub external: Vec<Multiaddr>,
    /// Peers to ask for others.
    pub bootnodes: Vec<NamedPeer>,
    /// Peers to be connected to, always.
    pub static_peers: Vec<NamedPeer>,
    /// Peers to be connected to, always, and without limits.
    pub trusted_peers: Vec<NamedPeer>,
    /// How many connections there may be.
    pub limits: PeerLimits,
    /// Whether nodes in the local network are looked for.
    pub mdns: bool,
    /// Name and version of the program.
    pub client: String,
}

/// Why a text names no peer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeerAddressError {
    /// It is no multiaddress.
    #[error("{0:?} is no multiaddress, such as /ip4/203.0.113.7/tcp/30303/p2p/16Uiu2HA…: {1}")]
    Malformed(String, String),
    /// It does not say how to get there.
    #[error("{0} names no TCP port, such as /ip4/203.0.113.7/tcp/30303")]
    NoPort(String),
    /// It does not say who is there.
    #[error("{0} does not end in /p2p/ and the id of the peer")]
    NoPeer(String),
}

impl std::str::FromStr for NamedPeer {
    type Err = PeerAddressError;

    /// A multiaddress that ends in `/p2p/` and the id of the peer.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut address: Multiaddr = text.parse().map_err(|error: libp2p::multiaddr::Error| {
            PeerAddressError::Malformed(text.to_owned(), error.to_string())
        })?;
        match address.pop() {
            Some(libp2p::multiaddr::Protocol::P2p(peer)) if !address.is_empty() => {
                match port_of(&address) {
                    Some(_) => Ok(Self { peer, address }),
                    None => Err(PeerAddressError::NoPort(text.to_owned())),
                }
            }
            _ => Err(PeerAddressError::NoPeer(text.to_owned())),
        }
    }
}

impl std::fmt::Display for NamedPeer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/p2p/{}", self.address, self.peer)
    }
}
