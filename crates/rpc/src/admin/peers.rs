//! The other nodes, as geth shows them.

use super::Admin;
use crate::{
    arguments::{Argument, Arguments, text},
    execution_slots::ExecutionSlots,
    method_table::Answer,
    rpc_error::RpcError,
};
use alloy_primitives::{B256, U256};
use hanzo_network::{
    Direction, NamedPeer, NetworkHandle, PeerId, PeerInfo, Standing, Status, check_peer_address,
};
use serde::Serialize;
use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

/// Name under which the protocols of a Hanzo node are listed.
const PROTOCOL: &str = "hanzo";

/// Who this node is. The fields are geth's, as far as they mean something without `enode`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NodeAnswer {
    id: String,
    name: String,
    /// Where another node connects to.
    multiaddr: String,
    ip: Option<IpAddr>,
    ports: PortsAnswer,
    listen_addr: String,
    external_addrs: Vec<String>,
    protocols: BTreeMap<&'static str, OwnChainAnswer>,
}

#[derive(Debug, Serialize)]
struct PortsAnswer {
    listener: u16,
}

/// What this node tells others.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OwnChainAnswer {
    /// The chain id, by geth's name for it.
    network: u64,
    difficulty: U256,
    genesis: B256,
    head: B256,
}

/// A node that is connected.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PeerAnswer {
    id: String,
    name: String,
    multiaddr: String,
    network: ConnectionAnswer,
    score: f64,
    connected_seconds: u64,
    protocols: BTreeMap<&'static str, PeerChainAnswer>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionAnswer {
    remote_address: String,
    inbound: bool,
    trusted: bool,
    #[serde(rename = "static")]
    named: bool,
}

/// What a peer said last of its chain.
#[derive(Debug, Serialize)]
struct PeerChainAnswer {
    number: u64,
    difficulty: U256,
    head: B256,
}

/// A peer by its multiaddress.
struct PeerArgument(NamedPeer);

impl Argument for PeerArgument {
    fn from_json(json: &str) -> Result<Self, String> {
        text(json)?
            .parse()
            .map(Self)
            .map_err(|error: hanzo_network::PeerAddressError| error.to_string())
    }
}

/// A peer by its multiaddress or by its id alone.
struct PeerIdArgument(PeerId);

impl Argument for PeerIdArgument {
    fn from_json(json: &str) -> Result<Self, String> {
        let text = text(json)?;
        check_peer_address(&text).map_err(|error| error.to_string())?;
        let id = text.rsplit('/').next().unwrap_or_default();
        id.parse().map(Self).map_err(|_| format!("{text:?} ends in no peer id"))
    }
}

impl Admin {
    /// Who this node is, and where others reach it.
    pub(super) fn node_info(&self) -> Result<NodeAnswer, RpcError> {
        let view = self.node.chain.view();
        let chain = OwnChainAnswer {
            network: view.spec().chain_id(),
            difficulty: view.total_difficulty().0,
            genesis: view.spec().genesis_hash(),
            head: view.head().hash(),
        };
        let protocols = BTreeMap::from([(PROTOCOL, chain)]);
        let name = self.node.client_version.clone();
        let Some(network) = &self.node.network else {
            return Ok(NodeAnswer {
                id: String::new(),
                name,
                multiaddr: String::new(),
                ip: None,
                ports: PortsAnswer { listener: 0 },
                listen_addr: String::new(),
                external_addrs: Vec::new(),
                protocols,
            });
        };
        let identity = network.identity();
        Ok(NodeAnswer {
            id: identity.peer.to_string(),
            name,
            multiaddr: identity.multiaddr(),
            ip: identity.ip(),
            ports: PortsAnswer { listener: identity.port },
            listen_addr: identity.listen.first().map(ToString::to_string).unwrap_or_default(),
            external_addrs: identity.external.iter().map(ToString::to_string).collect(),
            protocols,
        })
    }

    /// The peers that are connected.
    pub(super) fn peers(
        self: Arc<Self>,
        _: ExecutionSlots,
        _: &Arguments<'_>,
    ) -> Result<Answer<Vec<PeerAnswer>>, RpcError> {
        Ok(Box::pin(async move {
            let Some(network) = &self.node.network else { return Ok(Vec::new()) };
            let peers = network.peers().await.map_err(RpcError::internal)?;
            Ok(peers.into_iter().map(peer_answer).collect())
        }))
    }

    /// Connects to a peer, and again whenever the connection is lost.
    pub(super) fn add_peer(&self, arguments: &Arguments<'_>) -> Result<bool, RpcError> {
        self.add(arguments, Standing::Static)
    }

    /// The same with a peer that no limit holds for.
    pub(super) fn add_trusted_peer(&self, arguments: &Arguments<'_>) -> Result<bool, RpcError> {
        self.add(arguments, Standing::Trusted)
    }

    fn add(&self, arguments: &Arguments<'_>, standing: Standing) -> Result<bool, RpcError> {
        let PeerArgument(peer) = arguments.required(0, "multiaddr")?;
        let network = self.network()?;
        if peer.peer == network.identity().peer {
            return Err(RpcError::Server("this is the node itself".to_owned()));
        }
        network.add(peer, standing).map_err(RpcError::internal)?;
        Ok(true)
    }

    /// Disconnects from a peer, and does not connect to it again.
    pub(super) fn remove_peer(&self, arguments: &Arguments<'_>) -> Result<bool, RpcError> {
        let PeerIdArgument(peer) = arguments.required(0, "multiaddr")?;
        self.network()?.remove(peer).map_err(RpcError::internal)?;
        Ok(true)
    }

    fn network(&self) -> Result<&NetworkHandle, RpcError> {
        self.node
            .network
            .as_ref()
            .ok_or_else(|| RpcError::Server("the node was started without a network".to_owned()))
    }
}

fn peer_answer(peer: PeerInfo) -> PeerAnswer {
    let chain = peer.status.as_ref().map(|status: &Status| PeerChainAnswer {
        number: status.head_number,
        difficulty: status.total_difficulty,
        head: status.head_hash,
    });
    PeerAnswer {
        id: peer.peer.to_string(),
        name: peer.status.map(|status| status.client).unwrap_or_default(),
        multiaddr: format!("{}/p2p/{}", peer.address, peer.peer),
        network: ConnectionAnswer {
            remote_address: peer.address.to_string(),
            inbound: peer.direction == Direction::Inbound,
            trusted: peer.standing == Standing::Trusted,
            named: peer.standing != Standing::Found,
        },
        score: peer.score,
        connected_seconds: peer.connected_for.as_secs(),
        protocols: chain.map(|chain| (PROTOCOL, chain)).into_iter().collect(),
    }
}
