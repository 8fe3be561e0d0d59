//! The interface every set of consensus rules offers.

use crate::{
    Arrival, ChainWeight, ConsensusError, EthereumRules, PocEngine, SignatureRule,
    UnreadableAncestor,
};
use alloy_primitives::B256;
use hanzo_types::{
    BlockOutcome, ChainSpec, Header, Rules, SealedBlock, SealedHeader, TotalDifficulty,
};
use std::{fmt, sync::Arc};

/// The rules of the given chain.
#[must_use]
pub fn engine_for(spec: Arc<ChainSpec>) -> Arc<dyn Consensus> {
    match spec.rules() {
        Rules::Hanzo(rules) => {
            let rules = Arc::clone(rules);
            Arc::new(PocEngine::new(spec, rules))
        }
        Rules::Ethereum(forks) => {
            let forks = Arc::clone(forks);
            Arc::new(EthereumRules::new(spec, forks))
        }
    }
}

/// The blocks a block builds on, by hash. Implemented by everything that holds a chain.
pub trait Ancestors {
    /// The header with this hash; `None` if it is not known.
    ///
    /// # Errors
    /// [`UnreadableAncestor`] if this node cannot tell: never the fault of whoever sent a block.
    fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor>;

    /// Weight of the chain that ends in the block with this hash; `None` if it is not known.
    ///
    /// # Errors
    /// [`UnreadableAncestor`] if this node cannot tell.
    fn total_difficulty(&self, hash: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor>;

    /// The ommers of the block with this hash; `None` if it is not known.
    ///
    /// # Errors
    /// [`UnreadableAncestor`] if this node cannot tell.
    fn ommers(&self, hash: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor>;
}

/// A set of consensus rules. Object safe: one virtual call per check and block, and no generics
/// upstream. Source: architecture §2.7, decision D-11.
pub trait Consensus: fmt::Debug + Send + Sync {
    /// Checks what the header alone shows, without its seal.
    ///
    /// # Errors
    /// The first rule it breaks.
    fn check_header(&self, header: &SealedHeader) -> Result<(), ConsensusError>;

    /// Checks the header against its parent and ancestors.
    ///
    /// # Errors
    /// The first rule it breaks; [`ConsensusError::FutureTimestamp`] is transient.
    fn check_in_context(
        &self,
        header: &SealedHeader,
        parent: &SealedHeader,
        ancestors: &dyn Ancestors,
        arrival: Arrival,
    ) -> Result<(), ConsensusError>;

    /// The latest timestamp that a peer's block may have when the clock shows `now`, both in Unix seconds.
    /// `u64::MAX` where stamps are not compared with the clock.
    fn latest_timestamp(&self, now: u64) -> u64;

    /// Checks the seal, if the chain has one: the lottery first, then the recomputed tile.
    ///
    /// # Errors
    /// [`ConsensusError::Seal`].
    fn check_seal(&self, header: &SealedHeader) -> Result<(), ConsensusError>;

    /// Checks that the body is the one the header commits to, and what it may contain.
    ///
    /// # Errors
    /// The first rule it breaks.
    fn check_body(&self, block: &SealedBlock) -> Result<(), ConsensusError>;

    /// Checks the ommers of a block against the chain it builds on.
    ///
    /// # Errors
    /// The first rule one of them breaks.
    fn check_ommers(
        &self,
        block: &SealedBlock,
        ancestors: &dyn Ancestors,
    ) -> Result<(), ConsensusError>;

    /// Which signatures the transactions of the block with this header may have.
    fn signature_rule(&self, header: &Header) -> SignatureRule;

    /// Whether the chain of weight `candidate` replaces a head of weight `head`, which was seen
    /// first.
    fn prefers(&self, candidate: ChainWeight, head: ChainWeight) -> bool;

    /// Checks what execution produced against what the header commits to, except the state root.
    ///
    /// # Errors
    /// The first field that differs.
    fn check_outcome(
        &self,
        header: &SealedHeader,
        outcome: &BlockOutcome,
    ) -> Result<(), ConsensusError>;

    /// A header for a child of `parent` at `timestamp` with every field filled in that follows
    /// from the ancestors and the rules. `beneficiary`, `extra_data`, the gas limit's target and
    /// everything that execution decides are the builder's.
    ///
    /// # Errors
    /// [`UnreadableAncestor`].
    fn prepare(
        &self,
        parent: &SealedHeader,
        timestamp: u64,
        ancestors: &dyn Ancestors,
    ) -> Result<Header, UnreadableAncestor>;
}
