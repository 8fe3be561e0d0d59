//! What the network of the node is told.

use crate::{DataDir, NodeError};
use hanzo_network::{
    Keypair, Multiaddr, NamedPeer, NetworkConfig, PeerLimits, load_or_create_node_key,
};
use hanzo_types::{ChainName, ChainSpec, Rules};
use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};

/// Port that nodes listen on for each other, as geth and reth do.
const DEFAULT_PORT: u16 = 30_303;

/// Most peers in either direction that can be asked for: each takes a connection and some memory.
pub(crate) const MAX_PEERS: usize = 1_000;

/// What the network of the node is told. Plain data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkSettings {
    /// Whether there is one; `None` means on every chain but the dev chain and plain Ethereum ones.
    pub enabled: Option<bool>,
    /// Address to listen on.
    pub address: IpAddr,
    /// Port to listen on; 0 lets the system choose.
    pub port: u16,
    /// Address at which others can reach this node, if they see another one.
    pub external: Option<IpAddr>,
    /// Peers to begin with.
    pub bootnodes: Vec<NamedPeer>,
    /// Peers to be connected to, always, whatever they do and however many there are.
    pub trusted: Vec<NamedPeer>,
    /// Whether only peers that the settings name are wanted.
    pub trusted_only: bool,
    /// Most peers that connected to this node.
    pub max_inbound: usize,
    /// Most peers that this node connected to.
    pub max_outbound: usize,
    /// Whether nodes in the local network are looked for; `None` means on the cluster chain only.
    pub mdns: Option<bool>,
    /// File with the node's key; `nodekey` in the data directory if absent.
    pub key: Option<PathBuf>,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        let limits = PeerLimits::default();
        Self {
            enabled: None,
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            port: DEFAULT_PORT,
            external: None,
            bootnodes: Vec::new(),
            trusted: Vec::new(),
            trusted_only: false,
            max_inbound: limits.max_inbound,
            max_outbound: limits.max_outbound,
            mdns: None,
            key: None,
        }
    }
}

impl NetworkSettings {
    /// What is wrong with the settings, naming the flag.
    pub(crate) fn broken(&self) -> Option<String> {
        if self.port == 0 && self.external.is_some() {
            let reason =
                "--nat extip tells others the address and the port of this node: --port 0 is none";
            return Some(reason.to_owned());
        }
        let counts = [
            ("--max-inbound-peers", self.max_inbound),
            ("--max-outbound-peers", self.max_outbound),
        ];
        counts.into_iter().find_map(|(flag, count)| {
            (count > MAX_PEERS)
                .then(|| format!("{flag} is {count}, at most {MAX_PEERS} is allowed"))
        })
    }

    /// Checks that there can be a network on this chain if one is asked for, and says what the settings ask
    /// for in vain.
    pub(crate) fn check(&self, spec: &ChainSpec) -> Result<(), NodeError> {
        if let Some(pointless) = self.pointless(self.is_wanted(spec)?) {
            tracing::warn!(target: "network", "{pointless}");
        }
        Ok(())
    }

    /// Whether there is a network on this chain.
    fn is_wanted(&self, spec: &ChainSpec) -> Result<bool, NodeError> {
        let possible = match spec.rules() {
            Rules::Hanzo(_) if spec.is_dev() => {
                Err("the dev chain is a single node's (decision D-38): use --chain cluster")
            }
            Rules::Hanzo(_) => Ok(()),
            Rules::Ethereum(_) => Err("a plain Ethereum chain is served from files"),
        };
        let wanted = self.enabled.unwrap_or(possible.is_ok());
        match possible {
            Err(reason) if wanted => {
                Err(NodeError::Config(format!("--network on is refused: {reason}")))
            }
            Ok(()) | Err(_) => Ok(wanted),
        }
    }

    /// What the settings ask for that has no effect, or not the one that was probably meant. `wanted` is
    /// whether there is a network.
    fn pointless(&self, wanted: bool) -> Option<&'static str> {
        let named = !(self.bootnodes.is_empty() && self.trusted.is_empty());
        if named && !wanted {
            return Some(
                "there is no network here: the peers of --bootnodes and --trusted-peers are not connected to",
            );
        }
        if self.trusted_only && !named && wanted {
            return Some(
                "--trusted-only without --bootnodes and --trusted-peers: nobody is connected to",
            );
        }
        let no_room = self.max_inbound == 0 && self.max_outbound == 0 && self.trusted.is_empty();
        (no_room && wanted).then_some(
            "--max-inbound-peers and --max-outbound-peers are 0, and --trusted-peers names nobody: nobody is \
             connected to",
        )
    }

    /// The network's configuration on this chain; `None` if there is no network on it. Reads or makes the
    /// key file, in a data directory that belongs to this chain.
    pub(crate) fn resolve(
        &self,
        spec: &ChainSpec,
        datadir: &DataDir,
        client: &str,
    ) -> Result<Option<NetworkConfig>, NodeError> {
        if !self.is_wanted(spec)? {
            return Ok(None);
        }
        let key = self.load_key(datadir)?;
        let listen = address(self.address, self.port);
        Ok(Some(NetworkConfig {
            key,
            listen: vec![listen],
            external: self.external.map(|ip| address(ip, self.port)).into_iter().collect(),
            bootnodes: self.bootnodes.clone(),
            static_peers: Vec::new(),
            trusted_peers: self.trusted.clone(),
            limits: PeerLimits {
                max_inbound: self.max_inbound,
                max_outbound: self.max_outbound,
                named_only: self.trusted_only,
                ..PeerLimits::default()
            },
            mdns: self.mdns.unwrap_or(spec.name() == ChainName::Cluster),
            client: client.to_owned(),
        }))
    }

    fn load_key(&self, datadir: &DataDir) -> Result<Keypair, NodeError> {
        datadir.create()?;
        let path = self.key.clone().unwrap_or_else(|| datadir.node_key());
        Ok(load_or_create_node_key(&path)?)
    }
}

fn address(ip: IpAddr, port: u16) -> Multiaddr {
    Multiaddr::from(ip).with(hanzo_network::Protocol::Tcp(port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network_values::Peers;

    #[test]
    fn an_address_for_others_needs_a_port_for_others() {
        let external = "203.0.113.9".parse().ok();
        let settings = |port| NetworkSettings { port, external, ..NetworkSettings::default() };
        assert!(settings(0).broken().unwrap().contains("--port 0"));
        assert_eq!(settings(1).broken(), None);
        let nowhere = NetworkSettings { port: 0, ..NetworkSettings::default() };
        assert_eq!(nowhere.broken(), None);
    }

    #[test]
    fn settings_without_effect_are_told_of() {
        let named =
            "/ip4/203.0.113.7/tcp/30303/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf";
        let Peers(bootnodes) = named.parse().unwrap();
        let default = NetworkSettings::default;
        for (settings, wanted, flag) in [
            (NetworkSettings { bootnodes: bootnodes.clone(), ..default() }, false, "--bootnodes"),
            (NetworkSettings { trusted_only: true, ..default() }, true, "--trusted-only"),
            (
                NetworkSettings { max_inbound: 0, max_outbound: 0, ..default() },
                true,
                "--max-inbound",
            ),
        ] {
            let told = settings.pointless(wanted).unwrap();
            assert!(told.contains(flag), "{told}");
            assert_eq!(settings.pointless(!wanted), None, "{told}");
        }
        let trusted = bootnodes;
        let settings = NetworkSettings { max_inbound: 0, max_outbound: 0, trusted, ..default() };
        assert_eq!(settings.pointless(true), None);
        assert_eq!(default().pointless(true).or(default().pointless(false)), None);
    }
}
