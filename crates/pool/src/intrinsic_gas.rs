//! Gas that a transaction uses before its first instruction.

use alloy_consensus::Transaction as _;
use alloy_eips::eip7623::{TOTAL_COST_FLOOR_PER_TOKEN, tokens_in_calldata};
use hanzo_types::{MIN_TRANSACTION_GAS, Transaction};

/// Gas of a contract creation on top. Source: EIP-2.
const CREATE_GAS: u64 = 32_000;

/// Gas of a token of call data: a zero byte is one, any other byte four. Source: EIP-2028.
const TOKEN_GAS: u64 = 4;

/// Gas of a word of init code. Source: EIP-3860.
const INIT_CODE_WORD_GAS: u64 = 2;

/// Bytes of a word.
const WORD_BYTES: usize = 32;

/// Gas of an address in the access list. Source: EIP-2930.
const ACCESS_LIST_ADDRESS_GAS: u64 = 2_400;

/// Gas of a storage key in the access list. Source: EIP-2930.
const ACCESS_LIST_KEY_GAS: u64 = 1_900;

/// Gas of an authorization. Source: EIP-7702, `PER_EMPTY_ACCOUNT_COST`.
const AUTHORIZATION_GAS: u64 = 25_000;

/// Gas that `transaction` uses before its first instruction. Sources: Yellow Paper §6.2,
/// EIP-2028, EIP-2930, EIP-3860, EIP-7702.
#[must_use]
pub fn intrinsic_gas(transaction: &Transaction) -> u64 {
    let input = transaction.input();
    let mut gas =
        MIN_TRANSACTION_GAS.saturating_add(tokens_in_calldata(input).saturating_mul(TOKEN_GAS));
    if transaction.is_create() {
        let words = count(input.len().div_ceil(WORD_BYTES));
        gas =
            gas.saturating_add(CREATE_GAS).saturating_add(words.saturating_mul(INIT_CODE_WORD_GAS));
    }
    if let Some(list) = transaction.access_list() {
        let keys =
            list.iter().fold(0_usize, |sum, item| sum.saturating_add(item.storage_keys.len()));
        gas = gas
            .saturating_add(count(list.len()).saturating_mul(ACCESS_LIST_ADDRESS_GAS))
            .saturating_add(count(keys).saturating_mul(ACCESS_LIST_KEY_GAS));
    }
    let authorizations = transaction.authorization_list().map_or(0, <[_]>::len);
    gas.saturating_add(count(authorizations).saturating_mul(AUTHORIZATION_GAS))
}

/// Gas that `transaction` pays for its data at least. Source: EIP-7623.
#[must_use]
pub fn floor_data_gas(transaction: &Transaction) -> u64 {
    let tokens = tokens_in_calldata(transaction.input());
    MIN_TRANSACTION_GAS.saturating_add(tokens.saturating_mul(TOTAL_COST_FLOOR_PER_TOKEN))
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}
