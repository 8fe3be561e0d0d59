//! What a block changed.

use crate::Account;
use alloy_primitives::{
    Address, B256, Bytes, U256,
    map::{AddressMap, B256Map, HashMap},
};

/// One value before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<T> {
    /// The value before the block.
    pub before: T,
    /// The value after the block.
    pub after: T,
}

/// Everything a block changed in the world state, with the values before and after.
///
/// Carrying both sides makes a diff reversible, and lets the supply rule sum balance changes
/// without a second read. A wiped storage (pre-Cancun SELFDESTRUCT) is expanded into explicit
/// slots when the diff is built, so that no later stage has a special case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateDiff {
    /// Changed accounts; `None` means that the account does not exist.
    pub accounts: AddressMap<Change<Option<Account>>>,
    /// Changed storage slots.
    pub storage: AddressMap<HashMap<U256, Change<U256>>>,
    /// Code that appeared in this block, by hash.
    pub code: B256Map<Bytes>,
}

impl StateDiff {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.storage.is_empty() && self.code.is_empty()
    }

    /// The diff that undoes this one. New code stays: it is addressed by hash and harmless.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            accounts: self.accounts.iter().map(|(a, c)| (*a, c.reversed())).collect(),
            storage: self
                .storage
                .iter()
                .map(|(a, slots)| (*a, slots.iter().map(|(k, c)| (*k, c.reversed())).collect()))
                .collect(),
            code: B256Map::default(),
        }
    }

    /// Appends a later diff: values before are kept from `self`, values after come from `later`.
    pub fn extend(&mut self, later: &Self) {
        for (address, change) in &later.accounts {
            self.accounts
                .entry(*address)
                .and_modify(|merged| merged.after = change.after)
                .or_insert(*change);
        }
        for (address, slots) in &later.storage {
            let merged_slots = self.storage.entry(*address).or_default();
            for (slot, change) in slots {
                merged_slots
                    .entry(*slot)
                    .and_modify(|merged| merged.after = change.after)
                    .or_insert(*change);
            }
        }
        self.code.extend(later.code.iter().map(|(hash, code)| (*hash, code.clone())));
    }

    /// Changed accounts in address order, for everything that is encoded or reported.
    #[must_use]
    pub fn accounts_sorted(&self) -> Vec<(Address, Change<Option<Account>>)> {
        let mut sorted: Vec<_> = self.accounts.iter().map(|(a, c)| (*a, *c)).collect();
        sorted.sort_unstable_by_key(|(address, _)| *address);
        sorted
    }

    /// Changed slots in (address, slot) order, for everything that is encoded or reported.
    #[must_use]
    pub fn storage_sorted(&self) -> Vec<(Address, U256, Change<U256>)> {
        let mut sorted: Vec<_> = self
            .storage
            .iter()
            .flat_map(|(address, slots)| slots.iter().map(|(k, c)| (*address, *k, *c)))
            .collect();
        sorted.sort_unstable_by_key(|(address, slot, _)| (*address, *slot));
        sorted
    }

    /// New code in hash order.
    #[must_use]
    pub fn code_sorted(&self) -> Vec<(B256, &Bytes)> {
        let mut sorted: Vec<_> = self.code.iter().map(|(hash, code)| (*hash, code)).collect();
        sorted.sort_unstable_by_key(|(hash, _)| *hash);
        sorted
    }
}

impl<T: Copy> Change<T> {
    /// The change that undoes this one.
    #[must_use]
    pub const fn reversed(&self) -> Self {
        Self { before: self.after, after: self.before }
    }
}
