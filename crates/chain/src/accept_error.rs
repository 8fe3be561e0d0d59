//! Why a refused reorganisation is not made.

use crate::ImportError;
use alloy_primitives::B256;
use hanzo_types::TotalDifficulty;
use thiserror::Error;

/// Why a reorganisation that somebody asks for is not made.
#[derive(Debug, Error)]
pub enum AcceptError {
    /// There is no such block here. A restart forgets branches that wait.
    #[error("block {hash} is not known; a restart forgets refused chains until they come again")]
    Unknown {
        /// What was asked for.
        hash: B256,
    },
    /// The chain that ends in the block does not win.
    #[error(
        "block {hash} is not heavier than the head: its total difficulty is {total_difficulty}, \
         that of the head is {head}"
    )]
    NotHeavier {
        /// What was asked for.
        hash: B256,
        /// Weight of the chain that ends in it.
        total_difficulty: TotalDifficulty,
        /// Weight of the canonical chain.
        head: TotalDifficulty,
    },
    /// Nobody has refused it.
    #[error("block {hash} is not on a chain that was refused")]
    NotRefused {
        /// What was asked for.
        hash: B256,
    },
    /// Too little of the past is kept to go back to where the chains part.
    #[error(
        "the chains part at block {ancestor}, below the oldest state kept, that of block {oldest}"
    )]
    BelowHistory {
        /// Number of the last block that both chains have.
        ancestor: u64,
        /// Number of the oldest block whose state is kept.
        oldest: u64,
    },
    /// The chain turned out to be invalid, or the node failed.
    #[error(transparent)]
    Import(#[from] ImportError),
}

impl AcceptError {
    /// Whether the chain cannot go on after this error.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        match self {
            Self::Import(error) => error.is_fatal(),
            Self::Unknown { .. }
            | Self::NotHeavier { .. }
            | Self::NotRefused { .. }
            | Self::BelowHistory { .. } => false,
        }
    }
}
