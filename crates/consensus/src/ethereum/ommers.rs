//! Blocks that were mined beside the chain and are paid for by it. Source: Yellow Paper §11.1.

use super::{EthereumRules, child, header, merge};
use crate::{Ancestors, ConsensusError, OmmerFault, UnreadableAncestor};
use alloy_consensus::constants::EMPTY_OMMER_ROOT_HASH;
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
        let hash = ommer.hash();
        check_one(rules, &ommer, &lineage, ancestors)?
            .map_or(Ok(()), |fault| Err(ConsensusError::Ommer { index, hash, fault }))?;
        lineage.included.push(hash);
    }
    Ok(())
}

/// What is wrong with one ommer, if anything.
fn check_one(
    rules: &EthereumRules,
    ommer: &SealedHeader,
    lineage: &Lineage,
    ancestors: &dyn Ancestors,
) -> Result<Option<OmmerFault>, UnreadableAncestor> {
    let hash = ommer.hash();
    if lineage.included.contains(&hash) {
        return Ok(Some(OmmerFault::AlreadyIncluded));
    }
    if lineage.headers.iter().any(|header| header.hash() == hash) {
        return Ok(Some(OmmerFault::Ancestor));
    }
    // A child of the block's own parent would be its sibling, not its ommer.
    let mut older = lineage.headers.iter().skip(1);
    let Some(parent) = older.find(|header| header.hash() == ommer.parent_hash) else {
        return Ok(Some(OmmerFault::Parent { parent: ommer.parent_hash }));
    };
    let era = merge::era_after(rules, parent, ancestors)?;
    let checked =
        header::check(rules, ommer).and_then(|()| child::check(rules, ommer, parent, era));
    Ok(checked.err().map(|error| OmmerFault::Header(Box::new(error))))
}

impl Lineage {
    fn of(block: &Header, ancestors: &dyn Ancestors) -> Result<Self, UnreadableAncestor> {
        let mut lineage = Self { headers: Vec::new(), included: Vec::new() };
        let mut hash = block.parent_hash;
        for _ in 0..GENERATIONS {
            let missing = || UnreadableAncestor { hash, reason: "it is missing".to_owned() };
            let header = ancestors.header(hash)?.ok_or_else(missing)?;
            // Most blocks have none, and their bodies need not be read.
            if header.ommers_hash != EMPTY_OMMER_ROOT_HASH {
                let ommers = ancestors.ommers(hash)?.ok_or_else(missing)?;
                lineage.included.extend(ommers.iter().map(Header::hash_slow));
            }
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
