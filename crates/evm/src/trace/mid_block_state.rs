//! World state between two transactions of a block.

use alloy_primitives::{Address, B256, Bytes, U256};
use hanzo_state::{Account, Layer, Layered, StateError, StateRead};
use std::{fmt, sync::Arc};

/// World state between two transactions of a block: what the block has changed so far, above the
/// state it starts from.
#[derive(Debug)]
pub struct MidBlockState<'a>(Layered<Start<'a>>);

/// The state that a block starts from.
struct Start<'a>(&'a dyn StateRead);

impl<'a> MidBlockState<'a> {
    /// `changes` above `start`. They need no trie: nothing is built on this state.
    pub(super) fn new(start: &'a dyn StateRead, changes: Layer) -> Self {
        Self(Layered::new(vec![Arc::new(changes)], Start(start)))
    }
}

impl fmt::Debug for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Start")
    }
}

impl StateRead for MidBlockState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        self.0.account(address)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.0.storage(address, slot)
    }

    fn storage_slots(&self, address: Address) -> Result<Vec<(U256, U256)>, StateError> {
        self.0.storage_slots(address)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        self.0.code(code_hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        self.0.block_hash(number)
    }
}

impl StateRead for Start<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        self.0.account(address)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.0.storage(address, slot)
    }

    fn storage_slots(&self, address: Address) -> Result<Vec<(U256, U256)>, StateError> {
        self.0.storage_slots(address)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        self.0.code(code_hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        self.0.block_hash(number)
    }
}
