//! The flags about other nodes.

use super::set;
use crate::{NetworkSettings, NodeError, config_file::NetworkSection, units::parse_listen_address};
use clap::{Args, ValueEnum};
use hanzo_network::NamedPeer;
use std::{net::IpAddr, path::PathBuf, str::FromStr};

/// Other nodes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub(crate) struct NetworkArgs {
    /// Whether the node talks to others [default: on, except on the dev chain and Ethereum ones].
    #[arg(long, value_name = "on|off")]
    network: Option<Switch>,
    /// Address to listen on for other nodes [default: 0.0.0.0].
    #[arg(long, value_name = "IP", value_parser = parse_listen_address)]
    addr: Option<IpAddr>,
    /// TCP port to listen on for other nodes; 0 lets the system choose [default: 30303].
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Peers to begin with, as multiaddresses that end in /p2p/ and an id, separated by commas.
    #[arg(long, value_name = "MULTIADDRS", value_delimiter = ',')]
    bootnodes: Option<Vec<String>>,
    /// Peers that are always connected to and never limited or banned, separated by commas.
    #[arg(long = "trusted-peers", value_name = "MULTIADDRS", value_delimiter = ',')]
    trusted_peers: Option<Vec<String>>,
    /// Connects with bootnodes and trusted peers only.
    #[arg(long = "trusted-only")]
    trusted_only: bool,
    /// Most peers that connect to this node [default: 34].
    #[arg(long = "max-inbound-peers", value_name = "N")]
    max_inbound: Option<usize>,
    /// Most peers that this node connects to by itself [default: 16].
    #[arg(long = "max-outbound-peers", value_name = "N")]
    max_outbound: Option<usize>,
    /// Where others reach this node: `none` if they see its address, or `extip:IP`; a port that a router
    /// forwards must be the same [default: none].
    #[arg(long, value_name = "none|extip:IP")]
    nat: Option<Nat>,
    /// Whether nodes in the local network are looked for [default: on the cluster chain].
    #[arg(long, value_name = "on|off")]
    mdns: Option<Switch>,
    /// File with the key that others know this node by; made if it is missing
    /// [default: nodekey in the data directory].
    #[arg(long, value_name = "FILE")]
    nodekey: Option<PathBuf>,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// Where others reach this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nat {
    /// Where it listens.
    None,
    /// At this address.
    External(IpAddr),
}

impl FromStr for Nat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("expected `none` or `extip:` and an IP address, found {text:?}");
        match text.split_once(':') {
            None if text == "none" => Ok(Self::None),
            Some(("extip", ip)) => match ip.parse::<IpAddr>() {
                Ok(ip) if !ip.is_unspecified() => Ok(Self::External(ip)),
                Ok(_) | Err(_) => Err(bad()),
            },
            None | Some(_) => Err(bad()),
        }
    }
}

impl NetworkArgs {
    pub(crate) fn settings(self, file: &NetworkSection) -> Result<NetworkSettings, NodeError> {
        let mut settings = NetworkSettings::default();
        let is_on = |switch: Switch| switch == Switch::On;
        settings.enabled = self.network.map(is_on).or(file.enabled);
        set(&mut settings.address, self.addr.or(file.addr));
        set(&mut settings.port, self.port.or(file.port));
        let nat = self.nat.map(Ok).or_else(|| file.nat.as_deref().map(Nat::from_str));
        let nat = nat.transpose().map_err(|error| invalid("nat", &error))?;
        settings.external = match nat {
            None | Some(Nat::None) => None,
            Some(Nat::External(ip)) => Some(ip),
        };
        let named = self.bootnodes.as_ref().or(file.bootnodes.as_ref());
        settings.bootnodes = peers("bootnodes", named)?;
        let named = self.trusted_peers.as_ref().or(file.trusted_peers.as_ref());
        settings.trusted = peers("trusted-peers", named)?;
        settings.trusted_only = self.trusted_only || file.trusted_only.unwrap_or(false);
        set(&mut settings.max_inbound, self.max_inbound.or(file.max_inbound_peers));
        set(&mut settings.max_outbound, self.max_outbound.or(file.max_outbound_peers));
        settings.mdns = self.mdns.map(is_on).or(file.mdns);
        settings.key = self.nodekey.or_else(|| file.nodekey.clone());
        Ok(settings)
    }
}

/// Peers by their addresses. An empty text names none, so that a script may leave a variable empty.
fn peers(flag: &str, named: Option<&Vec<String>>) -> Result<Vec<NamedPeer>, NodeError> {
    let named = named.into_iter().flatten().filter(|text| !text.is_empty());
    named.map(|text| text.parse().map_err(|error| invalid(flag, &error))).collect()
}

fn invalid(flag: &str, error: &dyn std::fmt::Display) -> NodeError {
    NodeError::Config(format!("--{flag}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str =
        "/ip4/203.0.113.7/tcp/30303/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf";

    fn none() -> NetworkArgs {
        NetworkArgs {
            network: None,
            addr: None,
            port: None,
            bootnodes: None,
            trusted_peers: None,
            trusted_only: false,
            max_inbound: None,
            max_outbound: None,
            nat: None,
            mdns: None,
            nodekey: None,
        }
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_defaults() {
        let file = NetworkSection {
            port: Some(7),
            nat: Some("extip:203.0.113.9".to_owned()),
            ..NetworkSection::default()
        };
        let default = none().settings(&NetworkSection::default()).unwrap();
        assert_eq!(default, NetworkSettings::default());
        let written = none().settings(&file).unwrap();
        assert_eq!((written.port, written.external), (7, "203.0.113.9".parse().ok()));
        let flags = NetworkArgs { port: Some(8), nat: Some(Nat::None), ..none() };
        let given = flags.settings(&file).unwrap();
        assert_eq!((given.port, given.external), (8, None));
    }

    #[test]
    fn a_peer_is_an_address_and_an_id() {
        let flags = |text: &str| NetworkArgs { bootnodes: Some(vec![text.to_owned()]), ..none() };
        let file = NetworkSection::default();
        let settings = flags(PEER).settings(&file).unwrap();
        assert_eq!(settings.bootnodes.first().unwrap().to_string(), PEER);
        assert!(flags("").settings(&file).unwrap().bootnodes.is_empty());
        for bad in ["enode://abc@1.2.3.4:30303", "/ip4/203.0.113.7/tcp/30303", "1.2.3.4:5"] {
            let error = flags(bad).settings(&file).unwrap_err().to_string();
            assert!(error.contains("--bootnodes") && error.contains(bad), "{error}");
        }
    }

    #[test]
    fn nat_is_none_or_an_address() {
        assert_eq!("none".parse(), Ok(Nat::None));
        assert_eq!("extip:::1".parse(), Ok(Nat::External("::1".parse().unwrap())));
        for bad in ["any", "upnp", "extip", "extip:", "extip:host", "extip:0.0.0.0"] {
            let error = bad.parse::<Nat>().unwrap_err();
            assert!(error.contains(bad), "{error}");
        }
    }
}
