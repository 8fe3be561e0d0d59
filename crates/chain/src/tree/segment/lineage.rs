//! The headers that the next block of a run builds on.

use super::stages::STAGE_QUEUE;
use crate::{ChainTree, ExecutedBlock};
use alloy_primitives::{B256, map::B256Map};
use hanzo_consensus::{Ancestors, UnreadableAncestor};
use hanzo_types::{Header, RecoveredBlock, SealedHeader, TotalDifficulty};
use std::{collections::VecDeque, sync::Arc};

/// Blocks of the run that are remembered, the newest. No rule looks further back than an ommer's
/// parent, seven blocks, and anything older comes from the store.
const REMEMBERED_BLOCKS: usize = 64;

/// The store has a block when the two queues between this stage and it, and the three stages, hold
/// newer ones.
const _: () = assert!(REMEMBERED_BLOCKS > 2 * STAGE_QUEUE + 3, "a block may be in no place");

/// The chain below a run and the blocks of the run that were executed, roots not yet compared.
#[derive(Debug)]
pub(super) struct Lineage<'a> {
    tree: &'a ChainTree,
    blocks: B256Map<Remembered>,
    /// Hashes of `blocks`, oldest first.
    hashes: VecDeque<B256>,
    head: SealedHeader,
    total_difficulty: TotalDifficulty,
}

/// What the rules may ask of a block.
#[derive(Debug)]
struct Remembered {
    header: SealedHeader,
    total_difficulty: TotalDifficulty,
    ommers: Vec<Header>,
}

impl<'a> Lineage<'a> {
    /// The chain up to the last of `pending`, or up to the base.
    pub(super) fn new(tree: &'a ChainTree, pending: &[Arc<ExecutedBlock>]) -> Self {
        let (head, total_difficulty) = pending.last().map_or_else(
            || (tree.base_header.clone(), tree.base_difficulty),
            |block| (block.header(), block.total_difficulty()),
        );
        let (blocks, hashes) = (B256Map::default(), VecDeque::new());
        Self { tree, blocks, hashes, head, total_difficulty }
    }

    pub(super) const fn head(&self) -> &SealedHeader {
        &self.head
    }

    /// Appends the child of the head. Returns the weight of the chain with it.
    pub(super) fn push(&mut self, block: &RecoveredBlock) -> TotalDifficulty {
        let hash = block.hash();
        self.total_difficulty = self.total_difficulty.child(block.difficulty);
        self.head = block.sealed_header().clone();
        let remembered = Remembered {
            header: self.head.clone(),
            total_difficulty: self.total_difficulty,
            ommers: block.body().ommers.clone(),
        };
        let _ = self.blocks.insert(hash, remembered);
        self.hashes.push_back(hash);
        if self.hashes.len() > REMEMBERED_BLOCKS
            && let Some(oldest) = self.hashes.pop_front()
        {
            let _ = self.blocks.remove(&oldest);
        }
        self.total_difficulty
    }
}

impl Ancestors for Lineage<'_> {
    fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor> {
        match self.blocks.get(&hash) {
            Some(block) => Ok(Some(block.header.clone())),
            None => self.tree.header(hash),
        }
    }

    fn total_difficulty(&self, hash: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor> {
        match self.blocks.get(&hash) {
            Some(block) => Ok(Some(block.total_difficulty)),
            None => self.tree.total_difficulty(hash),
        }
    }

    fn ommers(&self, hash: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
        match self.blocks.get(&hash) {
            Some(block) => Ok(Some(block.ommers.clone())),
            None => self.tree.ommers(hash),
        }
    }
}
