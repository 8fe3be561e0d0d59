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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ethereum::fixture::{Line, OnlyHeaders};
    use alloy_hardforks::EthereumHardfork as Fork;
    use alloy_primitives::{Address, U256};
    use hanzo_types::{Block, BlockBody, Fault};

    /// A header beside block `number` + 1 of `line`.
    fn beside(line: &Line, number: usize) -> Header {
        Header { beneficiary: Address::repeat_byte(7), ..line.child_of(number) }
    }

    /// A child of the tip that includes `ommers`.
    fn block(line: &Line, ommers: Vec<Header>) -> SealedBlock {
        let body = BlockBody { ommers, ..Default::default() };
        SealedBlock::seal_slow(Block { header: line.child(), body })
    }

    fn judge(line: &Line, ommers: Vec<Header>) -> Result<(), ConsensusError> {
        check(&line.rules, &block(line, ommers), line)
    }

    /// What is wrong with the last of these ommers.
    fn fault(line: &Line, ommers: Vec<Header>) -> OmmerFault {
        let (last, hash) = (ommers.len() - 1, ommers.last().unwrap().hash_slow());
        match judge(line, ommers) {
            Err(ConsensusError::Ommer { index, hash: named, fault }) => {
                assert_eq!((index, named), (last, hash));
                fault
            }
            other => panic!("{other:?}"),
        }
    }

    fn line(blocks: usize) -> Line {
        Line::at(Fork::Byzantium).extend_by(blocks)
    }

    #[test]
    fn two_different_children_of_recent_ancestors_are_ommers() {
        let line = line(4);
        assert_eq!(judge(&line, vec![beside(&line, 3)]), Ok(()));
        assert_eq!(judge(&line, vec![beside(&line, 3), beside(&line, 0)]), Ok(()));
    }

    #[test]
    fn an_ommer_comes_once_in_a_block_and_once_on_a_chain() {
        let mut line = line(4);
        let ommer = beside(&line, 2);
        assert_eq!(fault(&line, vec![ommer.clone(), ommer.clone()]), OmmerFault::AlreadyIncluded);
        line.extend(vec![ommer.clone()]);
        assert_eq!(fault(&line, vec![ommer]), OmmerFault::AlreadyIncluded);
    }

    #[test]
    fn an_ancestor_is_no_ommer() {
        let line = line(4);
        for number in 1..=4 {
            let ancestor = line.header(number).clone().into_header();
            assert_eq!(fault(&line, vec![ancestor]), OmmerFault::Ancestor, "block {number}");
        }
    }

    #[test]
    fn a_sibling_and_a_stranger_are_no_ommers() {
        let line = line(4);
        let sibling = beside(&line, 4);
        let parent = line.tip().hash();
        assert_eq!(fault(&line, vec![sibling]), OmmerFault::Parent { parent });
        let parent = B256::repeat_byte(9);
        let stranger = Header { parent_hash: parent, ..beside(&line, 2) };
        assert_eq!(fault(&line, vec![stranger]), OmmerFault::Parent { parent });
    }

    #[test]
    fn the_parent_of_an_ommer_is_at_most_the_seventh_ancestor() {
        let line = line(8);
        // The child of block 8 is block 9; its seventh ancestor is block 2.
        assert_eq!(judge(&line, vec![beside(&line, 2)]), Ok(()));
        let parent = line.header(1).hash();
        assert_eq!(fault(&line, vec![beside(&line, 1)]), OmmerFault::Parent { parent });
    }

    #[test]
    fn the_header_of_an_ommer_follows_the_rules_of_headers() {
        /// A change, and a variant that the error must have.
        type Case = (fn(&mut Header), fn(&ConsensusError) -> bool);
        let cases: [Case; 6] = [
            (|h| h.difficulty += U256::from(1), |e| matches!(e, ConsensusError::Difficulty { .. })),
            (|h| h.number += 1, |e| matches!(e, ConsensusError::Number { .. })),
            (|h| h.timestamp = 0, |e| matches!(e, ConsensusError::TimestampNotAfterParent { .. })),
            (|h| h.gas_limit *= 2, |e| matches!(e, ConsensusError::GasLimit { .. })),
            (|h| h.gas_used = u64::MAX, |e| matches!(e, ConsensusError::GasUsedAboveLimit { .. })),
            (
                |h| h.extra_data = vec![0; 33].into(),
                |e| matches!(e, ConsensusError::ExtraDataTooLong { .. }),
            ),
        ];
        let line = line(4);
        for (change, is_expected) in cases {
            let mut ommer = beside(&line, 2);
            change(&mut ommer);
            let OmmerFault::Header(error) = fault(&line, vec![ommer]) else { panic!("header") };
            assert!(is_expected(&error), "{error}");
        }
    }

    #[test]
    fn ommers_that_this_node_cannot_compare_are_its_own_fault() {
        let mut line = line(3);
        line.extend(vec![beside(&line, 1)]);
        let block = block(&line, vec![beside(&line, 2)]);
        let error = check(&line.rules, &block, &OnlyHeaders(&line)).unwrap_err();
        assert_eq!(error.fault(), Fault::Local, "{error}");
    }

    #[test]
    fn a_block_without_ommers_asks_for_no_ancestor() {
        let line = line(2);
        let orphan = Block {
            header: Header { parent_hash: B256::repeat_byte(1), ..line.child() },
            body: BlockBody::default(),
        };
        assert_eq!(check(&line.rules, &SealedBlock::seal_slow(orphan), &line), Ok(()));
    }
}
