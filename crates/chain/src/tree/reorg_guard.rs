//! Reorganisations that the operator decides about. ADR-0022.

use super::{
    CanonChange, ChainTree,
    deep_branch::Branch,
    refused_reorgs::{RefusedBranch, Report},
};
use crate::{AcceptError, CanonUpdate, ImportError, RefusedReorg, reorg_limits::ProposedReorg};
use alloy_primitives::B256;
use hanzo_consensus::ChainWeight;
use hanzo_store::{BlockRef, StoreError};
use std::sync::Arc;

/// What a branch that is not followed would cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeldBack {
    /// Number of the last block that both chains have.
    pub(super) ancestor: u64,
    /// Canonical blocks that it would displace.
    pub(super) depth: u64,
}

impl ChainTree {
    /// Notes that a heavier branch is not followed if it displaces too much, and tells what it would
    /// cost. `arrived` is the time at which a peer brought its last block: what nobody has sent
    /// (files, own blocks, the disk after a restart) somebody asked for, and is followed.
    pub(super) fn hold_back(
        &mut self,
        branch: &Branch,
        weight: ChainWeight,
        arrived: Option<u64>,
    ) -> Result<Option<HeldBack>, ImportError> {
        let depth = self.depth_of(branch.ancestor);
        let (Some(now), true) = (arrived, self.limits.is_too_deep(depth)) else { return Ok(None) };
        let (Some(first), Some(tip)) = (branch.first(), branch.last()) else { return Ok(None) };
        // What was refused stays so: that the node falls behind later decides nothing.
        if self.refused.find(first.hash).is_none() {
            if !self.limits.refuse(&self.proposed_reorg(branch.ancestor, now)?) {
                return Ok(None);
            }
            self.metrics.refused_reorgs.increment(1);
        }
        let refused = RefusedBranch::new(branch.ancestor, first, tip, weight);
        let consensus = &self.consensus;
        match self.refused.note(refused, |known| consensus.prefers(weight, *known)) {
            Report::First | Report::Again => {
                tracing::error!(
                    target: "chain",
                    tip = %tip.hash,
                    number = tip.number,
                    ancestor = branch.ancestor.number,
                    depth,
                    "a heavier chain would displace more old blocks than the limits allow; it is \
                     kept and not followed: admin_acceptReorg with its tip follows it"
                );
            }
            Report::Nothing => {}
        }
        Ok(Some(HeldBack { ancestor: branch.ancestor.number, depth }))
    }

    /// Makes a chain canonical that was refused, by the way that every heavier chain takes. `hash` is
    /// any of its blocks that is heavier than the head; the heaviest end of the chain is adopted,
    /// because fork choice among its blocks is not in question.
    ///
    /// # Errors
    /// [`AcceptError`]; the chain is as it was unless the error is fatal.
    pub fn accept_reorg(&mut self, hash: B256) -> Result<Arc<CanonUpdate>, AcceptError> {
        self.finish_commit()?;
        let refused = self.refused_branch_of(hash)?;
        let branch = self.branch_to(refused.tip.hash)?;
        let (ancestor, oldest) = (branch.ancestor.number, self.chain.oldest_state);
        if ancestor < oldest {
            return Err(AcceptError::BelowHistory { ancestor, oldest });
        }
        self.refused.remove(refused.first.hash);
        let mut change = CanonChange::default();
        if let Err(error) = self.adopt_branch(branch, &mut change) {
            if error.is_fatal() || change.is_empty() {
                return Err(error.into());
            }
            tracing::warn!(target: "chain", %error, "an accepted chain is valid only in part");
        }
        self.bound_side_blocks();
        self.review_refused()?;
        self.displaced.remember(&change.reverted);
        Ok(Arc::new(self.update(change)))
    }

    /// The refused branch that a block belongs to which is heavier than the head.
    fn refused_branch_of(&self, hash: B256) -> Result<RefusedBranch, AcceptError> {
        let weight = self.weight_of(hash)?.ok_or(AcceptError::Unknown { hash })?;
        let total_difficulty = weight.total_difficulty;
        if !self.consensus.prefers(weight, self.head_weight()) {
            let head = self.head_difficulty();
            return Err(AcceptError::NotHeavier { hash, total_difficulty, head });
        }
        let first = self.branch_to(hash)?.first();
        let refused = first.and_then(|first| self.refused.find(first.hash));
        refused.ok_or(AcceptError::NotRefused { hash })
    }

    /// Forgets refused branches that are settled: dropped, adopted, no longer the heavier ones, or
    /// leaving a block that is not canonical any more. The next block of such a branch is judged
    /// anew.
    pub(super) fn review_refused(&mut self) -> Result<(), ImportError> {
        let mut settled = Vec::new();
        for branch in self.refused.iter() {
            let waits = self.deferred.get(branch.tip.hash).is_some()
                && self.consensus.prefers(branch.weight, self.head_weight())
                && self.is_canonical_hash(branch.ancestor.number, branch.ancestor.hash)?
                && !self.is_canonical_hash(branch.first.number, branch.first.hash)?;
            if !waits {
                settled.push(*branch);
            }
        }
        for branch in settled {
            self.refused.remove(branch.first.hash);
            let (number, tip) = (branch.tip.number, branch.tip.hash);
            tracing::info!(target: "chain", number, %tip, "a refused chain waits no longer");
        }
        Ok(())
    }

    /// Heavier chains that wait for a decision, in the order in which they were refused.
    #[must_use]
    pub fn refused_reorgs(&self) -> Vec<RefusedReorg> {
        let described = |branch: &RefusedBranch| RefusedReorg {
            hash: branch.tip.hash,
            number: branch.tip.number,
            total_difficulty: branch.weight.total_difficulty,
            ancestor_number: branch.ancestor.number,
            ancestor_hash: branch.ancestor.hash,
            depth: self.depth_of(branch.ancestor),
        };
        self.refused.iter().map(described).collect()
    }

    /// Weight of the chain that ends in a block, wherever the block is kept.
    fn weight_of(&self, hash: B256) -> Result<Option<ChainWeight>, ImportError> {
        if let Some(deferred) = self.deferred.get(hash) {
            return Ok(Some(deferred.weight));
        }
        if let Some(block) = self.blocks.get(&hash) {
            return Ok(Some(block.weight()));
        }
        let view = self.store.view();
        let number = view.number_of(hash)?;
        let weight = number.zip(view.total_difficulty(hash)?);
        Ok(weight.map(|(number, total_difficulty)| ChainWeight { total_difficulty, number }))
    }

    fn depth_of(&self, ancestor: BlockRef) -> u64 {
        self.head().number.saturating_sub(ancestor.number)
    }

    fn proposed_reorg(&self, ancestor: BlockRef, now: u64) -> Result<ProposedReorg, StoreError> {
        let head = self.head();
        let lowest = self.canonical_header(ancestor.number.saturating_add(1))?;
        let timestamp = lowest.timestamp;
        Ok(ProposedReorg {
            depth: self.depth_of(ancestor),
            displaced_seen: self.seen.at(lowest.hash()).unwrap_or(timestamp),
            head_timestamp: head.timestamp,
            now,
        })
    }
}
