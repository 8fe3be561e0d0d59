//! The flags about other nodes.

use super::set;
use crate::{
    NetworkSettings,
    config_file::NetworkSection,
    network_values::{Nat, PeerCount, Peers},
    units::parse_listen_address,
};
use clap::{Args, ValueEnum};
use hanzo_network::NamedPeer;
use std::{net::IpAddr, path::PathBuf};

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
    #[arg(long, value_name = "PORT", allow_negative_numbers = true)]
    port: Option<u16>,
    /// Peers to begin with, as multiaddresses that end in /p2p/ and an id, separated by commas.
    #[arg(long, value_name = "MULTIADDRS")]
    bootnodes: Option<Vec<Peers>>,
    /// Peers that are always connected to and never limited or banned, separated by commas.
    #[arg(long = "trusted-peers", value_name = "MULTIADDRS")]
    trusted_peers: Option<Vec<Peers>>,
    /// Connects with bootnodes and trusted peers only.
    #[arg(long = "trusted-only")]
    trusted_only: bool,
    /// Most peers that connect to this node [default: 34].
    #[arg(long = "max-inbound-peers", value_name = "N", allow_negative_numbers = true)]
    max_inbound: Option<PeerCount>,
    /// Most peers that this node connects to by itself [default: 16].
    #[arg(long = "max-outbound-peers", value_name = "N", allow_negative_numbers = true)]
    max_outbound: Option<PeerCount>,
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

impl NetworkArgs {
    pub(crate) fn settings(self, file: &NetworkSection) -> NetworkSettings {
        let mut settings = NetworkSettings::default();
        let is_on = |switch: Switch| switch == Switch::On;
        settings.enabled = self.network.map(is_on).or(file.enabled);
        set(&mut settings.address, self.addr.or(file.addr));
        set(&mut settings.port, self.port.or(file.port));
        settings.external = self.nat.or(file.nat).and_then(Nat::external);
        settings.bootnodes = peers(self.bootnodes.as_ref().or(file.bootnodes.as_ref()));
        settings.trusted = peers(self.trusted_peers.as_ref().or(file.trusted_peers.as_ref()));
        settings.trusted_only = self.trusted_only || file.trusted_only.unwrap_or(false);
        let count = |PeerCount(count)| count;
        set(&mut settings.max_inbound, self.max_inbound.or(file.max_inbound_peers).map(count));
        set(&mut settings.max_outbound, self.max_outbound.or(file.max_outbound_peers).map(count));
        settings.mdns = self.mdns.map(is_on).or(file.mdns);
        settings.key = self.nodekey.or_else(|| file.nodekey.clone());
        settings
    }
}

fn peers(named: Option<&Vec<Peers>>) -> Vec<NamedPeer> {
    named.into_iter().flatten().flat_map(|Peers(peers)| peers.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            nat: "extip:203.0.113.9".parse().ok(),
            ..NetworkSection::default()
        };
        let default = none().settings(&NetworkSection::default());
        assert_eq!(default, NetworkSettings::default());
        let written = none().settings(&file);
        assert_eq!((written.port, written.external), (7, "203.0.113.9".parse().ok()));
        let flags = NetworkArgs { port: Some(8), nat: Some(Nat::None), ..none() };
        let given = flags.settings(&file);
        assert_eq!((given.port, given.external), (8, None));
    }
}
