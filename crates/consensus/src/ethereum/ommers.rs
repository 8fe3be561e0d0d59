//! Blocks that were mined beside the chain and are paid for by it. Source: Yellow Paper §11.1.

use super::{EthereumRules, child, header, merge};
use crate::{Ancestors, ConsensusError, OmmerFault, UnreadableAncestor};
use alloy_primitives::B256;
use hanzo_types::{Header, SealedBlock, SealedHeader};

/// How many generations back the parent of an ommer may be, the block's own parent included.
const GENERATIONS: usize = 7;

/// The chain that a block builds on, as far as its ommers may see it.
struct Lineage {
    /// Newest first; the block's parent is the first.
    headers: Vec<SealedHeader>,
    /// Hashes of the ommers these blocks included.
    included: Vec<B256>,
}

/// Checks the ommers of a block: each is new, is no ancestor, is the child of a recent ancestor
/// other than the parent, and has a valid header.
pub(super) fn check(
    rules: &EthereumRules,
    block: &SealedBlock,
    ancestors: &dyn Ancestors,
) -> Result<(), ConsensusError> {
    if block.body().ommers.is_empty() {
        return Ok(());
    }
    let mut lineage = Lineage::of(block.header(), ancestors)?;
    for (index, ommer) in block.body().ommers.iter().enumerate() {
        let ommer = SealedHeader::seal_slow(ommer.clone());
        check_one(rules, &ommer, &lineage, ancestors).map_err(|fault| {
            let hash = ommer.hash();
            match fault {
                // What this node cannot read says nothing about the ommer.
                OmmerFault::Header(error) if matches!(*error, ConsensusError::Ancestor(_)) => {
                    *error
                }
                fault => ConsensusError::Ommer { index, hash, fault },
            }
        })?;
        lineage.included.push(ommer.hash());
    }
    Ok(())
}

fn check_one(
    rules: &EthereumRules,
    ommer: &SealedHeader,
    lineage: &Lineage,
    ancestors: &dyn Ancestors,
) -> Result<(), OmmerFault> {
    let hash = ommer.hash();
    if lineage.included.contains(&hash) {
        return Err(OmmerFault::AlreadyIncluded);
    }
    if lineage.headers.iter().any(|header| header.hash() == hash) {
        return Err(OmmerFault::Ancestor);
    }
    // A child of the block's own parent would be its sibling, not its ommer.
    let older = lineage.headers.iter().skip(1);
    let parent = older
        .into_iter()
        .find(|header| header.hash() == ommer.parent_hash)
        .ok_or(OmmerFault::Parent { parent: ommer.parent_hash })?;
    let valid = || {
        header::check(ommer)?;
        child::check(rules, ommer, parent, merge::era_after(rules, parent, ancestors)?)
    };
    valid().map_err(|error| OmmerFault::Header(Box::new(error)))
}

impl Lineage {
    fn of(block: &Header, ancestors: &dyn Ancestors) -> Result<Self, UnreadableAncestor> {
        let mut lineage = Self { headers: Vec::new(), included: Vec::new() };
        let mut hash = block.parent_hash;
        for _ in 0..GENERATIONS {
            let missing = || UnreadableAncestor { hash, reason: "it is missing".to_owned() };
            let header = ancestors.header(hash)?.ok_or_else(missing)?;
            let ommers = ancestors.ommers(hash)?.ok_or_else(missing)?;
            lineage.included.extend(ommers.iter().map(Header::hash_slow));
            let (parent, is_genesis) = (header.parent_hash, header.number == 0);
            lineage.headers.push(header);
            if is_genesis {
                break;
            }
            hash = parent;
        }
        Ok(lineage)
    }
}
