//! The header of block 0.

use crate::{EthereumForks, Header, Rules};
use alloy_consensus::constants::{EMPTY_OMMER_ROOT_HASH, EMPTY_WITHDRAWALS};
use alloy_eips::{eip1559::INITIAL_BASE_FEE, eip7685::EMPTY_REQUESTS_HASH};
use alloy_genesis::Genesis;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::B256;
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount, root::state_root_ref_unhashed};

/// The header of block 0: the file's fields, the root of its accounts, and the fields that the
/// forks active at block 0 require.
pub(crate) fn genesis_header(genesis: &Genesis, rules: &Rules) -> Header {
    let accounts: Vec<_> = genesis
        .alloc
        .iter()
        .map(|(address, account)| (*address, TrieAccount::from(account.clone())))
        .collect();
    let mut header = Header {
        parent_hash: B256::ZERO,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: genesis.coinbase,
        state_root: state_root_ref_unhashed(accounts.iter().map(|(a, t)| (a, t))),
        transactions_root: EMPTY_ROOT_HASH,
        receipts_root: EMPTY_ROOT_HASH,
        difficulty: genesis.difficulty,
        number: 0,
        gas_limit: genesis.gas_limit,
        timestamp: genesis.timestamp,
        extra_data: genesis.extra_data.clone(),
        mix_hash: genesis.mix_hash,
        nonce: genesis.nonce.into(),
        ..Default::default()
    };
    match rules {
        Rules::Hanzo(_) => add_hanzo_fields(&mut header, genesis),
        Rules::Ethereum(forks) => add_ethereum_fields(&mut header, genesis, forks),
    }
    header
}

/// Every Hanzo header has all fields up to Osaka's (decision D-02).
fn add_hanzo_fields(header: &mut Header, genesis: &Genesis) {
    let base_fee = genesis.base_fee_per_gas.unwrap_or_default();
    header.base_fee_per_gas = u64::try_from(base_fee).ok();
    header.withdrawals_root = Some(EMPTY_WITHDRAWALS);
    header.blob_gas_used = Some(0);
    header.excess_blob_gas = Some(0);
    header.parent_beacon_block_root = Some(B256::ZERO);
    header.requests_hash = Some(EMPTY_REQUESTS_HASH);
}

/// Block 0 has the fields of every fork whose start lies at or before it, whether or not the
/// chain has merged: geth, whose format the file is in, does not ask.
fn add_ethereum_fields(header: &mut Header, genesis: &Genesis, forks: &EthereumForks) {
    let by_time = |fork| forks.is_active_at_time(fork, genesis.timestamp);
    if forks.is_active_at_block(EthereumHardfork::London, 0) {
        let named = genesis.base_fee_per_gas.and_then(|fee| u64::try_from(fee).ok());
        header.base_fee_per_gas = Some(named.unwrap_or(INITIAL_BASE_FEE));
    }
    if by_time(EthereumHardfork::Shanghai) {
        header.withdrawals_root = Some(EMPTY_WITHDRAWALS);
    }
    if by_time(EthereumHardfork::Cancun) {
        header.blob_gas_used = Some(genesis.blob_gas_used.unwrap_or_default());
        header.excess_blob_gas = Some(genesis.excess_blob_gas.unwrap_or_default());
        header.parent_beacon_block_root = Some(B256::ZERO);
    }
    if by_time(EthereumHardfork::Prague) {
        header.requests_hash = Some(EMPTY_REQUESTS_HASH);
    }
}
