//! A block that lacks nothing but its seal.

use alloy_primitives::{B64, B256, U256};
use hanzo_chain::{ChainView, Prebuilt, RecentState};
use hanzo_evm::Executed;
use hanzo_poc::Seal;
use hanzo_state::{Layer, StateError, StateRead as _};
use hanzo_types::{COMPUTE_MINING, EpochField, RecoveredBlock, SealedHeader, ShareEpoch};
use reth_primitives_traits::Block as _;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

/// A block that lacks nothing but its seal: what a miner works on and what the RPC calls
/// `pending`.
#[derive(Debug)]
pub struct PendingBlock {
    view: Arc<ChainView>,
    block: RecoveredBlock,
    prebuilt: Arc<Prebuilt>,
    layer: OnceLock<Arc<Layer>>,
    built_in: Duration,
}

impl PendingBlock {
    pub(crate) const fn new(
        view: Arc<ChainView>,
        block: RecoveredBlock,
        prebuilt: Arc<Prebuilt>,
    ) -> Self {
        Self { view, block, prebuilt, layer: OnceLock::new(), built_in: Duration::ZERO }
    }

    pub(crate) const fn set_built_in(&mut self, built_in: Duration) {
        self.built_in = built_in;
    }

    /// How long it took to choose and execute its transactions and to compute its state root.
    #[must_use]
    pub const fn built_in(&self) -> Duration {
        self.built_in
    }

    /// The chain it builds on.
    #[must_use]
    pub const fn view(&self) -> &Arc<ChainView> {
        &self.view
    }

    /// Its parent: the head of [`Self::view`].
    #[must_use]
    pub fn parent(&self) -> &SealedHeader {
        self.view.head()
    }

    /// The block; `mixHash` and `nonce` are zero, and its hash means nothing.
    #[must_use]
    pub const fn block(&self) -> &RecoveredBlock {
        &self.block
    }

    /// Receipts, gas and state change.
    #[must_use]
    pub fn executed(&self) -> &Executed {
        &self.prebuilt.executed
    }

    /// Hash the seal is searched for.
    #[must_use]
    pub fn seal_hash(&self) -> B256 {
        self.prebuilt.seal_hash.0
    }

    /// Difficulty of work shares of this block's number, in multiply-accumulates: the last block before
    /// the epoch has set it.
    pub(crate) fn share_difficulty(&self) -> Result<U256, StateError> {
        let slot = ShareEpoch::of_block(self.block.number).slot(EpochField::ShareDifficulty);
        self.view.latest_state().storage(COMPUTE_MINING, slot)
    }

    /// World state after this block.
    #[must_use]
    pub fn state(&self) -> RecentState {
        let layer = self.layer.get_or_init(|| {
            Arc::new(Layer {
                number: self.block.number,
                hash: B256::ZERO,
                state: self.prebuilt.executed.diff.clone(),
                trie: self.prebuilt.state_root.trie.clone(),
            })
        });
        self.view.latest_state().with_layer(Arc::clone(layer))
    }

    pub(crate) const fn prebuilt(&self) -> &Arc<Prebuilt> {
        &self.prebuilt
    }

    /// The block with its seal.
    pub(crate) fn sealed(&self, seal: &Seal) -> RecoveredBlock {
        let (block, senders) = self.block.clone().split();
        let mut block = block;
        block.header.mix_hash = B256::from(seal.mix);
        block.header.nonce = B64::from(seal.nonce);
        RecoveredBlock::new_sealed(block.seal_slow(), senders)
    }
}
