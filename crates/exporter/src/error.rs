//! Why metrics are not served.

use std::net::SocketAddr;
use thiserror::Error;

/// Why metrics are not served.
#[derive(Debug, Error)]
pub enum ExporterError {
    /// The port cannot be taken.
    #[error("cannot listen on {address}: {source}")]
    Address {
        /// The address and port.
        address: SocketAddr,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// Nothing can be measured.
    #[error("{reason}")]
    Registry {
        /// What the recorder says.
        reason: String,
    },
}
