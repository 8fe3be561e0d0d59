//! Why the server did not start.

use crate::ConfigError;
use std::{io, net::SocketAddr, path::PathBuf};
use thiserror::Error;

/// Why the server did not start.
#[derive(Debug, Error)]
pub enum RpcStartError {
    /// The address cannot be listened on: in use, not this machine's, or privileged.
    #[error("listening on {addr} (--http.addr, --http.port): {source}")]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The Unix socket cannot be created.
    #[error("listening on the socket {} (--ipcpath): {source}", path.display())]
    Ipc {
        /// Path of the socket.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// Another process serves this socket.
    #[error("the socket {} (--ipcpath) is served by another process", path.display())]
    IpcInUse {
        /// Path of the socket.
        path: PathBuf,
    },
    /// A setting makes no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The system gives no threads for calls and log queries.
    #[error("starting threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// Two methods have the same name: a defect.
    #[error("registering methods: {0}")]
    Methods(#[from] jsonrpsee::core::RegisterMethodError),
}
