//! From revm's bundle to a state difference.

use crate::ExecutionError;
use alloy_primitives::{Address, U256, map::HashMap};
use hanzo_state::{Account, Change, StateDiff, StateRead};
use hanzo_types::SupplyCounters;
use revm::{
    database::{BundleAccount, BundleState},
    state::AccountInfo,
};

/// Everything that `bundle` changed, with the values before and after.
///
/// # Errors
/// [`ExecutionError::State`] if a value before cannot be read.
pub(crate) fn state_diff(
    bundle: &BundleState,
    before: &dyn StateRead,
) -> Result<StateDiff, ExecutionError> {
    let mut diff = StateDiff::default();
    for (address, account) in &bundle.state {
        let change = Change {
            before: account.original_info.as_ref().map(to_account),
            after: account.info.as_ref().map(to_account).filter(|account| !account.is_empty()),
        };
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

/// Changed slots of one account.
///
/// revm takes a recreated account's slots as zero before; their true values are read back, so
/// that the diff can be undone.
fn changed_slots(
    address: Address,
    account: &BundleAccount,
    before: &dyn StateRead,
) -> Result<HashMap<U256, Change<U256>>, ExecutionError> {
    let mut slots = HashMap::default();
    for (slot, value) in &account.storage {
        let original = if account.was_destroyed() && account.original_info.is_some() {
            before.storage(address, *slot)?
        } else {
            value.previous_or_original_value
        };
        if original != value.present_value {
            slots.insert(*slot, Change { before: original, after: value.present_value });
        }
    }
    Ok(slots)
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
        sum_before = sum_before.saturating_add(balance(change.before));
        sum_after = sum_after.saturating_add(balance(change.after));
    }
    let minted = after.minted.saturating_sub(before.minted);
    let burned = after.burned.saturating_sub(before.burned);
    if sum_before.saturating_add(minted) == sum_after.saturating_add(burned) {
        return Ok(());
    }
    Err(ExecutionError::SupplyMismatch { before: sum_before, after: sum_after, minted, burned })
}
