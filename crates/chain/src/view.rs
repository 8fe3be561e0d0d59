//! The chain as of one head, for readers.

use crate::{
    BlockState, ExecutedBlock, RecentState, RefusedReorg, bad_blocks::BadBlocks,
    generation::Generation, noncanonical::Noncanonical,
};
use alloy_primitives::B256;
use hanzo_consensus::{Ancestors, FINALIZED_DEPTH, SAFE_DEPTH, UnreadableAncestor};
use hanzo_state::{Layer, Layered, StateError, root};
use hanzo_store::{HistoricalState, StoreError};
use hanzo_types::{ChainSpec, Header, Receipt, RecoveredBlock, SealedHeader, TotalDifficulty};
use std::sync::Arc;
use thiserror::Error;

/// The state of a block cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HistoryError {
    /// The block is older than the states this node keeps.
    #[error("historical state not available: block {number}, the oldest available is {oldest}")]
    Unavailable {
        /// Number that was asked for.
        number: u64,
        /// Oldest block whose state can be read.
        oldest: u64,
    },
    /// The receipts of the block were pruned.
    #[error("receipts of block {number} are pruned, the oldest kept are those of block {oldest}")]
    ReceiptsPruned {
        /// Number that was asked for.
        number: u64,
        /// Oldest block whose receipts are kept.
        oldest: u64,
    },
    /// The block is too far below the head for a Merkle proof.
    #[error(
        "tries of the state reach back {window} blocks: block {number} is {depth} below the head"
    )]
    ProofWindow {
        /// Number that was asked for.
        number: u64,
        /// Its distance from the head.
        depth: u64,
        /// Largest distance allowed.
        window: u64,
    },
    /// No such block on the canonical chain.
    #[error("block {number} is above the head {head}")]
    AboveHead {
        /// Number that was asked for.
        number: u64,
        /// Number of the head.
        head: u64,
    },
}

/// Where a transaction is on the canonical chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionPosition {
    /// Hash of its block.
    pub block_hash: B256,
    /// Number of its block.
    pub block_number: u64,
    /// Its position in the block.
    pub index: usize,
}

/// The chain as of one head. Immutable; a reader that holds one sees no later block.
#[derive(Debug)]
pub struct ChainView {
    spec: Arc<ChainSpec>,
    head: SealedHeader,
    total_difficulty: TotalDifficulty,
    chain: Generation,
    noncanonical: Noncanonical,
}

impl ChainView {
    pub(crate) const fn new(
        spec: Arc<ChainSpec>,
        head: SealedHeader,
        total_difficulty: TotalDifficulty,
        chain: Generation,
        noncanonical: Noncanonical,
    ) -> Self {
        Self { spec, head, total_difficulty, chain, noncanonical }
    }

    /// The chain specification.
    #[must_use]
    pub const fn spec(&self) -> &Arc<ChainSpec> {
        &self.spec
    }

    /// Header of the head.
    #[must_use]
    pub const fn head(&self) -> &SealedHeader {
        &self.head
    }

    /// Number of the head.
    #[must_use]
    pub fn head_number(&self) -> u64 {
        self.head.number
    }

    /// Weight of the canonical chain.
    #[must_use]
    pub const fn total_difficulty(&self) -> TotalDifficulty {
        self.total_difficulty
    }

    /// Base fee that a transaction needs to get into the next block, in wei per gas.
    #[must_use]
    pub fn next_base_fee(&self) -> u64 {
        self.spec.next_base_fee(&self.head)
    }

    /// Number of the block reported as `safe`: a depth, not a promise (decision D-10). On the dev
    /// chain it is the head.
    #[must_use]
    pub fn safe_number(&self) -> u64 {
        self.at_depth(SAFE_DEPTH)
    }

    /// Number of the block reported as `finalized`: a depth, not a promise (decision D-10). On the
    /// dev chain it is the head.
    #[must_use]
    pub fn finalized_number(&self) -> u64 {
        self.at_depth(FINALIZED_DEPTH)
    }

    fn at_depth(&self, depth: u64) -> u64 {
        let depth = if self.spec.is_dev() { 0 } else { depth };
        self.head_number().saturating_sub(depth)
    }

    /// Hash of the canonical block `number`.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn canonical_hash(&self, number: u64) -> Result<Option<B256>, StoreError> {
        if let Some(block) = self.chain.block(number) {
            return Ok(Some(block.hash()));
        }
        if number > self.chain.base_number {
            return Ok(None);
        }
        self.chain.base.canonical_hash(number)
    }

    /// The block with this hash, canonical or not: blocks beside the canonical chain are found from
    /// their import on, as long as they are in memory or on disk.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn block_by_hash(&self, hash: B256) -> Result<Option<Arc<RecoveredBlock>>, StoreError> {
        if let Some(block) = self.in_memory(hash) {
            return Ok(Some(Arc::clone(block.block())));
        }
        if let Some(block) = self.noncanonical.block(hash) {
            return Ok(Some(Arc::clone(block)));
        }
        Ok(self.chain.base.block_by_hash(hash)?.map(Arc::new))
    }

    /// The canonical block `number`.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn block_by_number(&self, number: u64) -> Result<Option<Arc<RecoveredBlock>>, StoreError> {
        if let Some(block) = self.chain.block(number) {
            return Ok(Some(Arc::clone(block.block())));
        }
        match self.canonical_hash(number)? {
            Some(hash) => self.block_by_hash(hash),
            None => Ok(None),
        }
    }

    /// The header with this hash, canonical or not, as [`Self::block_by_hash`] finds it.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn header_by_hash(&self, hash: B256) -> Result<Option<SealedHeader>, StoreError> {
        if let Some(block) = self.in_memory(hash) {
            return Ok(Some(block.header()));
        }
        if let Some(block) = self.noncanonical.block(hash) {
            return Ok(Some(block.sealed_header().clone()));
        }
        self.chain.base.header_by_hash(hash)
    }

    /// The canonical header `number`.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn header_by_number(&self, number: u64) -> Result<Option<SealedHeader>, StoreError> {
        if let Some(block) = self.chain.block(number) {
            return Ok(Some(block.header()));
        }
        match self.canonical_hash(number)? {
            Some(hash) => self.header_by_hash(hash),
            None => Ok(None),
        }
    }

    /// Receipts of the canonical block with this hash.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn receipts(&self, hash: B256) -> Result<Option<Arc<Vec<Receipt>>>, StoreError> {
        if let Some(block) = self.in_memory(hash) {
            return Ok(Some(Arc::clone(block.receipts())));
        }
        Ok(self.chain.base.receipts(hash)?.map(Arc::new))
    }

    /// Receipts of a block that a recent reorganisation took out of the canonical chain.
    #[must_use]
    pub fn displaced_receipts(&self, hash: B256) -> Option<Arc<Vec<Receipt>>> {
        self.noncanonical.displaced.get(hash).map(|displaced| Arc::clone(&displaced.receipts))
    }

    /// The newest blocks that were refused for their own fault, newest first; at most
    /// [`crate::MAX_BAD_BLOCKS`]. A restart forgets them.
    #[must_use]
    pub fn bad_blocks(&self) -> &[Arc<RecoveredBlock>] {
        self.noncanonical.bad.blocks()
    }

    pub(crate) fn has_bad_blocks(&self, bad: &BadBlocks) -> bool {
        self.noncanonical.bad.is(bad)
    }

    /// Heavier chains that this node keeps and does not follow by itself, in the order in which they
    /// were refused. A restart forgets them until they come again. ADR-0022.
    #[must_use]
    pub fn refused_reorgs(&self) -> &[RefusedReorg] {
        &self.noncanonical.refused
    }

    /// Where the transaction with this hash is on the canonical chain.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn transaction(&self, hash: B256) -> Result<Option<TransactionPosition>, StoreError> {
        for block in self.chain.blocks.iter().rev() {
            if let Some(index) = block.transaction_position(hash) {
                return Ok(Some(TransactionPosition {
                    block_hash: block.hash(),
                    block_number: block.number(),
                    index,
                }));
            }
        }
        let stored = self.chain.base.transaction(hash)?;
        Ok(stored.map(|location| TransactionPosition {
            block_hash: location.block_hash,
            block_number: location.block_number,
            index: usize::try_from(location.index).unwrap_or(usize::MAX),
        }))
    }

    /// Whether `hash` is the canonical block `number`.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn is_canonical(&self, number: u64, hash: B256) -> Result<bool, StoreError> {
        Ok(self.canonical_hash(number)? == Some(hash))
    }

    /// World state after the head.
    #[must_use]
    pub fn latest_state(&self) -> RecentState {
        self.recent_state(self.head_number())
    }

    /// World state after the canonical block `number`.
    ///
    /// # Errors
    /// [`HistoryError`] if the block is above the head or its state was pruned.
    pub fn state_at(&self, number: u64) -> Result<BlockState, HistoryError> {
        let (head, oldest) = (self.head_number(), self.oldest_state());
        if number > head {
            return Err(HistoryError::AboveHead { number, head });
        }
        if number < oldest {
            return Err(HistoryError::Unavailable { number, oldest });
        }
        if number >= self.chain.base_number {
            return Ok(self.recent_state(number).into());
        }
        let base = Arc::clone(&self.chain.base);
        Ok(BlockState::Historical(HistoricalState::new(base, number)))
    }

    /// World state after the canonical block `number` with its trie, for Merkle proofs. Below the
    /// persisted base the trie is computed from what the blocks since then changed, so that work
    /// and memory grow with `head − number`, which may be `window` at most.
    ///
    /// # Errors
    /// [`HistoryError`] as [`Self::state_at`], and beyond the window; [`StateError`] if the store
    /// cannot be read.
    pub fn provable_state(
        &self,
        number: u64,
        window: u64,
    ) -> Result<Result<RecentState, HistoryError>, StateError> {
        if let Err(error) = self.state_at(number) {
            return Ok(Err(error));
        }
        let depth = self.head_number().saturating_sub(number);
        if depth > window {
            return Ok(Err(HistoryError::ProofWindow { number, depth, window }));
        }
        if number >= self.chain.base_number {
            return Ok(Ok(self.recent_state(number)));
        }
        let base = &self.chain.base;
        let state = base.changes_back_to(number).map_err(StateError::storage)?;
        let trie = root(base, &state)?.trie;
        let hash = base.canonical_hash(number).map_err(StateError::storage)?.unwrap_or_default();
        let layer = Layer { number, hash, state, trie };
        Ok(Ok(Layered::new(vec![Arc::new(layer)], Arc::clone(base))))
    }

    /// Number of the oldest block whose state can be read.
    #[must_use]
    pub const fn oldest_state(&self) -> u64 {
        self.chain.oldest_state
    }

    /// Number of the oldest block whose receipts and logs can be read.
    #[must_use]
    pub const fn oldest_receipts(&self) -> u64 {
        self.chain.oldest_receipts
    }

    /// State after block `number`, which is the base or lies above it.
    fn recent_state(&self, number: u64) -> RecentState {
        let blocks = self.chain.blocks.iter().rev();
        let layers = blocks
            .skip_while(|block| block.number() > number)
            .map(|block| Arc::clone(block.layer()))
            .collect();
        Layered::new(layers, Arc::clone(&self.chain.base))
    }

    /// The canonical block with this hash whose state is not persisted yet.
    fn in_memory(&self, hash: B256) -> Option<&Arc<ExecutedBlock>> {
        self.chain.blocks.iter().rev().find(|block| block.hash() == hash)
    }
}

impl Ancestors for ChainView {
    fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor> {
        self.header_by_hash(hash).map_err(|error| unreadable(hash, &error))
    }

    fn total_difficulty(&self, hash: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor> {
        if let Some(block) = self.in_memory(hash) {
            return Ok(Some(block.total_difficulty()));
        }
        if let Some(found) = self.noncanonical.total_difficulty(hash) {
            return Ok(Some(found));
        }
        self.chain.base.total_difficulty(hash).map_err(|error| unreadable(hash, &error))
    }

    fn ommers(&self, hash: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
        let block = self.block_by_hash(hash).map_err(|error| unreadable(hash, &error))?;
        Ok(block.map(|block| block.body().ommers.clone()))
    }
}

fn unreadable(hash: B256, error: &StoreError) -> UnreadableAncestor {
    UnreadableAncestor { hash, reason: error.to_string() }
}
