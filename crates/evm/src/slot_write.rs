//! Storage that consensus writes.

use crate::block_evm::{BlockDatabase, read_error};
use alloy_primitives::{Address, U256, map::HashMap};
use hanzo_state::StateError;
use revm::{
    Database as _, DatabaseCommit as _,
    state::{Account, AccountStatus, EvmStorageSlot, TransactionId},
};

/// A storage slot before and after it is written at the end of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SlotWrite {
    pub(crate) key: U256,
    pub(crate) before: U256,
    pub(crate) after: U256,
}

/// Writes into the storage of `address` without EVM, gas or logs (decision D-30). Slots that keep
/// their value are left alone, and an account none of whose slots change is not touched.
///
/// # Errors
/// If the account cannot be read.
pub(crate) fn write_slots(
    database: &mut BlockDatabase<'_>,
    address: Address,
    writes: impl IntoIterator<Item = SlotWrite>,
) -> Result<(), StateError> {
    let mut changed = writes.into_iter().filter(|write| write.before != write.after).peekable();
    if changed.peek().is_none() {
        return Ok(());
    }
    let info = database.basic(address).map_err(read_error)?.unwrap_or_default();
    let mut account = Account::from(info);
    account.status = AccountStatus::Touched;
    for SlotWrite { key, before, after } in changed {
        let slot = EvmStorageSlot::new_changed(before, after, TransactionId::ZERO);
        account.storage.insert(key, slot);
    }
    database.commit(HashMap::from_iter([(address, account)]));
    Ok(())
}
