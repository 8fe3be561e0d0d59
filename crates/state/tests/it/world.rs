//! A world state in memory, changed by random operations: the slow twin.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_trie::{TrieAccount, root::state_root_unhashed, root::storage_root_unhashed};
use hanzo_state::{Account, Change, StateDiff};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Few addresses and slots, so that rounds meet each other's keys.
const ADDRESSES: u8 = 24;
const SLOTS: u64 = 20;

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct World {
    pub(crate) accounts: BTreeMap<Address, Account>,
    pub(crate) storage: BTreeMap<Address, BTreeMap<U256, U256>>,
}

/// One random operation.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    /// Creates or changes an account.
    Touch { address: Address, nonce: u64, balance: U256 },
    /// Writes a slot of an existing account; zero clears it.
    Store { address: Address, slot: U256, value: U256 },
    /// Clears all storage but keeps the account.
    Wipe(Address),
    /// Removes an account with its storage.
    Destroy(Address),
    /// Writes an account as it is, which is no change.
    Rewrite(Address),
}

pub(crate) fn address(index: u8) -> Address {
    Address::repeat_byte(index)
}

pub(crate) fn rounds() -> impl Strategy<Value = Vec<Vec<Operation>>> {
    prop::collection::vec(prop::collection::vec(operation(), 1..24), 1..6)
}

fn operation() -> impl Strategy<Value = Operation> {
    let target = (0..ADDRESSES).prop_map(address);
    let slot = (0..SLOTS).prop_map(U256::from);
    let value = prop_oneof![Just(U256::ZERO), (1_u64..300).prop_map(U256::from), Just(U256::MAX)];
    prop_oneof![
        4 => (target.clone(), any::<u64>(), any::<u64>()).prop_map(|(address, nonce, balance)| {
            Operation::Touch { address, nonce, balance: U256::from(balance) }
        }),
        8 => (target.clone(), slot, value)
            .prop_map(|(address, slot, value)| Operation::Store { address, slot, value }),
        1 => target.clone().prop_map(Operation::Wipe),
        2 => target.clone().prop_map(Operation::Destroy),
        1 => target.prop_map(Operation::Rewrite),
    ]
}

impl World {
    /// Applies operations and describes what they did.
    pub(crate) fn apply(&mut self, operations: &[Operation]) -> StateDiff {
        let mut diff = StateDiff::default();
        for operation in operations {
            match operation {
                Operation::Touch { address, nonce, balance } => {
                    let account =
                        Account { nonce: *nonce, balance: *balance, ..Account::default() };
                    self.set_account(*address, Some(account), &mut diff);
                }
                Operation::Store { address, slot, value } => {
                    if self.accounts.contains_key(address) {
                        self.set_slot(*address, *slot, *value, &mut diff);
                    }
                }
                Operation::Wipe(address) => self.wipe(*address, &mut diff),
                Operation::Destroy(address) => {
                    self.wipe(*address, &mut diff);
                    self.set_account(*address, None, &mut diff);
                }
                Operation::Rewrite(address) => {
                    let account = self.accounts.get(address).copied();
                    self.set_account(*address, account, &mut diff);
                }
            }
        }
        diff
    }

    fn set_account(&mut self, address: Address, after: Option<Account>, diff: &mut StateDiff) {
        let before = match after {
            Some(account) => self.accounts.insert(address, account),
            None => self.accounts.remove(&address),
        };
        diff.accounts
            .entry(address)
            .and_modify(|change| change.after = after)
            .or_insert(Change { before, after });
    }

    fn set_slot(&mut self, address: Address, slot: U256, after: U256, diff: &mut StateDiff) {
        let slots = self.storage.entry(address).or_default();
        let before = slots.insert(slot, after).unwrap_or_default();
        if after.is_zero() {
            slots.remove(&slot);
        }
        if slots.is_empty() {
            self.storage.remove(&address);
        }
        diff.storage
            .entry(address)
            .or_default()
            .entry(slot)
            .and_modify(|change| change.after = after)
            .or_insert(Change { before, after });
    }

    fn wipe(&mut self, address: Address, diff: &mut StateDiff) {
        let slots: Vec<_> = self
            .storage
            .get(&address)
            .into_iter()
            .flat_map(|slots| slots.keys().copied())
            .collect();
        for slot in slots {
            self.set_slot(address, slot, U256::ZERO, diff);
        }
    }

    /// The diff that makes this world out of nothing.
    pub(crate) fn as_diff(&self) -> StateDiff {
        StateDiff {
            accounts: self
                .accounts
                .iter()
                .map(|(address, account)| {
                    (*address, Change { before: None, after: Some(*account) })
                })
                .collect(),
            storage: self
                .storage
                .iter()
                .map(|(address, slots)| {
                    let slots = slots
                        .iter()
                        .map(|(slot, after)| (*slot, Change { before: U256::ZERO, after: *after }));
                    (*address, slots.collect())
                })
                .collect(),
            ..StateDiff::default()
        }
    }

    /// The account as its trie leaf holds it.
    pub(crate) fn leaf(&self, address: Address) -> Option<TrieAccount> {
        let account = self.accounts.get(&address)?;
        let slots = self.storage.get(&address).into_iter().flatten();
        let storage_root =
            storage_root_unhashed(slots.map(|(slot, value)| (B256::from(*slot), *value)));
        Some(TrieAccount::new(account.nonce, account.balance, storage_root, account.code_hash))
    }

    /// State root by a full rebuild with alloy-trie.
    pub(crate) fn rebuilt_root(&self) -> B256 {
        state_root_unhashed(
            self.accounts.keys().map(|address| (*address, self.leaf(*address).unwrap())),
        )
    }

    /// Hashed addresses of accounts that have storage.
    pub(crate) fn storage_owners(&self) -> Vec<B256> {
        let mut owners: Vec<_> = self.storage.keys().map(keccak256).collect();
        owners.sort_unstable();
        owners
    }
}
