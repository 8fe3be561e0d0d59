//! The state of block 0.

use alloy_genesis::GenesisAccount;
use alloy_primitives::{U256, keccak256};
use hanzo_state::{Account, Change, StateDiff};
use hanzo_types::ChainSpec;

/// The change from nothing to the accounts of the genesis file.
#[must_use]
pub fn genesis_diff(spec: &ChainSpec) -> StateDiff {
    let mut diff = StateDiff::default();
    for (address, genesis) in &spec.genesis().alloc {
        // Empty accounts too: they are in the trie that the genesis header commits to.
        let account = to_account(genesis);
        diff.accounts.insert(*address, Change { before: None, after: Some(account) });
        if let Some(code) = genesis.code.as_ref().filter(|code| !code.is_empty()) {
            diff.code.insert(account.code_hash, code.clone());
        }
        let slots: alloy_primitives::map::HashMap<U256, Change<U256>> = genesis
            .storage
            .iter()
            .flatten()
            .map(|(slot, value)| (U256::from_be_bytes(slot.0), U256::from_be_bytes(value.0)))
            .filter(|(_, value)| !value.is_zero())
            .map(|(slot, value)| (slot, Change { before: U256::ZERO, after: value }))
            .collect();
        if !slots.is_empty() {
            diff.storage.insert(*address, slots);
        }
    }
    diff
}

fn to_account(genesis: &GenesisAccount) -> Account {
    let empty = Account::default();
    Account {
        nonce: genesis.nonce.unwrap_or_default(),
        balance: genesis.balance,
        code_hash: genesis
            .code
            .as_ref()
            .filter(|code| !code.is_empty())
            .map_or(empty.code_hash, keccak256),
    }
}
