//! Who this node is, for others.

use super::Behaviour;
use crate::{address::port_of, handle::NodeIdentity};
use libp2p::Swarm;

/// Who a node is and where it listens.
pub(crate) fn identity_of(swarm: &Swarm<Behaviour>) -> NodeIdentity {
    let listen: Vec<_> = swarm.listeners().cloned().collect();
    let port = listen.iter().find_map(port_of).unwrap_or_default();
    let external = swarm.external_addresses().cloned().collect();
    NodeIdentity { peer: *swarm.local_peer_id(), listen, external, port }
}
