//! Is the world what the fixture says it is.

use crate::{FixtureAccount, FixtureAlloc, Mismatch, Quantity};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use hanzo_state::{Account, StateError, StateRead};
use hanzo_store::{StoreError, StoreView};
use std::collections::BTreeMap;

/// Most differences that are reported of one case; a wrong gas price would list every account.
const MAX_MISMATCHES: usize = 20;

/// Slots of one account that are not zero.
type Slots = BTreeMap<U256, U256>;

/// Every account and slot of a world.
#[derive(Debug, Default)]
pub(crate) struct World {
    accounts: BTreeMap<Address, (Account, Slots)>,
}

impl World {
    /// Reads everything that is on disk.
    pub(crate) fn read(view: &StoreView) -> Result<Self, StoreError> {
        let mut accounts = BTreeMap::new();
        for row in view.accounts() {
            let (address, account) = row?;
            accounts.insert(address, (account, Slots::new()));
        }
        for row in view.slots() {
            let (address, slot, value) = row?;
            // A slot without an account shows as an account that should not be there.
            accounts.entry(address).or_default().1.insert(slot, value);
        }
        Ok(Self { accounts })
    }

    /// The world as a fixture has it.
    pub(crate) fn to_fixture(&self, code: &dyn StateRead) -> Result<FixtureAlloc, StateError> {
        let convert = |(address, (account, slots)): (&Address, &(Account, Slots))| {
            let code =
                if account.has_code() { code.code(account.code_hash)? } else { Bytes::new() };
            let account = FixtureAccount {
                nonce: Quantity(U256::from(account.nonce)),
                balance: Quantity(account.balance),
                code,
                storage: slots
                    .iter()
                    .map(|(slot, value)| (Quantity(*slot), Quantity(*value)))
                    .collect(),
            };
            Ok((*address, account))
        };
        self.accounts.iter().map(convert).collect()
    }

    /// Compares the world with what the fixture says: every account, and no other.
    pub(crate) fn compare(
        &self,
        expected: &FixtureAlloc,
        code: &dyn StateRead,
    ) -> Result<Vec<Mismatch>, StateError> {
        let mut found = Vec::new();
        for (address, account) in expected {
            match self.accounts.get(address) {
                None => found.push(Mismatch::new(format!("account {address}"), "exists", "absent")),
                Some((actual, slots)) => {
                    compare_account(*address, account, *actual, &mut found);
                    compare_slots(*address, account, slots, &mut found);
                    check_code(*address, *actual, code, &mut found)?;
                }
            }
        }
        for (address, (account, _)) in &self.accounts {
            if !expected.contains_key(address) {
                let what = format!("account {address}");
                found.push(Mismatch::new(what, "absent", format!("{account:?}")));
            }
        }
        found.truncate(MAX_MISMATCHES);
        Ok(found)
    }
}

fn compare_account(
    address: Address,
    expected: &FixtureAccount,
    actual: Account,
    found: &mut Vec<Mismatch>,
) {
    let mut differ = |field: &str, expected: String, actual: String| {
        if expected != actual {
            found.push(Mismatch::new(format!("{field} of {address}"), expected, actual));
        }
    };
    differ("nonce", expected.nonce.0.to_string(), actual.nonce.to_string());
    differ("balance", expected.balance.0.to_string(), actual.balance.to_string());
    let code_hash = keccak256(&expected.code);
    differ("code hash", code_hash.to_string(), actual.code_hash.to_string());
}

fn compare_slots(
    address: Address,
    expected: &FixtureAccount,
    actual: &Slots,
    found: &mut Vec<Mismatch>,
) {
    let expected: Slots = expected.slots().map(|(slot, value)| (slot.0, value.0)).collect();
    let slots: std::collections::BTreeSet<_> = expected.keys().chain(actual.keys()).collect();
    for slot in slots {
        let value = |slots: &Slots| slots.get(slot).copied().unwrap_or_default();
        if value(&expected) != value(actual) {
            let what = format!("slot {slot:#x} of {address}");
            let hex = |value: U256| format!("{value:#x}");
            found.push(Mismatch::new(what, hex(value(&expected)), hex(value(actual))));
        }
    }
}

/// The code itself is there, not its hash alone.
fn check_code(
    address: Address,
    account: Account,
    state: &dyn StateRead,
    found: &mut Vec<Mismatch>,
) -> Result<(), StateError> {
    if account.has_code() {
        let stored: B256 = keccak256(state.code(account.code_hash)?);
        if stored != account.code_hash {
            let what = format!("stored code of {address}");
            found.push(Mismatch::new(what, account.code_hash, stored));
        }
    }
    Ok(())
}
