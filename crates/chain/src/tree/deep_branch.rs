//! Reorganisations below the persisted base.

use super::{CanonChange, ChainTree, Placed, canonical::MAX_UNPERSISTED_BLOCKS};
use crate::{ExecutedBlock, ImportError, InvalidBlock, Origin, generation::Generation};
use alloy_primitives::B256;
use hanzo_consensus::{Ancestors as _, ChainWeight, ConsensusError};
use hanzo_store::{BlockRef, Durability, StoreError, StoreView};
use hanzo_types::{RecoveredBlock, SealedHeader};
use std::sync::Arc;

/// A branch whose blocks are not in the tree.
pub(super) struct Branch {
    /// The canonical block it leaves from.
    pub(super) ancestor: BlockRef,
    /// Oldest first.
    blocks: Vec<Arc<RecoveredBlock>>,
}

impl Branch {
    /// Its first block above the ancestor.
    pub(super) fn first(&self) -> Option<BlockRef> {
        self.blocks.first().map(|block| reference(block))
    }

    /// Its last block.
    pub(super) fn last(&self) -> Option<BlockRef> {
        self.blocks.last().map(|block| reference(block))
    }
}

impl ChainTree {
    /// Keeps a block whose parent's state is not in memory, and adopts its branch if that is now
    /// the heaviest chain.
    pub(super) fn defer(
        &mut self,
        block: RecoveredBlock,
        parent: &SealedHeader,
        origin: &Origin,
        change: &mut CanonChange,
    ) -> Result<Placed, ImportError> {
        let (number, hash) = (block.number, block.hash());
        let header = block.sealed_header();
        if let Err(error) = self.consensus.check_in_context(header, parent, self, origin.arrival())
        {
            return Err(self.refused_block(block, InvalidBlock::from(error)));
        }
        let unknown = || StoreError::UnknownBlock(BlockRef { number, hash });
        let parent_difficulty = match self.total_difficulty(parent.hash()) {
            Ok(found) => found.ok_or_else(unknown)?,
            Err(error) => {
                let reason = InvalidBlock::from(ConsensusError::from(error));
                return Err(self.refused(number, hash, reason));
            }
        };
        let total_difficulty = parent_difficulty.child(block.difficulty);
        let weight = ChainWeight { total_difficulty, number };
        let arrived = origin.arrived_at();
        self.note_arrival(hash, arrived);
        self.deferred.insert(block, weight);
        let kept = self.deferred.get(hash).is_some();
        if !kept || !self.consensus.prefers(weight, self.head_weight()) {
            return Ok(Placed::Deferred);
        }
        let branch = self.branch_to(hash)?;
        let (ancestor, oldest) = (branch.ancestor.number, self.chain.oldest_state);
        if ancestor < oldest {
            self.report_once(&branch, hash);
            return Ok(Placed::BelowHistory { ancestor, oldest });
        }
        if let Some(held_back) = self.hold_back(&branch, weight, arrived)? {
            return Ok(Placed::Refused(held_back));
        }
        self.adopt_branch(branch, change)
    }

    /// Goes back to where the branch leaves the canonical chain and executes it. If one of its blocks is
    /// invalid, the better of the old chain and the valid part of the branch becomes canonical, and the
    /// error names the block.
    pub(super) fn adopt_branch(
        &mut self,
        branch: Branch,
        change: &mut CanonChange,
    ) -> Result<Placed, ImportError> {
        let displaced_weight = self.head_weight();
        let reverted = self.unwind_to(branch.ancestor)?;
        let displaced: Vec<_> = reverted.iter().rev().map(|b| Arc::clone(b.block())).collect();
        change.then(CanonChange { reverted, adopted: Vec::new() });
        let adopted = self.execute_run(branch.blocks, change);
        let Err(error) = adopted else {
            tracing::info!(
                target: "chain",
                ancestor = branch.ancestor.number,
                reverted = displaced_weight.number.saturating_sub(branch.ancestor.number),
                head = self.head().number,
                "reorganised below the persisted state"
            );
            return Ok(Placed::Head);
        };
        if !error.is_fatal() && !self.consensus.prefers(self.head_weight(), displaced_weight) {
            let reverted = self.unwind_to(branch.ancestor)?;
            change.then(CanonChange { reverted, adopted: Vec::new() });
            // These blocks were canonical a moment ago: if they fail now, this node is broken.
            self.execute_run(displaced, change)
                .map_err(|error| ImportError::Readoption(Box::new(error)))?;
        }
        Err(error)
    }

    /// Tells the log of a heavier branch that is not followed. Somebody has to decide about it, so
    /// it is an error; each further block of it is refused without another line.
    fn report_once(&mut self, branch: &Branch, tip: B256) {
        let first = branch.blocks.first().map_or(tip, |block| block.hash());
        if !self.reported.is_new(first) {
            return;
        }
        tracing::error!(
            target: "chain",
            %first,
            %tip,
            ancestor = branch.ancestor.number,
            oldest_state = self.chain.oldest_state,
            "a heavier chain leaves this one below the oldest state kept; it is not followed"
        );
    }

    /// The blocks from the canonical chain to `tip`.
    pub(super) fn branch_to(&self, tip: B256) -> Result<Branch, ImportError> {
        let view = self.store.view();
        let mut blocks = Vec::new();
        let mut cursor = tip;
        loop {
            let block = match self.deferred.get(cursor) {
                Some(deferred) => Arc::clone(&deferred.block),
                None => stored_block(&view, cursor)?,
            };
            if self.is_canonical_hash(block.number, cursor)? {
                let ancestor = BlockRef { number: block.number, hash: cursor };
                blocks.reverse();
                return Ok(Branch { ancestor, blocks });
            }
            cursor = block.parent_hash;
            blocks.push(block);
        }
    }

    pub(super) fn is_canonical_hash(&self, number: u64, hash: B256) -> Result<bool, StoreError> {
        if let Some(block) = self.chain.block(number) {
            return Ok(block.hash() == hash);
        }
        Ok(self.chain.base.canonical_hash(number)? == Some(hash))
    }

    /// Makes `ancestor`, a canonical block, the head. Returns what was above it, newest first.
    fn unwind_to(&mut self, ancestor: BlockRef) -> Result<Vec<Arc<ExecutedBlock>>, ImportError> {
        self.finish_commit()?;
        let mut reverted = self.cut_from(ancestor.number.saturating_add(1));
        let base = self.base_header.number;
        if ancestor.number >= base {
            return Ok(reverted);
        }
        for number in (ancestor.number.saturating_add(1)..=base).rev() {
            reverted.push(persisted_block(&self.chain.base, number)?);
        }
        self.unwind_base_to(ancestor)?;
        Ok(reverted)
    }

    /// Moves the state on disk back to `ancestor`, which becomes base and head.
    pub(super) fn unwind_base_to(&mut self, ancestor: BlockRef) -> Result<(), StoreError> {
        self.store.unwind(ancestor, Durability::Synced)?;
        let view = self.store.view();
        let missing = || StoreError::UnknownBlock(ancestor);
        self.base_header = view.header_by_hash(ancestor.hash)?.ok_or_else(missing)?;
        self.base_difficulty = view.total_difficulty(ancestor.hash)?.ok_or_else(missing)?;
        self.chain = Generation::new(view, ancestor.number, Vec::new())?;
        // Their states lie above a base that is no more; the blocks themselves are on disk.
        self.blocks.clear();
        Ok(())
    }

    /// Executes blocks on top of the head, one after the other.
    fn execute_run(
        &mut self,
        blocks: Vec<Arc<RecoveredBlock>>,
        change: &mut CanonChange,
    ) -> Result<(), ImportError> {
        for block in blocks {
            let hash = block.hash();
            if !self.blocks.contains_key(&hash) {
                let parent = self.head();
                let block = Arc::unwrap_or_clone(block);
                let executed = self.execute(block, &parent, Origin::Durable)?;
                self.attach(&executed, Some(Durability::Unsynced), change)?;
            } else if let Some(executed) = self.blocks.get(&hash).cloned() {
                // An executed side block that was left above the ancestor.
                change.then(self.set_head(&executed));
                self.commit_beyond(MAX_UNPERSISTED_BLOCKS)?;
            }
        }
        Ok(())
    }
}

fn reference(block: &RecoveredBlock) -> BlockRef {
    BlockRef { number: block.number, hash: block.hash() }
}

fn stored_block(view: &StoreView, hash: B256) -> Result<Arc<RecoveredBlock>, ImportError> {
    let missing = StoreError::UnknownBlock(BlockRef { number: 0, hash });
    Ok(Arc::new(view.block_by_hash(hash)?.ok_or(missing)?))
}

/// A canonical block at or below the base with what it changed, as the history tells.
fn persisted_block(view: &StoreView, number: u64) -> Result<Arc<ExecutedBlock>, ImportError> {
    let hash = view.canonical_hash(number)?.unwrap_or_default();
    let missing = || StoreError::UnknownBlock(BlockRef { number, hash });
    let block = view.block_by_hash(hash)?.ok_or_else(missing)?;
    let total_difficulty = view.total_difficulty(hash)?.ok_or_else(missing)?;
    let changes = view.block_changes(number)?.ok_or_else(missing)?;
    // Receipts may be pruned further than states; then nobody here has shown their logs.
    let receipts = view.receipts(hash)?.unwrap_or_default();
    Ok(Arc::new(ExecutedBlock::persisted(block, receipts, changes, total_difficulty)))
}
