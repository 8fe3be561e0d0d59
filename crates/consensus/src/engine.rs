//! The interface every set of consensus rules offers.

use crate::{Arrival, ConsensusError, UnreadableAncestor};
use alloy_primitives::B256;
use hanzo_types::{BlockOutcome, Header, SealedBlock, SealedHeader};
use std::fmt;

/// The headers a block builds on, by hash. Implemented by everything that holds a chain.
pub trait Ancestors {
    /// The header with this hash; `None` if it is not known.
    ///
    /// # Errors
    /// [`UnreadableAncestor`] if this node cannot tell: never the fault of whoever sent a block.
    fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor>;
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

    /// Checks the seal: the lottery first, then the recomputed tile.
    ///
    /// # Errors
    /// [`ConsensusError::Seal`].
    fn check_seal(&self, header: &SealedHeader) -> Result<(), ConsensusError>;

    /// Checks that the body is the one the header commits to, and what it may contain.
    ///
    /// # Errors
    /// The first rule it breaks.
    fn check_body(&self, block: &SealedBlock) -> Result<(), ConsensusError>;

    /// Checks what execution produced against what the header commits to, except the state root.
    ///
    /// # Errors
    /// The first field that differs.
    fn check_outcome(
        &self,
        header: &SealedHeader,
        outcome: &BlockOutcome,
    ) -> Result<(), ConsensusError>;

    /// A header for a child of `parent` with every field filled in that follows from the
    /// ancestors and the rules. `timestamp`, `beneficiary`, `extra_data`, the gas limit's target
    /// and everything that execution decides are the builder's.
    ///
    /// # Errors
    /// [`UnreadableAncestor`].
    fn prepare(
        &self,
        parent: &SealedHeader,
        ancestors: &dyn Ancestors,
    ) -> Result<Header, UnreadableAncestor>;
}
