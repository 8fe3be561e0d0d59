//! World state after one block.

use alloy_primitives::{Address, B256, Bytes, U256};
use hanzo_state::{Account, Layered, StateError, StateRead};
use hanzo_store::{HistoricalState, StoreView};
use std::sync::Arc;

/// World state at or above the persisted base: what the newest blocks changed, above one view of
/// the store. It has a trie, so that a block can be built on it.
pub type RecentState = Layered<Arc<StoreView>>;

/// World state after one canonical block.
#[derive(Debug, Clone)]
pub enum BlockState {
    /// At or above the persisted base.
    Recent(RecentState),
    /// Below it, through the history that the store keeps.
    Historical(HistoricalState),
}

impl From<RecentState> for BlockState {
    fn from(state: RecentState) -> Self {
        Self::Recent(state)
    }
}

impl BlockState {
    fn read(&self) -> &dyn StateRead {
        match self {
            Self::Recent(state) => state,
            Self::Historical(state) => state,
        }
    }
}

impl StateRead for BlockState {
    fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        self.read().account(address)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.read().storage(address, slot)
    }

    fn storage_slots_within(
        &self,
        address: Address,
        at_most: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StateError> {
        self.read().storage_slots_within(address, at_most)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        self.read().code(code_hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        self.read().block_hash(number)
    }
}
