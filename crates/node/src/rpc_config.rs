//! From the node's settings to the RPC server's.

use crate::{NodeError, RpcSettings, open_files};
use hanzo_rpc::{CorsOrigins, HttpConfig, Namespace, RpcConfig, RpcLimits};
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// What the RPC server is told.
///
/// # Errors
/// [`NodeError::Config`] if a namespace is unknown, or too few files may be open.
pub(crate) fn rpc_config(
    settings: &RpcSettings,
    ipc: Option<PathBuf>,
    await_inclusion: Option<Duration>,
) -> Result<RpcConfig, NodeError> {
    let namespaces = Namespace::parse_list(&settings.api)
        .map_err(|error| NodeError::Config(format!("--http.api: {error}")))?;
    let http = settings.http.then(|| HttpConfig {
        address: SocketAddr::new(settings.address, settings.port),
        ws: settings.websocket,
        namespaces,
        cors: CorsOrigins::from_list(settings.cors_origins.clone()),
        hosts: settings.virtual_hosts.clone(),
    });
    let connections = match &http {
        Some(_) => open_files::connections_within(open_files::limit(), settings.max_connections)?,
        None => settings.max_connections,
    };
    let limits = RpcLimits {
        call_gas: settings.gas_cap,
        connections,
        batch_entries: settings.max_batch,
        ..RpcLimits::default()
    };
    Ok(RpcConfig { http, ipc, limits, await_inclusion })
}
