//! The chain as of one head, for readers.

use crate::{ExecutedBlock, generation::Generation};
use alloy_primitives::B256;
use hanzo_consensus::{Ancestors, FINALIZED_DEPTH, SAFE_DEPTH, UnreadableAncestor};
use hanzo_state::Layered;
use hanzo_store::{StoreError, StoreView};
use hanzo_types::{ChainSpec, Header, Receipt, RecoveredBlock, SealedHeader, TotalDifficulty};
use std::sync::Arc;
use thiserror::Error;

/// World state after one block.
pub type BlockState = Layered<Arc<StoreView>>;

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
    /// Newest first; never empty.
    current: Generation,
    superseded: Vec<Generation>,
}

impl ChainView {
    pub(crate) const fn new(
        spec: Arc<ChainSpec>,
        head: SealedHeader,
        total_difficulty: TotalDifficulty,
        current: Generation,
        superseded: Vec<Generation>,
    ) -> Self {
        Self { spec, head, total_difficulty, current, superseded }
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
        if let Some(block) = self.current.block(number) {
            return Ok(Some(block.hash()));
        }
        if number > self.current.base_number {
            return Ok(None);
        }
        self.current.base.canonical_hash(number)
    }

    /// The block with this hash, canonical or not.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn block_by_hash(&self, hash: B256) -> Result<Option<Arc<RecoveredBlock>>, StoreError> {
        if let Some(block) = self.in_memory(hash) {
            return Ok(Some(Arc::clone(block.block())));
        }
        Ok(self.current.base.block_by_hash(hash)?.map(Arc::new))
    }

    /// The canonical block `number`.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn block_by_number(&self, number: u64) -> Result<Option<Arc<RecoveredBlock>>, StoreError> {
        if let Some(block) = self.current.block(number) {
            return Ok(Some(Arc::clone(block.block())));
        }
        match self.canonical_hash(number)? {
            Some(hash) => self.block_by_hash(hash),
            None => Ok(None),
        }
    }

    /// The header with this hash, canonical or not.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn header_by_hash(&self, hash: B256) -> Result<Option<SealedHeader>, StoreError> {
        match self.in_memory(hash) {
            Some(block) => Ok(Some(block.header())),
            None => self.current.base.header_by_hash(hash),
        }
    }

    /// The canonical header `number`.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn header_by_number(&self, number: u64) -> Result<Option<SealedHeader>, StoreError> {
        if let Some(block) = self.current.block(number) {
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
        Ok(self.current.base.receipts(hash)?.map(Arc::new))
    }

    /// Where the transaction with this hash is on the canonical chain.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn transaction(&self, hash: B256) -> Result<Option<TransactionPosition>, StoreError> {
        for block in self.current.blocks.iter().rev() {
            if let Some(index) = block.transaction_position(hash) {
                return Ok(Some(TransactionPosition {
                    block_hash: block.hash(),
                    block_number: block.number(),
                    index,
                }));
            }
        }
        let stored = self.current.base.transaction(hash)?;
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
    pub fn latest_state(&self) -> BlockState {
        state_in(&self.current, self.head_number())
    }

    /// World state after the canonical block `number`.
    ///
    /// # Errors
    /// [`HistoryError`] if the block is above the head or older than the states kept.
    pub fn state_at(&self, number: u64) -> Result<BlockState, HistoryError> {
        if number > self.head_number() {
            return Err(HistoryError::AboveHead { number, head: self.head_number() });
        }
        std::iter::once(&self.current)
            .chain(&self.superseded)
            .find(|generation| generation.covers(number))
            .map(|generation| state_in(generation, number))
            .ok_or_else(|| HistoryError::Unavailable { number, oldest: self.oldest_state() })
    }

    /// Oldest block whose state can be read.
    #[must_use]
    pub fn oldest_state(&self) -> u64 {
        self.superseded.last().unwrap_or(&self.current).base_number
    }

    /// The canonical block with this hash whose state is not persisted yet.
    fn in_memory(&self, hash: B256) -> Option<&Arc<ExecutedBlock>> {
        self.current.blocks.iter().rev().find(|block| block.hash() == hash)
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
        self.current.base.total_difficulty(hash).map_err(|error| unreadable(hash, &error))
    }

    fn ommers(&self, hash: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
        let block = self.block_by_hash(hash).map_err(|error| unreadable(hash, &error))?;
        Ok(block.map(|block| block.body().ommers.clone()))
    }
}

fn unreadable(hash: B256, error: &StoreError) -> UnreadableAncestor {
    UnreadableAncestor { hash, reason: error.to_string() }
}

/// State after block `number` through `generation`, which covers it.
fn state_in(generation: &Generation, number: u64) -> BlockState {
    let layers = generation
        .blocks
        .iter()
        .rev()
        .skip_while(|block| block.number() > number)
        .map(|block| Arc::clone(block.layer()))
        .collect();
    Layered::new(layers, Arc::clone(&generation.base))
}
