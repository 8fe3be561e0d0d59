//! Why a block was not imported.

use alloy_primitives::B256;
use hanzo_consensus::ConsensusError;
use hanzo_evm::ExecutionError;
use hanzo_state::StateError;
use hanzo_store::StoreError;
use hanzo_types::Fault;
use thiserror::Error;

/// What is wrong with a block.
#[derive(Debug, Error)]
pub enum InvalidBlock {
    /// It breaks a consensus rule.
    #[error(transparent)]
    Consensus(#[from] ConsensusError),
    /// It contains a transaction it may not contain.
    #[error(transparent)]
    Execution(#[from] ExecutionError),
    /// A signature does not recover to a sender.
    #[error("transaction {index} has an invalid signature")]
    Signature {
        /// Position in the block.
        index: usize,
    },
    /// It was found to be invalid before.
    #[error("it was found to be invalid before")]
    KnownInvalid,
    /// It builds on a block that was found to be invalid.
    #[error("its parent {parent} was found to be invalid")]
    InvalidParent {
        /// Hash of the parent.
        parent: B256,
    },
    /// Execution leads to another state than the header commits to.
    #[error("state root is {header}, execution gives {computed}")]
    StateRoot {
        /// What the header says.
        header: B256,
        /// Root after execution.
        computed: B256,
    },
}

impl InvalidBlock {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Consensus(error) => error.fault(),
            Self::Execution(error) => error.fault(),
            Self::Signature { .. }
            | Self::StateRoot { .. }
            | Self::KnownInvalid
            | Self::InvalidParent { .. } => Fault::Peer,
        }
    }
}

/// Why a block was not imported.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The block is not valid.
    #[error("block {number} ({hash}) is not valid: {reason}")]
    Invalid {
        /// Number of the block.
        number: u64,
        /// Hash of the block.
        hash: B256,
        /// What is wrong with it.
        reason: InvalidBlock,
    },
    /// The parent is not known, and nobody will bring it: the block came in order.
    #[error("block {number} ({hash}) has the unknown parent {parent}")]
    UnknownParent {
        /// Number of the block.
        number: u64,
        /// Hash of the block.
        hash: B256,
        /// Hash of the parent.
        parent: B256,
    },
    /// The block is kept, and makes a branch the heaviest chain that leaves this one below the
    /// oldest state this node has. It could be followed only with that state; the sender has done
    /// nothing wrong.
    #[error(
        "block {number} ({hash}) is on a heavier chain that leaves this one at block {ancestor}, \
         below the oldest state kept, that of block {oldest}: it is not followed"
    )]
    BelowHistory {
        /// Number of the block.
        number: u64,
        /// Hash of the block.
        hash: B256,
        /// Number of the last block that both chains have.
        ancestor: u64,
        /// Number of the oldest block whose state is kept.
        oldest: u64,
    },
    /// The import queue is full; try again.
    #[error("the import queue is full ({limit} blocks)")]
    Busy {
        /// Length of the queue.
        limit: usize,
    },
    /// The chain thread has stopped.
    #[error("the chain has stopped")]
    Stopped,
    /// Writing or reading the store failed. Fatal.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Reading the state failed. Fatal.
    #[error(transparent)]
    State(#[from] StateError),
    /// The blocks that were canonical before an attempt to follow a heavier branch do not execute
    /// any more. Fatal.
    #[error("going back to the chain before a reorganisation: {0}")]
    Readoption(#[source] Box<Self>),
}

impl ImportError {
    /// Whose fault it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Invalid { reason, .. } => reason.fault(),
            Self::UnknownParent { .. } | Self::BelowHistory { .. } | Self::Busy { .. } => {
                Fault::Transient
            }
            Self::Stopped | Self::Store(_) | Self::State(_) | Self::Readoption(_) => Fault::Local,
        }
    }

    /// Whether the chain cannot go on after this error.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.fault() == Fault::Local
    }
}

/// Why a chain could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The genesis state could not be built.
    #[error("building the genesis state: {0}")]
    Genesis(#[from] StateError),
    /// The incremental trie and the chain specification disagree: a defect.
    #[error("genesis state root is {header}, the trie gives {computed}")]
    GenesisRoot {
        /// Root in the genesis header.
        header: B256,
        /// Root by the state trie.
        computed: B256,
    },
    /// The database refers to a block that it does not have.
    #[error("the database has no block {number} ({hash}), which its state belongs to")]
    MissingTip {
        /// Number of the block.
        number: u64,
        /// Hash of the block.
        hash: B256,
    },
    /// A block that was valid before the restart is refused now.
    #[error("replaying stored blocks: {0}")]
    Replay(#[source] Box<ImportError>),
}
