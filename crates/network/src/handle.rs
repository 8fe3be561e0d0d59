//! The network as everybody else holds it.

use crate::{
    NamedPeer,
    address::ip_of,
    peers::{Direction, Standing},
};
use libp2p::{Multiaddr, PeerId};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::sync::{mpsc, oneshot, watch};

/// Commands that wait for the network.
pub(crate) const COMMAND_QUEUE: usize = 64;

/// A peer that is connected, as an operator sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerInfo {
    /// Who.
    pub peer: PeerId,
    /// Its end of the connection.
    pub address: Multiaddr,
    /// Who connected.
    pub direction: Direction,
    /// What the settings say of it.
    pub standing: Standing,
    /// Its score: 0 is good, below -50 is banned.
    pub score: f64,
    /// How long it has been connected.
    pub connected_for: Duration,
    /// What it says it is, once it has passed the handshake.
    pub status: Option<crate::wire::Status>,
}

/// Who this node is and where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeIdentity {
    /// Who this node is.
    pub peer: PeerId,
    /// Where it listens.
    pub listen: Vec<Multiaddr>,
    /// Where others can reach it, by the settings or by what they say.
    pub external: Vec<Multiaddr>,
    /// Port that it listens on; 0 if it does not.
    pub port: u16,
}

impl NodeIdentity {
    /// IP address at which this node can be reached.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        let address = self.external.first().or_else(|| self.listen.first())?;
        ip_of(address)
    }

    /// Where this node can be reached, as another one has to name it: an address that others can use if
    /// there is one.
    #[must_use]
    pub fn multiaddr(&self) -> String {
        let is_specific = |address: &&Multiaddr| {
            !address.to_string().starts_with("/ip4/0.0.0.0/")
                && !address.to_string().starts_with("/ip6/::/")
        };
        let listen = self.listen.iter().rev().find(is_specific).or_else(|| self.listen.first());
        match self.external.first().or(listen) {
            Some(address) => format!("{address}/p2p/{}", self.peer),
            None => format!("/p2p/{}", self.peer),
        }
    }
}

/// What the network is asked to do.
#[derive(Debug)]
pub(crate) enum Command {
    Peers { answer: oneshot::Sender<Vec<PeerInfo>> },
    Add { peer: NamedPeer, standing: Standing },
    Remove { peer: PeerId },
}

/// The network does not answer: it has stopped, or has more to do than it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the network does not answer")]
pub struct Unresponsive;

/// The network as everybody else holds it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct NetworkHandle {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) peers: watch::Receiver<usize>,
    pub(crate) identity: watch::Receiver<Arc<NodeIdentity>>,
}

impl NetworkHandle {
    /// How many peers are connected and have passed the handshake.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        *self.peers.borrow()
    }

    /// Who this node is and where it listens.
    #[must_use]
    pub fn identity(&self) -> Arc<NodeIdentity> {
        Arc::clone(&self.identity.borrow())
    }

    /// The peers that are connected.
    ///
    /// # Errors
    /// [`Unresponsive`].
    pub async fn peers(&self) -> Result<Vec<PeerInfo>, Unresponsive> {
        let (answer, peers) = oneshot::channel();
        self.commands.try_send(Command::Peers { answer }).map_err(|_| Unresponsive)?;
        peers.await.map_err(|_| Unresponsive)
    }

    /// Connects to a peer and stays connected.
    ///
    /// # Errors
    /// [`Unresponsive`].
    pub fn add(&self, peer: NamedPeer, standing: Standing) -> Result<(), Unresponsive> {
        self.commands.try_send(Command::Add { peer, standing }).map_err(|_| Unresponsive)
    }

    /// Disconnects from a peer, and does not connect to it again by itself.
    ///
    /// # Errors
    /// [`Unresponsive`].
    pub fn remove(&self, peer: PeerId) -> Result<(), Unresponsive> {
        self.commands.try_send(Command::Remove { peer }).map_err(|_| Unresponsive)
    }
}
