//! Why the miner ends.

use hanzo_exporter::ExporterError;
use std::path::PathBuf;
use thiserror::Error;

/// Why the miner ends.
#[derive(Debug, Error)]
pub enum MinerError {
    /// A setting makes no sense.
    #[error("{0}")]
    Config(String),
    /// The configuration file could not be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The configuration file is malformed.
    #[error("configuration file {path}: {reason}", path = path.display())]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line.
        reason: String,
    },
    /// Metrics cannot be served.
    #[error("--metrics: {0}")]
    Metrics(#[from] ExporterError),
    /// The operating system refused something.
    #[error("{task}: {source}")]
    Io {
        /// What was asked of it.
        task: &'static str,
        /// Its answer.
        source: std::io::Error,
    },
    /// A header that is none, or is not sealed.
    #[error("{0}")]
    Verify(String),
}
