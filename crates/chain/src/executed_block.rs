//! A valid block with everything execution produced.

use alloy_primitives::{B256, map::B256Map};
use hanzo_consensus::ChainWeight;
use hanzo_evm::Executed;
use hanzo_state::{Layer, StateDiff, StateRoot, TrieDiff};
use hanzo_types::{Receipt, RecoveredBlock, SealedHeader, TotalDifficulty};
use std::sync::Arc;

/// A valid, executed block: one node of the tree above the base.
#[derive(Debug, Clone)]
pub struct ExecutedBlock {
    block: Arc<RecoveredBlock>,
    receipts: Arc<Vec<Receipt>>,
    total_difficulty: TotalDifficulty,
    layer: Arc<Layer>,
    transaction_index: B256Map<usize>,
}

impl ExecutedBlock {
    pub(crate) fn new(
        block: RecoveredBlock,
        executed: Executed,
        state_root: StateRoot,
        total_difficulty: TotalDifficulty,
    ) -> Self {
        let layer = Layer {
            number: block.number,
            hash: block.hash(),
            state: executed.diff,
            trie: state_root.trie,
        };
        Self::with_layer(block, executed.outcome.receipts, layer, total_difficulty)
    }

    /// A block whose state is persisted, as the store tells of it. It can be reverted, not built
    /// on: the layer has no trie nodes.
    pub(crate) fn persisted(
        block: RecoveredBlock,
        receipts: Vec<Receipt>,
        state: StateDiff,
        total_difficulty: TotalDifficulty,
    ) -> Self {
        let (number, hash) = (block.number, block.hash());
        let layer = Layer { number, hash, state, trie: TrieDiff::default() };
        Self::with_layer(block, receipts, layer, total_difficulty)
    }

    fn with_layer(
        block: RecoveredBlock,
        receipts: Vec<Receipt>,
        layer: Layer,
        total_difficulty: TotalDifficulty,
    ) -> Self {
        let transactions = block.body().transactions.iter().enumerate();
        let transaction_index =
            transactions.map(|(index, transaction)| (*transaction.tx_hash(), index)).collect();
        Self {
            block: Arc::new(block),
            receipts: Arc::new(receipts),
            total_difficulty,
            layer: Arc::new(layer),
            transaction_index,
        }
    }

    /// The block with its senders.
    #[must_use]
    pub const fn block(&self) -> &Arc<RecoveredBlock> {
        &self.block
    }

    /// Its header.
    #[must_use]
    pub fn header(&self) -> SealedHeader {
        self.block.sealed_header().clone()
    }

    /// Its hash.
    #[must_use]
    pub fn hash(&self) -> B256 {
        self.block.hash()
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.block.number
    }

    /// One receipt per transaction.
    #[must_use]
    pub const fn receipts(&self) -> &Arc<Vec<Receipt>> {
        &self.receipts
    }

    /// Weight of the chain that ends here, as fork choice compares it.
    #[must_use]
    pub fn weight(&self) -> ChainWeight {
        ChainWeight { total_difficulty: self.total_difficulty, number: self.number() }
    }

    /// Sum of the difficulties of the chain that ends here.
    #[must_use]
    pub const fn total_difficulty(&self) -> TotalDifficulty {
        self.total_difficulty
    }

    /// What it changed in state and trie.
    #[must_use]
    pub const fn layer(&self) -> &Arc<Layer> {
        &self.layer
    }

    /// Position of the transaction with this hash in the block.
    #[must_use]
    pub fn transaction_position(&self, hash: B256) -> Option<usize> {
        self.transaction_index.get(&hash).copied()
    }
}
