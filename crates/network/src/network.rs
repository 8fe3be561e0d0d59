//! Starting the network.

use crate::{
    NetworkConfig, NetworkError,
    address::{ip_of, port_of},
    core::{CoreConfig, NetworkCore},
    handle::{COMMAND_QUEUE, NetworkHandle},
    peers::{PeerRecord, Standing},
    swarm::{Behaviour, Driver, DriverParts, identity_of, swarm},
    wire::{PeerHead, ProtocolNames},
    worker::Worker,
};
use alloy_rlp::Decodable as _;
use futures::StreamExt as _;
use hanzo_chain::ChainHandle;
use hanzo_store::Store;
use libp2p::{Multiaddr, PeerId, Swarm, swarm::SwarmEvent};
use std::{sync::Arc, time::Instant};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// The running network. Its end is the end of the node.
#[derive(Debug)]
pub struct Network {
    handle: NetworkHandle,
    task: JoinHandle<Result<(), NetworkError>>,
    cancel: CancellationToken,
}

impl Network {
    /// Listens, and connects to the peers of the settings and to those from before.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub async fn start(
        config: NetworkConfig,
        (chain, worker): (ChainHandle, Worker),
        store: Store,
    ) -> Result<Self, NetworkError> {
        let view = chain.view();
        let names = ProtocolNames::of(view.spec());
        let mut swarm = swarm(&config.key, &names, &config)?;
        for address in &config.listen {
            check_free(address)?;
        }
        for address in &config.listen {
            swarm.listen_on(address.clone()).map_err(|error| NetworkError::Listen {
                address: address.clone(),
                reason: causes(&error),
            })?;
        }
        for address in &config.external {
            swarm.add_external_address(address.clone());
        }
        await_listening(&mut swarm, config.listen.len()).await;
        let peer = *swarm.local_peer_id();
        let seed = peer
            .to_bytes()
            .iter()
            .rev()
            .take(8)
            .fold(0, |seed, byte| (seed << 8) | u64::from(*byte));
        let records = remembered(&store)?;
        let core_config = CoreConfig { limits: config.limits, seed };
        let spec = Arc::clone(view.spec());
        let mut core = NetworkCore::new(&core_config, spec, PeerHead::of(&view), &records);
        name_peers(&mut core, &config, &peer);
        let (commands, inbox) = mpsc::channel(COMMAND_QUEUE);
        let (peers, peer_count) = watch::channel(0);
        let (identity, known_identity) = watch::channel(Arc::new(identity_of(&swarm)));
        #[expect(clippy::disallowed_methods, reason = "the network counts time from here")]
        let started = Instant::now();
        let driver = Driver::new(DriverParts {
            swarm,
            names,
            core,
            chain,
            worker,
            store,
            client: config.client.clone(),
            commands: inbox,
            peers,
            identity,
            started,
        });
        let runtime = tokio::runtime::Handle::current();
        let cancel = CancellationToken::new();
        let task = runtime.spawn(driver.run(cancel.clone()));
        let handle = NetworkHandle { commands, peers: peer_count, identity: known_identity };
        Ok(Self { handle, task, cancel })
    }

    /// The network as everybody else holds it.
    #[must_use]
    pub fn handle(&self) -> NetworkHandle {
        self.handle.clone()
    }

    /// Stops it after others were told of the last transactions. A tenth of a second.
    ///
    /// # Errors
    /// [`NetworkError`] of a part that failed before.
    pub async fn stop(mut self) -> Result<(), NetworkError> {
        self.cancel.cancel();
        self.ended().await
    }

    /// Waits until the network ends, which it does by itself only when a part of it fails.
    ///
    /// # Errors
    /// [`NetworkError`] of the part that failed.
    pub async fn ended(&mut self) -> Result<(), NetworkError> {
        let ended = (&mut self.task).await;
        ended.unwrap_or_else(|error| {
            Err(NetworkError::Part { part: "network", reason: error.to_string() })
        })
    }
}

/// Fails if somebody else listens there. libp2p shares ports, so that a second node would start, and each
/// connection would reach one of the two by chance.
fn check_free(address: &Multiaddr) -> Result<(), NetworkError> {
    let (Some(ip), Some(port)) = (ip_of(address), port_of(address).filter(|port| *port != 0))
    else {
        return Ok(());
    };
    let bound = std::net::TcpListener::bind((ip, port)).map(drop);
    bound.map_err(|error| NetworkError::Listen {
        address: address.clone(),
        reason: error.to_string(),
    })
}

/// An error and what caused it; libp2p's own texts leave that out.
fn causes(error: &dyn std::error::Error) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<_> = chain.map(ToString::to_string).filter(|text| !text.is_empty()).collect();
    texts.join(": ")
}

/// Waits until the swarm knows where it listens, so that whoever starts it can tell others.
async fn await_listening(swarm: &mut Swarm<Behaviour>, listeners: usize) {
    let mut known = 0;
    while known < listeners {
        // Nobody can have connected: it takes a round trip after this.
        if let SwarmEvent::NewListenAddr { .. } | SwarmEvent::ListenerClosed { .. } =
            swarm.select_next_some().await
        {
            known += 1;
        }
    }
}

/// Tells the core which peers the settings name. A list that all nodes of a network share has this one, too.
fn name_peers(core: &mut NetworkCore, config: &NetworkConfig, own: &PeerId) {
    let kinds = [
        // In a small network they are all there is.
        (&config.bootnodes, Standing::Static),
        (&config.static_peers, Standing::Static),
        (&config.trusted_peers, Standing::Trusted),
    ];
    for (named, standing) in kinds {
        for named in named.iter().filter(|named| named.peer != *own) {
            core.name_peer(named.peer, Some(named.address.clone()), standing);
        }
    }
}

/// The peers from before. A row that this version does not understand is left out.
fn remembered(store: &Store) -> Result<Vec<(PeerId, PeerRecord)>, NetworkError> {
    let rows = store.peers()?.into_iter();
    let record = |(peer, record): (Vec<u8>, Vec<u8>)| {
        let peer = PeerId::from_bytes(&peer).ok()?;
        Some((peer, PeerRecord::decode(&mut record.as_slice()).ok()?))
    };
    Ok(rows.filter_map(record).collect())
}
