//! A valid block with everything execution produced.

use alloy_primitives::{B256, map::B256Map};
use hanzo_evm::Executed;
use hanzo_state::{Layer, StateRoot};
use hanzo_types::{BlockSupply, Receipt, RecoveredBlock, SealedHeader, TotalDifficulty};
use std::sync::Arc;

/// A valid, executed block: one node of the tree above the base.
#[derive(Debug, Clone)]
pub struct ExecutedBlock {
    block: Arc<RecoveredBlock>,
    receipts: Arc<Vec<Receipt>>,
    supply: Option<BlockSupply>,
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
        let transaction_index = block
            .body()
            .transactions
            .iter()
            .enumerate()
            .map(|(index, transaction)| (*transaction.tx_hash(), index))
            .collect();
        let layer = Layer {
            number: block.number,
            hash: block.hash(),
            state: executed.diff,
            trie: state_root.trie,
        };
        Self {
            block: Arc::new(block),
            receipts: Arc::new(executed.outcome.receipts),
            supply: executed.outcome.supply,
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

    /// What it minted and burned, on chains that count it: Hanzo chains.
    #[must_use]
    pub const fn supply(&self) -> Option<&BlockSupply> {
        self.supply.as_ref()
    }

    /// Weight of the chain that ends here.
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
