//! What the network is told.

use crate::{address::is_dialable, peers::PeerLimits};
use libp2p::{Multiaddr, PeerId, identity::Keypair};

/// Longest address of a peer as text, in bytes: with the longest host name (253) it has 330.
pub const MAX_PEER_ADDRESS_BYTES: usize = 512;

/// Longest text that a message repeats, in characters.
const MAX_SHOWN_CHARS: usize = 256;

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
    /// It is longer than any address.
    #[error("an address of {found} bytes, at most {MAX_PEER_ADDRESS_BYTES} are allowed")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// It does not say how to get there: nodes speak TCP, and port 0 and the address of all interfaces are
    /// nowhere.
    #[error("{0:?} does not lead to a host and a TCP port, as /ip4/203.0.113.7/tcp/30303 does")]
    NoWay(String),
    /// It does not say who is there.
    #[error("{0:?} does not end in /p2p/ and the id of the peer")]
    NoPeer(String),
}

impl std::str::FromStr for NamedPeer {
    type Err = PeerAddressError;

    /// A multiaddress that ends in `/p2p/` and the id of the peer.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        check_peer_address(text)?;
        let mut address: Multiaddr = text.parse().map_err(|error: libp2p::multiaddr::Error| {
            PeerAddressError::Malformed(shown(text), error.to_string())
        })?;
        match address.pop() {
            Some(libp2p::multiaddr::Protocol::P2p(peer)) if !address.is_empty() => {
                if is_dialable(&address) {
                    Ok(Self { peer, address })
                } else {
                    Err(PeerAddressError::NoWay(shown(text)))
                }
            }
            _ => Err(PeerAddressError::NoPeer(shown(text))),
        }
    }
}

/// Refuses what is too long before it is decoded: the time that base 58 takes grows with the square of the length.
///
/// # Errors
/// [`PeerAddressError::TooLong`].
pub const fn check_peer_address(text: &str) -> Result<(), PeerAddressError> {
    if text.len() > MAX_PEER_ADDRESS_BYTES {
        return Err(PeerAddressError::TooLong { found: text.len() });
    }
    Ok(())
}

/// The beginning of a text, as much as a message needs.
fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl std::fmt::Display for NamedPeer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/p2p/{}", self.address, self.peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf";

    #[test]
    fn a_peer_is_named_by_an_address_with_a_port_and_an_id() {
        for good in ["/ip4/203.0.113.7/tcp/30303", "/ip6/::1/tcp/1", "/dns4/node.example/tcp/1"] {
            let text = format!("{good}{PEER}");
            assert_eq!(text.parse::<NamedPeer>().unwrap().to_string(), text);
        }
        for bad in
            ["/ip4/203.0.113.7", "/ip4/0.0.0.0/tcp/1", &format!("/ip4/203.0.113.7/tcp/1{PEER}")]
        {
            let error = format!("{bad}{PEER}").parse::<NamedPeer>().unwrap_err();
            assert!(matches!(error, PeerAddressError::NoWay(_)), "{error}");
        }
        for bad in ["", PEER, "/ip4/203.0.113.7/tcp/30303"] {
            let error = bad.parse::<NamedPeer>().unwrap_err();
            assert!(error.to_string().starts_with(&format!("{bad:?}")), "{error}");
        }
    }

    #[test]
    fn a_text_that_is_longer_than_any_address_is_not_looked_at() {
        for long in ["x".repeat(2_000_000), format!("/ip4/127.0.0.1/tcp/1/p2p/{}", "Q".repeat(512))]
        {
            let error = long.parse::<NamedPeer>().unwrap_err();
            assert_eq!(error, PeerAddressError::TooLong { found: long.len() });
        }
    }

    #[test]
    fn a_message_repeats_the_beginning_of_a_text() {
        for long in ["é".repeat(256), format!("/dns4/{}/tcp/0{PEER}", "a".repeat(400))] {
            let error = long.parse::<NamedPeer>().unwrap_err().to_string();
            assert!(error.chars().count() < 450, "{} characters", error.chars().count());
        }
    }
}
