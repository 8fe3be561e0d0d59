//! From revm's bundle to a state difference.

use crate::ExecutionError;
use alloy_primitives::{Address, U256, map::HashMap};
use hanzo_state::{Account, Change, StateDiff, StateError, StateRead};
use hanzo_types::SupplyCounters;
use revm::{
    database::{BundleAccount, BundleState},
    state::AccountInfo,
};

/// Changed slots of one account.
pub(crate) type SlotChanges = HashMap<U256, Change<U256>>;

/// Everything that `bundle` changed, with the values before and after.
///
/// # Errors
/// [`StateError`] if a value before cannot be read.
pub(crate) fn state_diff(
    bundle: &BundleState,
    before: &dyn StateRead,
) -> Result<StateDiff, StateError> {
    let mut diff = StateDiff::default();
    for (address, account) in &bundle.state {
        let change = account_change(account);
        if change.before != change.after {
            diff.accounts.insert(*address, change);
        }
        let slots = changed_slots(*address, account, before)?;
        if !slots.is_empty() {
            diff.storage.insert(*address, slots);
        }
    }
    for (hash, code) in &bundle.contracts {
        diff.code.insert(*hash, code.original_bytes());
    }
    Ok(diff)
}

/// The account before and after.
///
/// revm has already applied EIP-161: an empty account that stays in the bundle is one that the
/// rules before Spurious Dragon keep.
pub(crate) fn account_change(account: &BundleAccount) -> Change<Option<Account>> {
    Change {
        before: account.original_info.as_ref().map(to_account),
        after: account.info.as_ref().map(to_account),
    }
}

/// Changed slots of one account.
///
/// SELFDESTRUCT takes the whole storage with it, slots that this block never touched included; the
/// diff says so slot by slot, so that nothing after it has a special case.
pub(crate) fn changed_slots(
    address: Address,
    account: &BundleAccount,
    before: &dyn StateRead,
) -> Result<SlotChanges, StateError> {
    let wiped = account.was_destroyed() && account.original_info.is_some();
    let mut slots = if wiped { wipe(address, before)? } else { SlotChanges::default() };
    for (slot, value) in &account.storage {
        let original = if wiped {
            slots.get(slot).map_or(U256::ZERO, |change| change.before)
        } else {
            value.previous_or_original_value
        };
        if original == value.present_value {
            slots.remove(slot);
        } else {
            slots.insert(*slot, Change { before: original, after: value.present_value });
        }
    }
    Ok(slots)
}

/// Every slot of the account becomes zero.
fn wipe(address: Address, before: &dyn StateRead) -> Result<SlotChanges, StateError> {
    let slots = before.storage_slots(address)?.into_iter();
    Ok(slots.map(|(slot, value)| (slot, Change { before: value, after: U256::ZERO })).collect())
}

fn to_account(info: &AccountInfo) -> Account {
    Account { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash }
}

/// Checks that balances changed by exactly what the block minted and burned. Source: D-07.
///
/// # Errors
/// [`ExecutionError::SupplyMismatch`] with both sides.
pub(crate) fn check_supply(
    diff: &StateDiff,
    before: SupplyCounters,
    after: SupplyCounters,
) -> Result<(), ExecutionError> {
    let balance = |account: Option<Account>| account.map_or(U256::ZERO, |a| a.balance);
    let (mut sum_before, mut sum_after) = (U256::ZERO, U256::ZERO);
    for change in diff.accounts.values() {
        // Modulo 2^256: a simulation may assume balances whose sum has more bits.
        sum_before = sum_before.wrapping_add(balance(change.before));
        sum_after = sum_after.wrapping_add(balance(change.after));
    }
    let minted = after.minted.wrapping_sub(before.minted);
    let burned = after.burned.wrapping_sub(before.burned);
    if sum_before.wrapping_add(minted) == sum_after.wrapping_add(burned) {
        return Ok(());
    }
    Err(ExecutionError::SupplyMismatch { before: sum_before, after: sum_after, minted, burned })
}
