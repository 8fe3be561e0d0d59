//! Connections: TCP, Noise, Yamux.

use super::Behaviour;
use crate::{NetworkConfig, NetworkError, wire::ProtocolNames};
use libp2p::{Swarm, SwarmBuilder, identity::Keypair, noise, tcp, yamux};
use std::time::Duration;

/// A connection that nobody uses is kept so long: who comes to sync, and who is banned, closes it sooner.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// A swarm that listens nowhere yet.
pub(crate) fn swarm(
    key: Keypair,
    names: &ProtocolNames,
    config: &NetworkConfig,
) -> Result<Swarm<Behaviour>, NetworkError> {
    let behaviour = Behaviour::new(&key, names, config)?;
    let transport = |error: &dyn std::fmt::Display| NetworkError::Transport(error.to_string());
    let builder = SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .map_err(|error| transport(&error))?
        .with_dns()
        .map_err(|error| transport(&error))?
        .with_behaviour(|_| behaviour)
        .map_err(|error| transport(&error))?;
    Ok(builder
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE_TIMEOUT))
        .build())
}
