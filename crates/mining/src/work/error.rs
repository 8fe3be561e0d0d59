//! Why there is no work.

use crate::{MiningError, Pause};
use hanzo_types::ChainName;
use thiserror::Error;

/// Why there is no work.
#[derive(Debug, Error)]
pub enum WorkError {
    /// Nobody said who is paid.
    #[error("who is paid? name a coinbase, or start the node with --miner.etherbase")]
    NoCoinbase,
    /// Too many different coinbases at a time: each needs a block of its own.
    #[error("more than {limit} coinbases ask for work at a time (--miner.max-beneficiaries)")]
    TooManyBeneficiaries {
        /// How many the node works for.
        limit: usize,
    },
    /// Nobody may mine on this chain yet.
    #[error(
        "the genesis of chain {chain} is a draft: mining on it is refused until launch values are set"
    )]
    Draft {
        /// The chain.
        chain: ChainName,
    },
    /// Nothing is mined at the moment.
    #[error(transparent)]
    Paused(#[from] Pause),
    /// The block could not be built.
    #[error(transparent)]
    Build(#[from] MiningError),
}
