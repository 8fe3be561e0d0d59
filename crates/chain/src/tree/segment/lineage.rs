//! The headers that the next block of a run builds on.

use crate::{ChainTree, ExecutedBlock};
use alloy_primitives::{B256, map::B256Map};
use hanzo_consensus::{Ancestors, UnreadableAncestor};
use hanzo_types::{Header, RecoveredBlock, SealedHeader, TotalDifficulty};
use std::sync::Arc;

/// The chain below a run and the blocks of the run that were executed, roots not yet compared.
#[derive(Debug)]
pub(super) struct Lineage<'a> {
    tree: &'a ChainTree,
    blocks: B256Map<(Arc<RecoveredBlock>, TotalDifficulty)>,
    head: SealedHeader,
    total_difficulty: TotalDifficulty,
}

impl<'a> Lineage<'a> {
    /// The chain up to the last of `pending`, or up to the base.
    pub(super) fn new(tree: &'a ChainTree, pending: &[Arc<ExecutedBlock>]) -> Self {
        let (head, total_difficulty) = pending.last().map_or_else(
            || (tree.base_header.clone(), tree.base_difficulty),
            |block| (block.header(), block.total_difficulty()),
        );
        Self { tree, blocks: B256Map::default(), head, total_difficulty }
    }

    pub(super) const fn head(&self) -> &SealedHeader {
        &self.head
    }

    /// Appends the child of the head. Returns the weight of the chain with it.
    pub(super) fn push(&mut self, block: Arc<RecoveredBlock>) -> TotalDifficulty {
        self.total_difficulty = self.total_difficulty.child(block.difficulty);
        self.head = block.sealed_header().clone();
        self.blocks.insert(block.hash(), (block, self.total_difficulty));
        self.total_difficulty
    }
}

impl Ancestors for Lineage<'_> {
    fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor> {
        match self.blocks.get(&hash) {
            Some((block, _)) => Ok(Some(block.sealed_header().clone())),
            None => self.tree.header(hash),
        }
    }

    fn total_difficulty(&self, hash: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor> {
        match self.blocks.get(&hash) {
            Some((_, total_difficulty)) => Ok(Some(*total_difficulty)),
            None => self.tree.total_difficulty(hash),
        }
    }

    fn ommers(&self, hash: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
        match self.blocks.get(&hash) {
            Some((block, _)) => Ok(Some(block.body().ommers.clone())),
            None => self.tree.ommers(hash),
        }
    }
}
