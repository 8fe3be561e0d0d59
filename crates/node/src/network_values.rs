//! Values of the settings about other nodes, as people type them in a flag or in the file.

use crate::network_settings::MAX_PEERS;
use hanzo_network::{NamedPeer, is_unicast};
use std::{net::IpAddr, str::FromStr};

/// Where others reach this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nat {
    /// Where it listens.
    None,
    /// At this address.
    External(IpAddr),
}

impl Nat {
    /// The address that others see, if it is another one.
    pub(crate) const fn external(self) -> Option<IpAddr> {
        match self {
            Self::None => None,
            Self::External(ip) => Some(ip),
        }
    }
}

impl FromStr for Nat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad =
            || format!("expected `none` or `extip:` and the IP address of a host, found {text:?}");
        match text.split_once(':') {
            None if text == "none" => Ok(Self::None),
            Some(("extip", ip)) => match ip.parse::<IpAddr>() {
                Ok(ip) if is_unicast(ip) => Ok(Self::External(ip)),
                Ok(_) | Err(_) => Err(bad()),
            },
            None | Some(_) => Err(bad()),
        }
    }
}

/// How many peers there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PeerCount(pub(crate) usize);

impl FromStr for PeerCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let count = text.parse().ok().filter(|count| *count <= MAX_PEERS);
        count.map(Self).ok_or_else(|| format!("expected 0 to {MAX_PEERS} peers, found {text:?}"))
    }
}

/// Peers by their addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Peers(pub(crate) Vec<NamedPeer>);

impl FromStr for Peers {
    type Err = String;

    /// Multiaddresses, separated by commas. An empty text names none, so that a script may leave a variable
    /// empty.
    fn from_str(text: &str) -> Result<Self, String> {
        let named = text.split(',').map(str::trim).filter(|text| !text.is_empty());
        let peers: Result<_, _> = named.map(NamedPeer::from_str).collect();
        peers.map(Self).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str =
        "/ip4/203.0.113.7/tcp/30303/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf";

    #[test]
    fn a_peer_is_an_address_and_an_id() {
        let peers = |text: &str| text.parse::<Peers>().map(|peers| peers.0);
        let named = peers(&format!("{PEER}, ,{PEER}")).unwrap();
        assert_eq!(named.iter().map(ToString::to_string).collect::<Vec<_>>(), [PEER, PEER]);
        assert_eq!(peers(""), Ok(Vec::new()));
        for bad in ["enode://abc@1.2.3.4:30303", "/ip4/203.0.113.7/tcp/30303", "1.2.3.4:5"] {
            let error = peers(&format!("{PEER},{bad}")).unwrap_err();
            assert!(error.contains(bad), "{error}");
        }
    }

    #[test]
    fn a_number_of_peers_is_at_most_a_thousand() {
        assert_eq!("0".parse(), Ok(PeerCount(0)));
        assert_eq!("1000".parse(), Ok(PeerCount(1_000)));
        for bad in ["1001", "-1", "", "many", "1.5", "99999999999999999999999"] {
            let error = bad.parse::<PeerCount>().unwrap_err();
            assert_eq!(error, format!("expected 0 to 1000 peers, found {bad:?}"));
        }
    }

    #[test]
    fn nat_is_none_or_an_address() {
        assert_eq!("none".parse(), Ok(Nat::None));
        assert_eq!("extip:::1".parse(), Ok(Nat::External("::1".parse().unwrap())));
        for bad in [
            "any",
            "upnp",
            "extip",
            "extip:",
            "extip:host",
            "extip:0.0.0.0",
            "extip:255.255.255.255",
        ] {
            let error = bad.parse::<Nat>().unwrap_err();
            assert!(error.contains(bad), "{error}");
        }
    }
}
