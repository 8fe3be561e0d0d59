//! World state as revm reads it.

use alloy_primitives::{Address, B256, U256};
use hanzo_state::{Account, StateError, StateRead};
use revm::{
    DatabaseRef, bytecode::Bytecode, context::DBErrorMarker, primitives::KECCAK_EMPTY,
    state::AccountInfo,
};
use std::fmt;

/// A state read error that revm can carry.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct DatabaseError(#[from] pub(crate) StateError);

impl DBErrorMarker for DatabaseError {}

/// World state as revm reads it.
#[derive(Clone, Copy)]
pub(crate) struct StateDatabase<'a>(pub(crate) &'a dyn StateRead);

impl fmt::Debug for StateDatabase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateDatabase")
    }
}

impl DatabaseRef for StateDatabase<'_> {
    type Error = DatabaseError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, DatabaseError> {
        Ok(self.0.account(address)?.map(account_info))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, DatabaseError> {
        if code_hash == KECCAK_EMPTY {
            return Ok(Bytecode::default());
        }
        Ok(Bytecode::new_raw(self.0.code(code_hash)?))
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, DatabaseError> {
        Ok(self.0.storage(address, slot)?)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, DatabaseError> {
        Ok(self.0.block_hash(number)?)
    }
}

fn account_info(account: Account) -> AccountInfo {
    AccountInfo {
        balance: account.balance,
        nonce: account.nonce,
        code_hash: account.code_hash,
        code: None,
        account_id: None,
    }
}
