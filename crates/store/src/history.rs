//! The state of past blocks, from what each block changed.
//!
//! A row of the history tables holds a value as it was *before* a block. The value at the end of
//! block n is therefore in the first row after n; if there is none, nothing has changed since and
//! the present value is the answer. One seek per read, and no second copy of anything that did not
//! change. ADR-0012.

use crate::database::{Batch, damaged};
use crate::touched::Touched;
use crate::{StoreError, StoreView, Table, key, value};
use alloy_primitives::{Address, B256, Bytes, U256};
use hanzo_state::{Account, Change, StateDiff, StateError, StateRead};
use rocksdb::ReadOptions;
use std::{collections::BTreeMap, sync::Arc};

/// World state at the end of a canonical block at or below the state tip.
#[derive(Debug, Clone)]
pub struct HistoricalState {
    view: Arc<StoreView>,
    number: u64,
}

impl HistoricalState {
    /// The state at the end of block `number` as `view` remembers it. Whoever makes one has
    /// compared `number` with [`StoreView::oldest_state`].
    #[must_use]
    pub const fn new(view: Arc<StoreView>, number: u64) -> Self {
        Self { view, number }
    }
}

impl StateRead for HistoricalState {
    fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        match self.view.account_before_next(address, self.number).map_err(StateError::storage)? {
            Some(account) => Ok(account),
            None => self.view.account(address),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        let before = self.view.slot_before_next(address, slot, self.number);
        match before.map_err(StateError::storage)? {
            Some(value) => Ok(value),
            None => self.view.storage(address, slot),
        }
    }

    fn storage_slots_within(
        &self,
        address: Address,
        at_most: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StateError> {
        self.view.slots_at(address, self.number, at_most).map_err(StateError::storage)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        self.view.code(code_hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        if number > self.number { Ok(B256::ZERO) } else { self.view.block_hash(number) }
    }
}

impl StoreView {
    /// Number of the oldest block whose state can be read.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn oldest_state(&self) -> Result<u64, StoreError> {
        let oldest = self.get_decoded(Table::Meta, key::OLDEST_STATE, value::decode_u64)?;
        Ok(oldest.unwrap_or_default())
    }

    /// What the canonical block `number` changed in the state; `None` if its history is gone or it
    /// is not committed. New code is not listed: it stays in the store for good.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn block_changes(&self, number: u64) -> Result<Option<StateDiff>, StoreError> {
        let Some(touched) = self.touched(number)? else { return Ok(None) };
        let mut diff = StateDiff::default();
        for address in touched.accounts {
            let before = self.account_before(address, number)?;
            let after = match self.account_before_next(address, number)? {
                Some(account) => account,
                None => self.stored_account(address)?,
            };
            diff.accounts.insert(address, Change { before, after });
        }
        for (address, slot) in touched.slots {
            let before = self.slot_before(address, slot, number)?;
            let after = match self.slot_before_next(address, slot, number)? {
                Some(value) => value,
                None => self.stored_slot(address, slot)?,
            };
            diff.storage.entry(address).or_default().insert(slot, Change { before, after });
        }
        Ok(Some(diff))
    }

    /// The change from the state on disk back to the state at the end of block `number`.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the history does not reach back so far, [`StoreError::Engine`].
    pub fn changes_back_to(&self, number: u64) -> Result<StateDiff, StoreError> {
        let tip = self.state_tip()?.number;
        let mut diff = StateDiff::default();
        // Downwards, so that the oldest value before is the one that stays.
        for number in (number.saturating_add(1)..=tip).rev() {
            let touched = self.expect_touched(number)?;
            for address in touched.accounts {
                let after = self.account_before(address, number)?;
                let present = self.stored_account(address)?;
                let unchanged = Change { before: present, after: present };
                diff.accounts.entry(address).or_insert(unchanged).after = after;
            }
            for (address, slot) in touched.slots {
                let after = self.slot_before(address, slot, number)?;
                let present = self.stored_slot(address, slot)?;
                let unchanged = Change { before: present, after: present };
                let slots = diff.storage.entry(address).or_default();
                slots.entry(slot).or_insert(unchanged).after = after;
            }
        }
        Ok(diff)
    }

    /// Keys that a committed block changed, whose history must be there.
    pub(crate) fn expect_touched(&self, number: u64) -> Result<Touched, StoreError> {
        self.touched(number)?
            .ok_or_else(|| damaged(Table::Touched, &number.to_be_bytes(), "the row is absent"))
    }

    fn touched(&self, number: u64) -> Result<Option<Touched>, StoreError> {
        self.get_decoded(Table::Touched, &number.to_be_bytes(), Touched::decode)
    }

    /// The account before block `number`, which changed it.
    fn account_before(&self, address: Address, number: u64) -> Result<Option<Account>, StoreError> {
        let key = key::account_history(address, number);
        let value = self.expect(Table::AccountHistory, &key)?;
        decode_account(&value).map_err(|reason| damaged(Table::AccountHistory, &key, reason))
    }

    /// The slot before block `number`, which changed it.
    fn slot_before(&self, address: Address, slot: U256, number: u64) -> Result<U256, StoreError> {
        let key = key::storage_history(address, slot, number);
        let value = self.expect(Table::StorageHistory, &key)?;
        decode_slot(&value).map_err(|reason| damaged(Table::StorageHistory, &key, reason))
    }

    /// The account before the first change after block `number`; `None` if there is no such change.
    fn account_before_next(
        &self,
        address: Address,
        number: u64,
    ) -> Result<Option<Option<Account>>, StoreError> {
        let next = number.saturating_add(1);
        let from = key::account_history(address, next);
        let until = key::account_history(address, u64::MAX);
        self.first_row(Table::AccountHistory, &from, &until, decode_account)
    }

    /// The slot before the first change after block `number`; `None` if there is no such change.
    fn slot_before_next(
        &self,
        address: Address,
        slot: U256,
        number: u64,
    ) -> Result<Option<U256>, StoreError> {
        let next = number.saturating_add(1);
        let from = key::storage_history(address, slot, next);
        let until = key::storage_history(address, slot, u64::MAX);
        self.first_row(Table::StorageHistory, &from, &until, decode_slot)
    }

    /// Every slot of an account that was not zero at the end of block `number`; `None` if that takes
    /// more than `at_most` rows of the present storage and of the history, those of later and those
    /// of earlier blocks, which stand between them.
    fn slots_at(
        &self,
        address: Address,
        number: u64,
        at_most: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StoreError> {
        let present = self.storage_of(address).take(at_most.saturating_add(1));
        let mut slots: BTreeMap<U256, U256> = present.collect::<Result<_, _>>()?;
        let Some(mut rows_left) = at_most.checked_sub(slots.len()) else { return Ok(None) };
        let mut options = ReadOptions::default();
        options.set_iterate_range(rocksdb::PrefixRange(address.as_slice()));
        let mut found = None;
        for row in self.scan_cached(Table::StorageHistory, address.as_slice(), options) {
            let (key, bytes) = row?;
            let Some(left) = rows_left.checked_sub(1) else { return Ok(None) };
            rows_left = left;
            let (_, slot, changed) = key::decode_storage_history(&key).ok_or_else(|| {
                damaged(Table::StorageHistory, &key, "the key is not address, slot and number")
            })?;
            // Rows of one slot come in the order of their numbers: the first after `number` counts.
            if changed > number && found != Some(slot) {
                found = Some(slot);
                let before = decode_slot(&bytes)
                    .map_err(|reason| damaged(Table::StorageHistory, &key, reason))?;
                slots.insert(slot, before);
            }
        }
        slots.retain(|_, value| !value.is_zero());
        Ok(Some(slots.into_iter().collect()))
    }

    /// The first row of a table from `from` to before `until`. No block has the number 2^64 − 1.
    fn first_row<T>(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        decode: impl FnOnce(&[u8]) -> Result<T, value::Reason>,
    ) -> Result<Option<T>, StoreError> {
        let mut options = ReadOptions::default();
        options.set_iterate_upper_bound(until);
        let mut rows = self.scan_cached(table, from, options);
        let Some(row) = rows.next() else { return Ok(None) };
        let (key, bytes) = row?;
        decode(&bytes).map(Some).map_err(|reason| damaged(table, &key, reason))
    }
}

/// Remembers what blocks found before they made their changes: `changes` are those of each block,
/// with its number. Rows go in by key, which a sorted table takes much faster than any other order.
pub(crate) fn put_history<'a>(
    batch: &mut Batch<'_>,
    changes: impl Iterator<Item = (u64, &'a StateDiff)>,
) -> Result<(), StoreError> {
    let (mut accounts, mut slots) = (Vec::new(), Vec::new());
    for (number, state) in changes {
        let touched = Touched::of(state);
        batch.put(Table::Touched, number.to_be_bytes(), touched.encode())?;
        for address in touched.accounts {
            let before = state.accounts.get(&address).and_then(|change| change.before);
            accounts.push((address, number, before));
        }
        for (address, slot) in touched.slots {
            let change = state.storage.get(&address).and_then(|slots| slots.get(&slot));
            let before = change.map(|change| change.before).unwrap_or_default();
            slots.push((address, slot, number, before));
        }
    }
    accounts.sort_unstable_by_key(|(address, number, _)| (*address, *number));
    slots.sort_unstable_by_key(|(address, slot, number, _)| (*address, *slot, *number));
    for (address, number, before) in accounts {
        let value = before.as_ref().map(value::encode_account).unwrap_or_default();
        batch.put(Table::AccountHistory, key::account_history(address, number), value)?;
    }
    for (address, slot, number, before) in slots {
        let value = value::encode_slot(before);
        batch.put(Table::StorageHistory, key::storage_history(address, slot, number), value)?;
    }
    Ok(())
}

/// Forgets what block `number` changed.
pub(crate) fn delete_history(
    batch: &mut Batch<'_>,
    number: u64,
    touched: &Touched,
) -> Result<(), StoreError> {
    for address in &touched.accounts {
        batch.delete(Table::AccountHistory, key::account_history(*address, number))?;
    }
    for (address, slot) in &touched.slots {
        batch.delete(Table::StorageHistory, key::storage_history(*address, *slot, number))?;
    }
    batch.delete(Table::Touched, number.to_be_bytes())
}

/// The account that a row of the history holds.
pub(crate) fn decode_account(value: &[u8]) -> Result<Option<Account>, value::Reason> {
    if value.is_empty() { Ok(None) } else { value::decode_account(value).map(Some) }
}

/// The value of a slot that a row of the history holds.
pub(crate) fn decode_slot(value: &[u8]) -> Result<U256, value::Reason> {
    if value.is_empty() { Ok(U256::ZERO) } else { value::decode_slot(value) }
}
