//! Accounts that have storage and nothing that could have written it.

use alloy_genesis::{Genesis, GenesisAccount};
use alloy_primitives::{Address, U256};
use std::collections::BTreeMap;

/// Accounts with storage but neither nonce nor code, each with a slot that is not zero. Only a
/// genesis file makes them. No contract can be created there while the slot is set; as nothing
/// runs there, all slots are set or, once the account was removed as empty, none. Source: EIP-7610.
pub type StorageOnlyAccounts = BTreeMap<Address, U256>;

/// The accounts of this kind in a genesis file.
pub(crate) fn storage_only_accounts(genesis: &Genesis) -> StorageOnlyAccounts {
    let entry = |(address, account): (&Address, &GenesisAccount)| {
        let has_code = account.code.as_ref().is_some_and(|code| !code.is_empty());
        if has_code || account.nonce.unwrap_or_default() != 0 {
            return None;
        }
        let mut slots = account.storage.iter().flatten();
        let (slot, _) = slots.find(|(_, value)| !value.is_zero())?;
        Some((*address, U256::from_be_bytes(slot.0)))
    };
    genesis.alloc.iter().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{B256, Bytes};

    #[test]
    fn only_accounts_without_nonce_and_code_count() {
        let slot = |value| BTreeMap::from([(B256::with_last_byte(7), B256::with_last_byte(value))]);
        let account = |storage| GenesisAccount { storage: Some(storage), ..Default::default() };
        let code = Some(Bytes::from_static(&[0]));
        let accounts = [
            account(slot(1)),
            account(slot(0)),
            GenesisAccount { nonce: Some(1), ..account(slot(1)) },
            GenesisAccount { code, ..account(slot(1)) },
            GenesisAccount::default(),
        ];
        let addresses = (1..).map(Address::with_last_byte);
        let genesis = Genesis { alloc: addresses.zip(accounts).collect(), ..Default::default() };
        let expected = BTreeMap::from([(Address::with_last_byte(1), U256::from(7))]);
        assert_eq!(storage_only_accounts(&genesis), expected);
    }
}
