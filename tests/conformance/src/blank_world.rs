//! The world before its first account.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use hanzo_state::{NodePath, StateError, StateRead, TrieRead};

/// A world without accounts, and with the ancestors that state tests pretend to have: the hash of
/// block n is that of the number in decimal digits. Source: the state test format.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BlankWorld;

impl StateRead for BlankWorld {
    fn account(&self, _address: Address) -> Result<Option<hanzo_state::Account>, StateError> {
        Ok(None)
    }

    fn storage(&self, _address: Address, _slot: U256) -> Result<U256, StateError> {
        Ok(U256::ZERO)
    }

    fn storage_slots_within(
        &self,
        _address: Address,
        _at_most: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StateError> {
        Ok(Some(Vec::new()))
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        Err(StateError::MissingCode(code_hash))
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        Ok(ancestor_hash(number))
    }
}

impl TrieRead for BlankWorld {
    fn account_node(&self, _path: &NodePath) -> Result<Option<Bytes>, StateError> {
        Ok(None)
    }

    fn storage_node(&self, _account: B256, _path: &NodePath) -> Result<Option<Bytes>, StateError> {
        Ok(None)
    }
}

/// Hash of the ancestor `number` in every state test.
pub(crate) fn ancestor_hash(number: u64) -> B256 {
    keccak256(number.to_string())
}
