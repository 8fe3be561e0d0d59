//! The handshake.

use super::{
    MAX_CLIENT_NAME_BYTES, MAX_STATUS_BYTES, WireError,
    decode::{check_count, decode_exact},
};
use alloy_primitives::{B256, FixedBytes, U256};
use alloy_rlp::{RlpDecodable, RlpEncodable};
use hanzo_chain::ChainView;
use hanzo_types::{ChainSpec, TotalDifficulty};
use thiserror::Error;

/// Who a node is: the first thing that nodes ask each other. A node whose chain is another one is
/// disconnected.
#[derive(Debug, Clone, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct Status {
    /// Chain id.
    pub chain_id: u64,
    /// Hash of the genesis block, which binds every setting of the chain (decision D-31).
    pub genesis_hash: B256,
    /// Which forks the chain has had at its head. Source: EIP-2124.
    pub fork_hash: FixedBytes<4>,
    /// Start of the next fork that the node knows of; 0 for none. Source: EIP-2124.
    pub next_fork: u64,
    /// Number of the head.
    pub head_number: u64,
    /// Hash of the head.
    pub head_hash: B256,
    /// Weight of the chain that ends in the head.
    pub total_difficulty: U256,
    /// Name and version of the program.
    pub client: String,
}

/// The end of a chain that somebody says to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerHead {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Weight of the chain that ends there.
    pub total_difficulty: TotalDifficulty,
}

/// Why a node does not belong here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatusMismatch {
    /// It has another chain id.
    #[error("chain id {theirs}, ours is {ours}")]
    ChainId {
        /// Chain id of this node.
        ours: u64,
        /// Chain id of the other.
        theirs: u64,
    },
    /// Its chain began with another block, or with other settings.
    #[error("genesis {theirs}, ours is {ours}")]
    Genesis {
        /// Genesis hash of this node.
        ours: B256,
        /// Genesis hash of the other.
        theirs: B256,
    },
    /// Its chain has had other forks.
    #[error("fork id {theirs}, ours is {ours}")]
    Fork {
        /// Fork hash of this node.
        ours: FixedBytes<4>,
        /// Fork hash of the other.
        theirs: FixedBytes<4>,
    },
}

impl Status {
    /// What the node with this chain says.
    #[must_use]
    pub fn of(view: &ChainView, client: &str) -> Self {
        let (spec, head) = (view.spec(), view.head());
        Self {
            chain_id: spec.chain_id(),
            genesis_hash: spec.genesis_hash(),
            fork_hash: spec.fork_hash(head.number, head.timestamp),
            // A Hanzo chain has every fork from its genesis block on (decision D-02).
            next_fork: 0,
            head_number: head.number,
            head_hash: head.hash(),
            total_difficulty: view.total_difficulty().0,
            client: client.to_owned(),
        }
    }

    /// Decodes what a stranger sent.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let status: Self = decode_exact("a status", bytes, MAX_STATUS_BYTES)?;
        check_count("the client name", status.client.as_bytes(), MAX_CLIENT_NAME_BYTES)?;
        Ok(status)
    }

    /// Whether its sender has this chain.
    ///
    /// # Errors
    /// [`StatusMismatch`] with the first difference.
    pub fn check(&self, spec: &ChainSpec) -> Result<(), StatusMismatch> {
        let (ours, theirs) = (spec.chain_id(), self.chain_id);
        if ours != theirs {
            return Err(StatusMismatch::ChainId { ours, theirs });
        }
        let (ours, theirs) = (spec.genesis_hash(), self.genesis_hash);
        if ours != theirs {
            return Err(StatusMismatch::Genesis { ours, theirs });
        }
        // There is no fork after genesis, so that every node has the same fork hash at every head.
        let (ours, theirs) = (spec.fork_hash(0, 0), self.fork_hash);
        if ours != theirs {
            return Err(StatusMismatch::Fork { ours, theirs });
        }
        Ok(())
    }

    /// The end of the sender's chain.
    #[must_use]
    pub const fn head(&self) -> PeerHead {
        PeerHead {
            number: self.head_number,
            hash: self.head_hash,
            total_difficulty: TotalDifficulty(self.total_difficulty),
        }
    }
}

impl PeerHead {
    /// The head of this node.
    #[must_use]
    pub fn of(view: &ChainView) -> Self {
        Self {
            number: view.head_number(),
            hash: view.head().hash(),
            total_difficulty: view.total_difficulty(),
        }
    }
}
