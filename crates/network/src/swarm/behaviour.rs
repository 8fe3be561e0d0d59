//! The protocols that a node speaks.

use super::{
    codec::MessageCodec,
    gossip_settings::{self, Gossip},
    pending_gate::PendingGate,
};
use crate::{
    NetworkConfig, NetworkError,
    wire::{MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, MAX_STATUS_BYTES, ProtocolNames},
};
use libp2p::{
    StreamProtocol,
    connection_limits::{self, ConnectionLimits},
    identify,
    identity::Keypair,
    kad, mdns, ping, request_response,
    swarm::{NetworkBehaviour, behaviour::toggle::Toggle},
};
use std::time::Duration;

/// Connections that are being set up at once; more wait in the system's queue.
const MAX_PENDING: u32 = 64;

/// Connections with one peer: both may have connected at the same time.
const MAX_PER_PEER: u32 = 2;

/// Connections above the number of peers: those that are about to be refused with a reason.
const SPARE_CONNECTIONS: usize = 16;

/// How long the introduction of a peer may take.
const STATUS_TIMEOUT: Duration = Duration::from_secs(8);

/// How long an answer may take. The parts that wait for it give up earlier.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Requests of one connection that are read at once.
const MAX_STREAMS: usize = 16;

/// Every protocol that a node speaks. The limits come first: they are asked first.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(super) limits: connection_limits::Behaviour,
    pub(super) gate: PendingGate,
    pub(super) ping: ping::Behaviour,
    pub(super) identify: identify::Behaviour,
    pub(super) discovery: kad::Behaviour<kad::store::MemoryStore>,
    pub(super) neighbours: Toggle<mdns::tokio::Behaviour>,
    pub(super) gossip: Gossip,
    pub(super) status: request_response::Behaviour<MessageCodec>,
    pub(super) requests: request_response::Behaviour<MessageCodec>,
}

impl Behaviour {
    pub(super) fn new(
        key: &Keypair,
        names: &ProtocolNames,
        config: &NetworkConfig,
    ) -> Result<Self, NetworkError> {
        let peer = key.public().to_peer_id();
        let most = config.limits.max_inbound.saturating_add(SPARE_CONNECTIONS);
        let limits = ConnectionLimits::default()
            .with_max_pending_incoming(Some(MAX_PENDING))
            .with_max_pending_outgoing(Some(MAX_PENDING))
            .with_max_established_incoming(Some(u32::try_from(most).unwrap_or(u32::MAX)))
            .with_max_established_per_peer(Some(MAX_PER_PEER));
        let identify = identify::Config::new(names.network.clone(), key.public())
            .with_agent_version(config.client.clone());
        let mut settings = kad::Config::new(protocol(&names.discovery)?);
        // The core says when to look for peers; without any there is nobody to ask.
        settings.set_periodic_bootstrap_interval(None);
        // Nodes look for each other and for nothing else: what others want kept is not kept.
        settings.set_record_filtering(kad::StoreInserts::FilterBoth);
        let mut discovery =
            kad::Behaviour::with_config(peer, kad::store::MemoryStore::new(peer), settings);
        // Whether others can reach this node shows when they try.
        discovery.set_mode(Some(kad::Mode::Server));
        let neighbours =
            config.mdns.then(|| mdns::tokio::Behaviour::new(mdns::Config::default(), peer));
        let neighbours = neighbours.transpose().map_err(NetworkError::Mdns)?;
        Ok(Self {
            limits: connection_limits::Behaviour::new(limits),
            gate: PendingGate::default(),
            ping: ping::Behaviour::default(),
            identify: identify::Behaviour::new(identify),
            discovery,
            neighbours: neighbours.into(),
            gossip: gossip_settings::gossip(names)?,
            status: exchange(&names.status, MAX_STATUS_BYTES, MAX_STATUS_BYTES, STATUS_TIMEOUT)?,
            requests: exchange(
                &names.requests,
                MAX_REQUEST_BYTES,
                MAX_RESPONSE_BYTES,
                REQUEST_TIMEOUT,
            )?,
        })
    }
}

impl std::fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Behaviour").finish_non_exhaustive()
    }
}

fn exchange(
    name: &str,
    max_request_bytes: usize,
    max_response_bytes: usize,
    timeout: Duration,
) -> Result<request_response::Behaviour<MessageCodec>, NetworkError> {
    let codec = MessageCodec { max_request_bytes, max_response_bytes };
    let config = request_response::Config::default()
        .with_request_timeout(timeout)
        .with_max_concurrent_streams(MAX_STREAMS);
    let protocols = [(protocol(name)?, request_response::ProtocolSupport::Full)];
    Ok(request_response::Behaviour::with_codec(codec, protocols, config))
}

fn protocol(name: &str) -> Result<StreamProtocol, NetworkError> {
    StreamProtocol::try_from_owned(name.to_owned())
        .map_err(|error| NetworkError::Gossip(error.to_string()))
}
