//! Slow but obvious implementations.

use alloy_primitives::{B256, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount, root};
use hanzo_state::StateDiff;
use std::collections::BTreeMap;

/// State root of a state that is given as the diff from nothing, by a full rebuild.
#[must_use]
pub fn full_state_root(state: &StateDiff) -> B256 {
    let mut accounts = BTreeMap::new();
    for (address, change) in &state.accounts {
        let Some(account) = change.after else { continue };
        let storage_root = state.storage.get(address).map_or(EMPTY_ROOT_HASH, |slots| {
            let hashed: BTreeMap<B256, U256> = slots
                .iter()
                .filter(|(_, change)| !change.after.is_zero())
                .map(|(slot, change)| (keccak256(slot.to_be_bytes::<32>()), change.after))
                .collect();
            root::storage_root(hashed)
        });
        let leaf = TrieAccount {
            nonce: account.nonce,
            balance: account.balance,
            storage_root,
            code_hash: account.code_hash,
        };
        accounts.insert(keccak256(address), leaf);
    }
    root::state_root(accounts)
}
