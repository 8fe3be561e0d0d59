//! The header of a simulated block before its execution.

use alloy_consensus::constants::{EMPTY_OMMER_ROOT_HASH, EMPTY_WITHDRAWALS};
use alloy_eips::eip7685::EMPTY_REQUESTS_HASH;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{B256, U256};
use alloy_rpc_types_eth::BlockOverrides;
use hanzo_types::{ChainSpec, Header, Rules, SealedHeader};

/// Whether calls have to be ones that a block would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validation {
    /// Nonces are not compared, and a call that names no price pays nothing.
    Off,
    /// Nonces and prices have to be right.
    On,
}

/// Whether transfers of the native coin are shown as logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfers {
    /// They are not.
    Hidden,
    /// They are, among the logs of their call, and not in its receipt.
    Logged,
}

/// A child of `parent` with this `(number, timestamp)`, with every field that execution does not
/// decide and no seal.
///
/// As in geth, who is paid and the gas limit are those of the parent, and without validation the
/// base fee is zero, unless `overrides` say otherwise. A block after the merge has no difficulty,
/// whatever they say. PREVRANDAO follows from the parent on a Hanzo chain and is zero on others,
/// unless it is given.
#[must_use]
pub fn simulated_header(
    spec: &ChainSpec,
    parent: &SealedHeader,
    (number, timestamp): (u64, u64),
    overrides: &BlockOverrides,
    validation: Validation,
) -> Header {
    let mut header = Header {
        parent_hash: parent.hash(),
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: overrides.coinbase.unwrap_or(parent.beneficiary),
        difficulty: overrides.difficulty.unwrap_or(parent.difficulty),
        number,
        gas_limit: overrides.gas_limit.unwrap_or(parent.gas_limit),
        timestamp,
        ..Header::default()
    };
    header.base_fee_per_gas = spec.child_base_fee(parent).map(|next| {
        let default = match validation {
            Validation::Off => 0,
            Validation::On => next,
        };
        overrides.base_fee.map_or(default, |given| given.saturating_to())
    });
    let default_beacon_root = match spec.rules() {
        Rules::Hanzo(_) => parent.hash(),
        Rules::Ethereum(forks) => {
            header.mix_hash = overrides.random.unwrap_or_default();
            let merges = forks.terminal_total_difficulty().is_some();
            let is_timed = forks.is_active_at_time(EthereumHardfork::Shanghai, timestamp);
            if merges && (parent.difficulty.is_zero() || is_timed) {
                header.difficulty = U256::ZERO;
            }
            B256::ZERO
        }
    };
    let fork = spec.fork_at(&header);
    if fork >= EthereumHardfork::Shanghai {
        header.withdrawals_root = Some(EMPTY_WITHDRAWALS);
    }
    if fork >= EthereumHardfork::Cancun {
        header.blob_gas_used = Some(0);
        header.excess_blob_gas = Some(spec.child_excess_blob_gas(parent, timestamp));
        header.parent_beacon_block_root =
            Some(overrides.beacon_root.unwrap_or(default_beacon_root));
    }
    if fork >= EthereumHardfork::Prague {
        header.requests_hash = Some(EMPTY_REQUESTS_HASH);
    }
    header
}
