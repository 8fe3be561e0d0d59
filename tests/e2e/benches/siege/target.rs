//! What attackers know.

use alloy_primitives::Bytes;
use hanzo_network::{BlockAnnouncement, ProtocolNames};
use hanzo_types::Header;
use libp2p::{Multiaddr, PeerId};
use std::{net::SocketAddr, sync::Arc};
use tokio::sync::watch;

/// What attackers know: where the victim is, and what everybody sees of the chain.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: Multiaddr,
    pub(crate) socket: SocketAddr,
    pub(crate) peer: PeerId,
    pub(crate) names: Arc<ProtocolNames>,
    /// The newest block, as soon as the node that mined it has it.
    pub(crate) newest: watch::Receiver<Option<Arc<BlockAnnouncement>>>,
    /// A chain of the same rules with little work in it, without its first block.
    pub(crate) light_chain: Arc<[Header]>,
    /// A transaction that is valid and was mined before the siege.
    pub(crate) mined_transaction: Bytes,
}
