//! The Unix socket.

use crate::{
    RpcLimits, RpcStartError,
    ipc::connection,
    memory_budget::MemoryBudget,
    metrics::{Occupied, TransportMetrics},
    rpc_error::Limit,
};
use jsonrpsee::{ConnectionId, Methods};
use std::{
    fs, io,
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// Only the owner may connect: every namespace is served.
const SOCKET_MODE: u32 = 0o600;

/// The Unix socket. Dropping it removes the file.
#[derive(Debug)]
pub(crate) struct IpcListener {
    listener: UnixListener,
    path: PathBuf,
}

/// What is served on the socket.
#[derive(Debug, Clone)]
pub(crate) struct IpcServices {
    pub(crate) methods: Methods,
    pub(crate) limits: Arc<RpcLimits>,
    pub(crate) budget: MemoryBudget,
    pub(crate) metrics: TransportMetrics,
    pub(crate) cancel: CancellationToken,
}

impl IpcListener {
    /// Creates the socket. One that a dead process left behind is replaced.
    ///
    /// # Errors
    /// [`RpcStartError::IpcInUse`] if somebody answers on it, [`RpcStartError::Ipc`] otherwise.
    pub(crate) async fn bind(path: &Path) -> Result<Self, RpcStartError> {
        let failed = |source: io::Error| RpcStartError::Ipc { path: path.to_owned(), source };
        if is_socket(path) {
            if UnixStream::connect(path).await.is_ok() {
                return Err(RpcStartError::IpcInUse { path: path.to_owned() });
            }
            fs::remove_file(path).map_err(failed)?;
        }
        let listener = UnixListener::bind(path).map_err(failed)?;
        let bound = Self { listener, path: path.to_owned() };
        fs::set_permissions(path, fs::Permissions::from_mode(SOCKET_MODE)).map_err(failed)?;
        Ok(bound)
    }

    /// Accepts connections until it is cancelled, then ends them all.
    pub(crate) async fn serve(self, services: IpcServices) {
        let slots = Arc::new(Semaphore::new(services.limits.ipc_connections));
        let mut connections = JoinSet::new();
        let mut next_id: usize = 0;
        loop {
            let accepted = tokio::select! {
                () = services.cancel.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            while connections.try_join_next().is_some() {}
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(target: "rpc", %error, "accepting an IPC connection");
                    continue;
                }
            };
            let Ok(permit) = Arc::clone(&slots).try_acquire_owned() else {
                let limit = Limit::IpcConnections { limit: services.limits.ipc_connections };
                connections.spawn(async move {
                    // A client that is gone needs no answer.
                    let _ = connection::refuse(stream, limit).await;
                });
                continue;
            };
            next_id = next_id.wrapping_add(1);
            let (services, connection) = (services.clone(), ConnectionId(next_id));
            let open = Occupied::enter(&services.metrics.connections);
            connections.spawn(async move {
                if let Err(error) = connection::serve(stream, connection, services).await {
                    tracing::debug!(target: "rpc", %error, "IPC connection ended");
                }
                drop((permit, open));
            });
        }
        connections.shutdown().await;
    }
}

impl Drop for IpcListener {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(target: "rpc", %error, path = %self.path.display(), "removing the socket");
        }
    }
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket())
}
