//! Connections: TCP, Noise, Yamux.

use super::{Behaviour, bounded_close::BoundedClose};
use crate::{NetworkConfig, NetworkError, wire::ProtocolNames};
use libp2p::{
    Swarm, SwarmBuilder, Transport as _, core::upgrade::Version, identity::Keypair, noise,
    swarm::Config, tcp, yamux,
};
use std::time::Duration;

/// A connection that nobody uses is kept so long: who comes to sync, and who is banned, closes it sooner.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a connection may take to be set up: five round trips of a second. What is being set up takes
/// a place.
const SET_UP_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a peer has to read that its connection ends.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Streams of a connection, both ways. Peers that ask each other for all that they may have two dozen.
/// What a peer writes on one before it is read waits in memory, 256 KiB of it (yamux), so that a
/// connection takes 16 MiB at most.
const MAX_STREAMS: usize = 64;

/// Streams of a connection on which a protocol is being chosen; that takes a round trip.
const MAX_NEGOTIATING: usize = 16;

/// A swarm that listens nowhere yet. On a machine without a resolver it connects to addresses, not to names.
pub(crate) fn swarm(
    key: &Keypair,
    names: &ProtocolNames,
    config: &NetworkConfig,
) -> Result<Swarm<Behaviour>, NetworkError> {
    let behaviour = Behaviour::new(key, names, config)?;
    let transport = |error: &dyn std::fmt::Display| NetworkError::Transport(error.to_string());
    let over_tcp = || {
        SwarmBuilder::with_existing_identity(key.clone())
            .with_tokio()
            .with_other_transport(|key| {
                let transport = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
                    .upgrade(Version::V1Lazy)
                    .authenticate(noise::Config::new(key)?)
                    .multiplex(multiplexing())
                    .map(|(peer, muxer), _| (peer, BoundedClose::new(muxer, CLOSE_TIMEOUT)));
                Ok(transport)
            })
            .map_err(|error| transport(&error))
    };
    match over_tcp()?.with_dns() {
        Ok(builder) => Ok(builder
            .with_behaviour(|_| behaviour)
            .map_err(|error| transport(&error))?
            .with_swarm_config(settings)
            .with_connection_timeout(SET_UP_TIMEOUT)
            .build()),
        Err(error) => {
            tracing::warn!(target: "network", %error, "no resolver: names of hosts are not found");
            Ok(over_tcp()?
                .with_behaviour(|_| behaviour)
                .map_err(|error| transport(&error))?
                .with_swarm_config(settings)
                .with_connection_timeout(SET_UP_TIMEOUT)
                .build())
        }
    }
}

fn settings(config: Config) -> Config {
    config
        .with_idle_connection_timeout(IDLE_TIMEOUT)
        .with_max_negotiating_inbound_streams(MAX_NEGOTIATING)
}

fn multiplexing() -> yamux::Config {
    let mut config = yamux::Config::default();
    config.set_max_num_streams(MAX_STREAMS);
    config
}
