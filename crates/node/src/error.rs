//! Why a node does not start, or stopped.

use hanzo_chain::{AuditError, ImportError, OpenError, RewindError};
use hanzo_exporter::ExporterError;
use hanzo_mining::MiningError;
use hanzo_rpc::RpcStartError;
use hanzo_store::StoreError;
use hanzo_types::GenesisError;
use std::path::PathBuf;
use thiserror::Error;

/// Why a node does not start, or stopped.
#[derive(Debug, Error)]
pub enum NodeError {
    /// A file could not be read or a directory not made.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file or directory.
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
    /// Settings contradict each other or leave their range.
    #[error("{0}")]
    Config(String),
    /// The genesis file is malformed.
    #[error("chain {chain}: {source}")]
    Genesis {
        /// Name or file of the chain.
        chain: String,
        /// What is wrong.
        source: GenesisError,
    },
    /// The key that other nodes know this one by cannot be used.
    #[error(transparent)]
    NodeKey(#[from] hanzo_network::NodeKeyError),
    /// The network could not be started, or stopped by itself.
    #[error("network: {0}")]
    Network(#[from] hanzo_network::NetworkError),
    /// The store could not be opened.
    #[error("opening the database: {0}")]
    Store(#[from] StoreError),
    /// The data directory of the dev chain was created with other settings of that chain.
    #[error(
        "opening the database: {0}; --dev.code-size-limit and --dev.tx-gas-cap are fixed when the \
         data directory is created"
    )]
    DevSettings(#[source] StoreError),
    /// A file of blocks is cut off or damaged.
    #[error("{path}, byte {offset}: {reason}", path = path.display())]
    BlockFile {
        /// The file.
        path: PathBuf,
        /// Where the block starts.
        offset: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A signal asked an import to end.
    #[error("ended by {signal}; what was imported stays, and the same command goes on from there")]
    Interrupted {
        /// Name of the signal.
        signal: &'static str,
    },
    /// A block in a file could not be imported.
    #[error("{path}, byte {offset}: {source}", path = path.display())]
    ImportBlock {
        /// The file.
        path: PathBuf,
        /// Where the block starts.
        offset: u64,
        /// Number, hash, and the rule with both values.
        source: ImportError,
    },
    /// There is no database to look at.
    #[error("there is no database in {path}", path = path.display())]
    NoDatabase {
        /// Where it would be.
        path: PathBuf,
    },
    /// The database contradicts itself or the rules of its chain.
    #[error("the database is inconsistent: {0}")]
    Audit(#[from] AuditError),
    /// The chain could not be opened.
    #[error("opening the chain: {0}")]
    Open(#[from] OpenError),
    /// The head cannot be moved back.
    #[error("moving the head back: {0}")]
    Rewind(#[from] RewindError),
    /// The RPC server could not be started.
    #[error("starting the RPC server: {0}")]
    Rpc(#[from] RpcStartError),
    /// Metrics cannot be served.
    #[error("--metrics: {0}")]
    Metrics(#[from] ExporterError),
    /// A thread could not be started or a signal not be listened to.
    #[error("asking the operating system: {0}")]
    System(#[from] std::io::Error),
    /// The report of a command could not be printed. What the command did is done.
    #[error("writing the report to standard output: {0}")]
    Output(#[source] std::io::Error),
    /// The chain stopped.
    #[error("the chain stopped: {0}")]
    Chain(#[from] ImportError),
    /// The miner stopped.
    #[error("the miner stopped: {0}")]
    Mining(#[from] MiningError),
    /// A task panicked.
    #[error("task `{task}` ended unexpectedly: {reason}")]
    Task {
        /// Name of the task.
        task: &'static str,
        /// What the runtime says.
        reason: String,
    },
}
