//! Why the miner ends.

use thiserror::Error;

/// Why the miner ends.
#[derive(Debug, Error)]
pub enum MinerError {
    /// A setting makes no sense.
    #[error("{0}")]
    Config(String),
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
