//! Why a block could not be built or sealed.

use hanzo_chain::ImportError;
use hanzo_consensus::UnreadableAncestor;
use hanzo_evm::ExecutionError;
use hanzo_state::StateError;
use hanzo_types::Fault;
use thiserror::Error;

/// Why a block could not be built or sealed.
#[derive(Debug, Error)]
pub enum MiningError {
    /// Building the block failed.
    #[error("building a block: {0}")]
    Build(#[from] ExecutionError),
    /// The header could not be prepared.
    #[error("preparing a block: {0}")]
    Prepare(#[from] UnreadableAncestor),
    /// Computing the state root failed.
    #[error("computing the state root of a new block: {0}")]
    State(#[from] StateError),
    /// The chain refused a block that this node built: a defect, or a failed write.
    #[error("importing an own block: {0}")]
    Import(#[from] ImportError),
    /// A blocking task was cancelled or panicked.
    #[error("a mining task ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
    /// Every coordinate of a template was tried without success.
    #[error("every tile of the template of block {number} was tried")]
    Exhausted {
        /// Number of the block.
        number: u64,
    },
}

impl MiningError {
    /// Whose fault this is: nobody sends us blocks here, so always our own.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Build(_)
            | Self::Prepare(_)
            | Self::State(_)
            | Self::Import(_)
            | Self::Task(_)
            | Self::Exhausted { .. } => Fault::Local,
        }
    }
}
