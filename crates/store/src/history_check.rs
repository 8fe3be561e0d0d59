//! Whether the history tables agree with each other.

use crate::database::damaged;
use crate::history::{decode_account, decode_slot};
use crate::touched::Touched;
use crate::value::Reason;
use crate::view::Rows;
use crate::{StoreError, StoreView, Table, key};
use alloy_primitives::{Address, U256, keccak256};
use rocksdb::ReadOptions;
use std::ops::RangeInclusive;

/// What the history tables hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryContents {
    /// Number of the oldest block whose state can be read.
    pub oldest_state: u64,
    /// Accounts as they were before a block.
    pub accounts: u64,
    /// Slots as they were before a block.
    pub slots: u64,
}

impl StoreView {
    /// Checks that every block above the oldest state and up to the state tip has its row in
    /// [`Table::Touched`], that the two history tables have exactly the rows that those name, that
    /// every row decodes, and that nothing is left of blocks that were pruned or unwound.
    ///
    /// Reads each of the three tables once, in order, and holds one row at a time: the keys of
    /// both sides are compared by the sums of their hashes. Only if those differ are the rows
    /// looked up one by one, to name the first that is missing or too many.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the first row that is wrong, missing or too many;
    /// [`StoreError::NotInitialized`], [`StoreError::Engine`].
    pub fn check_history(&self) -> Result<HistoryContents, StoreError> {
        let oldest_state = self.oldest_state()?;
        let kept = oldest_state.saturating_add(1)..=self.state_tip()?.number;
        let named = self.named_keys(&kept)?;
        let accounts = self.history_keys::<AccountRows>(&kept)?;
        let slots = self.history_keys::<SlotRows>(&kept)?;
        if (accounts, slots) != (named.accounts, named.slots) {
            self.compare_row_by_row(&kept)?;
        }
        Ok(HistoryContents { oldest_state, accounts: accounts.count, slots: slots.count })
    }

    /// The keys that the blocks of `kept` changed.
    fn named_keys(&self, kept: &RangeInclusive<u64>) -> Result<Named, StoreError> {
        let mut named = Named::default();
        let mut expected = *kept.start();
        for row in self.history_rows(Table::Touched) {
            let (key, bytes) = row?;
            let damage = |reason: Reason| damaged(Table::Touched, &key, reason);
            let number = key::decode_number(&key)
                .ok_or_else(|| damage("the key is not a number".to_owned()))?;
            check_kept(kept, number).map_err(damage)?;
            if number != expected {
                break;
            }
            named.add(number, &Touched::decode(&bytes).map_err(damage)?);
            expected = expected.saturating_add(1);
        }
        if kept.contains(&expected) {
            return Err(damaged(Table::Touched, &expected.to_be_bytes(), "the row is absent"));
        }
        Ok(named)
    }

    /// The keys of a history table, all of which must be of blocks of `kept`.
    fn history_keys<R: HistoryRows>(
        &self,
        kept: &RangeInclusive<u64>,
    ) -> Result<KeySet, StoreError> {
        let mut keys = KeySet::default();
        for row in self.history_rows(R::TABLE) {
            let (key, bytes) = row?;
            let damage = |reason: Reason| damaged(R::TABLE, &key, reason);
            let (_, number) = R::decode_key(&key).map_err(damage)?;
            check_kept(kept, number).map_err(damage)?;
            R::check_value(&bytes).map_err(damage)?;
            keys.add(&key);
        }
        Ok(keys)
    }

    /// Looks every named row up, then every row's name.
    fn compare_row_by_row(&self, kept: &RangeInclusive<u64>) -> Result<(), StoreError> {
        for number in kept.clone() {
            let touched = self.expect_touched(number)?;
            self.check_named_rows::<AccountRows>(number, &touched)?;
            self.check_named_rows::<SlotRows>(number, &touched)?;
        }
        self.check_rows_are_named::<AccountRows>()?;
        self.check_rows_are_named::<SlotRows>()
    }

    fn check_named_rows<R: HistoryRows>(
        &self,
        number: u64,
        touched: &Touched,
    ) -> Result<(), StoreError> {
        for subject in R::named(touched) {
            let key = R::key(*subject, number);
            if self.get_decoded(R::TABLE, &key, |_| Ok(()))?.is_none() {
                let reason = format!("the row is absent, block {number} changed the value");
                return Err(damaged(R::TABLE, &key, reason));
            }
        }
        Ok(())
    }

    fn check_rows_are_named<R: HistoryRows>(&self) -> Result<(), StoreError> {
        for row in self.history_rows(R::TABLE) {
            let (key, _) = row?;
            let (subject, number) =
                R::decode_key(&key).map_err(|reason| damaged(R::TABLE, &key, reason))?;
            let touched = self.expect_touched(number)?;
            if R::named(&touched).binary_search(&subject).is_err() {
                let reason = format!("there is a row, block {number} did not change the value");
                return Err(damaged(R::TABLE, &key, reason));
            }
        }
        Ok(())
    }

    fn history_rows(&self, table: Table) -> Rows<'_> {
        let mut options = ReadOptions::default();
        // Each block is read once: keeping it would push out what is read again.
        options.fill_cache(false);
        self.scan_cached(table, &[], options)
    }
}

/// Refuses what retention or unwinding should have removed.
fn check_kept(kept: &RangeInclusive<u64>, number: u64) -> Result<(), Reason> {
    if number < *kept.start() {
        let oldest = kept.start().saturating_sub(1);
        return Err(format!("block {number} was pruned, the oldest state is of block {oldest}"));
    }
    if number > *kept.end() {
        return Err(format!("block {number} is above the state tip, block {}", kept.end()));
    }
    Ok(())
}

/// A set of keys, as far as comparing it with another takes.
///
/// The sum does not depend on the order, and two sets that differ by an accident have the same sum
/// with a chance of 2^-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct KeySet {
    count: u64,
    /// Of the Keccak-256 of every key, modulo 2^256.
    sum: U256,
}

impl KeySet {
    fn add(&mut self, key: &[u8]) {
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.wrapping_add(keccak256(key).into());
    }
}

/// Keys of history rows that rows of [`Table::Touched`] name.
#[derive(Debug, Default)]
struct Named {
    accounts: KeySet,
    slots: KeySet,
}

impl Named {
    fn add(&mut self, number: u64, touched: &Touched) {
        for address in AccountRows::named(touched) {
            self.accounts.add(&AccountRows::key(*address, number));
        }
        for slot in SlotRows::named(touched) {
            self.slots.add(&SlotRows::key(*slot, number));
        }
    }
}

/// One of the two history tables.
trait HistoryRows {
    const TABLE: Table;
    /// Whose value a row holds.
    type Subject: Copy + Ord;

    /// What a block changed, in order.
    fn named(touched: &Touched) -> &[Self::Subject];
    fn key(subject: Self::Subject, number: u64) -> Vec<u8>;
    fn decode_key(key: &[u8]) -> Result<(Self::Subject, u64), Reason>;
    fn check_value(value: &[u8]) -> Result<(), Reason>;
}

/// [`Table::AccountHistory`].
struct AccountRows;

/// [`Table::StorageHistory`].
struct SlotRows;

impl HistoryRows for AccountRows {
    const TABLE: Table = Table::AccountHistory;
    type Subject = Address;

    fn named(touched: &Touched) -> &[Address] {
        &touched.accounts
    }

    fn key(address: Address, number: u64) -> Vec<u8> {
        key::account_history(address, number).to_vec()
    }

    fn decode_key(key: &[u8]) -> Result<(Address, u64), Reason> {
        key::decode_account_history(key)
            .ok_or_else(|| "the key is not address and number".to_owned())
    }

    fn check_value(value: &[u8]) -> Result<(), Reason> {
        decode_account(value).map(drop)
    }
}

impl HistoryRows for SlotRows {
    const TABLE: Table = Table::StorageHistory;
    type Subject = (Address, U256);

    fn named(touched: &Touched) -> &[(Address, U256)] {
        &touched.slots
    }

    fn key((address, slot): (Address, U256), number: u64) -> Vec<u8> {
        key::storage_history(address, slot, number).to_vec()
    }

    fn decode_key(key: &[u8]) -> Result<((Address, U256), u64), Reason> {
        let (address, slot, number) = key::decode_storage_history(key)
            .ok_or_else(|| "the key is not address, slot and number".to_owned())?;
        Ok(((address, slot), number))
    }

    fn check_value(value: &[u8]) -> Result<(), Reason> {
        decode_slot(value).map(drop)
    }
}
