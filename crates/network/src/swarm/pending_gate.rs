//! Connections that are being set up.

use crate::{address::ip_of, peers::AddressRange};
use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
        THandlerOutEvent, ToSwarm, dummy,
    },
};
use std::{
    collections::HashMap,
    convert::Infallible,
    task::{Context, Poll},
};

/// Most connections from one range of addresses that are being set up at once: an eighth of all that may
/// be, so that nobody keeps others out with connections on which nothing is said.
const MAX_PENDING_PER_RANGE: usize = 8;

/// Limits connections that are being set up by the range of addresses they come from. Who is on the other
/// side is not known by then.
#[derive(Debug, Default)]
pub(crate) struct PendingGate {
    /// At most as many as the limit of all such connections, which is asked first.
    pending: HashMap<ConnectionId, AddressRange>,
}

/// Why a connection is not set up.
#[derive(Debug, thiserror::Error)]
#[error("{MAX_PENDING_PER_RANGE} connections from {0} are being set up")]
struct RangeBusy(AddressRange);

impl PendingGate {
    fn admit(&mut self, connection: ConnectionId, range: AddressRange) -> Result<(), RangeBusy> {
        let there = self.pending.values().filter(|other| **other == range).count();
        if there >= MAX_PENDING_PER_RANGE {
            return Err(RangeBusy(range));
        }
        self.pending.insert(connection, range);
        Ok(())
    }
}

impl NetworkBehaviour for PendingGate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        let Some(range) = ip_of(remote).and_then(AddressRange::of) else { return Ok(()) };
        self.admit(connection, range).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.pending.remove(&connection);
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ListenFailure(failure) = event {
            self.pending.remove(&failure.connection_id);
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(gate: &mut PendingGate, connection: usize, address: &str) -> bool {
        let (local, remote) =
            ("/ip4/192.0.2.1/tcp/30303".parse().unwrap(), address.parse().unwrap());
        let connection = ConnectionId::new_unchecked(connection);
        gate.handle_pending_inbound_connection(connection, &local, &remote).is_ok()
    }

    #[test]
    fn a_range_has_eight_places_and_others_have_theirs() {
        let mut gate = PendingGate::default();
        let taken = (0..20).filter(|n| ask(&mut gate, *n, &format!("/ip4/203.0.113.{n}/tcp/9")));
        assert_eq!(taken.count(), MAX_PENDING_PER_RANGE);
        assert!(ask(&mut gate, 20, "/ip4/198.51.100.1/tcp/9"));
    }

    #[test]
    fn a_place_is_free_again_when_the_connection_is_set_up() {
        let mut gate = PendingGate::default();
        let address = "/ip4/203.0.113.7/tcp/9";
        for connection in 0..100 {
            assert!(ask(&mut gate, connection, address), "{connection}");
            let (id, remote) = (ConnectionId::new_unchecked(connection), address.parse().unwrap());
            let _ = gate
                .handle_established_inbound_connection(id, PeerId::random(), &remote, &remote)
                .unwrap();
        }
    }

    #[test]
    fn loopback_has_no_limit_of_its_own() {
        let mut gate = PendingGate::default();
        assert!((0..20).all(|n| ask(&mut gate, n, "/ip4/127.0.0.1/tcp/9")));
    }
}
