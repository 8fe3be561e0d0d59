//! The rules of one plain Ethereum chain.

use super::{body, child, header, merge, ommers, outcome};
use crate::{
    Ancestors, Arrival, ChainWeight, Consensus, ConsensusError, SignatureRule, UnreadableAncestor,
    fork_choice::heavier_or_longer,
};
use alloy_hardforks::EthereumHardfork;
use hanzo_types::{BlockOutcome, ChainSpec, EthereumForks, Header, SealedBlock, SealedHeader};
use std::sync::Arc;

/// The rules of a plain Ethereum chain, Frontier to Osaka. There is no seal check: blocks come
/// from files, and what is tested with them is everything but the miner's luck (decision D-11).
#[derive(Debug, Clone)]
pub struct EthereumRules {
    spec: Arc<ChainSpec>,
    forks: Arc<EthereumForks>,
}

impl EthereumRules {
    /// Rules of the given chain, whose schedule is `forks`.
    pub(crate) const fn new(spec: Arc<ChainSpec>, forks: Arc<EthereumForks>) -> Self {
        Self { spec, forks }
    }

    pub(super) fn spec(&self) -> &ChainSpec {
        &self.spec
    }

    pub(super) fn forks(&self) -> &EthereumForks {
        &self.forks
    }

    /// Whether the block with this header follows the rules of `fork`.
    pub(super) fn has(&self, fork: EthereumHardfork, header: &Header) -> bool {
        self.spec.fork_at(header) >= fork
    }
}

impl Consensus for EthereumRules {
    fn check_header(&self, header: &SealedHeader) -> Result<(), ConsensusError> {
        header::check(self, header)
    }

    fn check_in_context(
        &self,
        header: &SealedHeader,
        parent: &SealedHeader,
        ancestors: &dyn Ancestors,
        _arrival: Arrival,
    ) -> Result<(), ConsensusError> {
        child::check(self, header, parent, merge::era_after(self, parent, ancestors)?)
    }

    /// Blocks come from files, whose time is not judged.
    fn latest_timestamp(&self, _now: u64) -> u64 {
        u64::MAX
    }

    fn check_seal(&self, _header: &SealedHeader) -> Result<(), ConsensusError> {
        Ok(())
    }

    fn check_body(&self, block: &SealedBlock) -> Result<(), ConsensusError> {
        body::check(self, block)
    }

    fn check_ommers(
        &self,
        block: &SealedBlock,
        ancestors: &dyn Ancestors,
    ) -> Result<(), ConsensusError> {
        ommers::check(self, block, ancestors)
    }

    fn signature_rule(&self, header: &Header) -> SignatureRule {
        if self.has(EthereumHardfork::Homestead, header) {
            SignatureRule::LowS
        } else {
            SignatureRule::AnyS
        }
    }

    fn prefers(&self, candidate: ChainWeight, head: ChainWeight) -> bool {
        heavier_or_longer(candidate, head)
    }

    fn check_outcome(
        &self,
        header: &SealedHeader,
        outcome: &BlockOutcome,
    ) -> Result<(), ConsensusError> {
        outcome::check(header, outcome)
    }

    fn prepare(
        &self,
        parent: &SealedHeader,
        timestamp: u64,
        ancestors: &dyn Ancestors,
    ) -> Result<Header, UnreadableAncestor> {
        let era = merge::era_after(self, parent, ancestors)?;
        Ok(child::prepare(self, parent, timestamp, era))
    }
}
