//! A header and its parent.

use super::{EthereumRules, dao, difficulty, merge::Era, shape};
use crate::{ConsensusError, check_gas_limit, lineage::check_lineage, next_gas_limit};
use alloy_consensus::constants::{EMPTY_OMMER_ROOT_HASH, EMPTY_WITHDRAWALS};
use alloy_eips::{
    eip1559::DEFAULT_ELASTICITY_MULTIPLIER, eip4844::DATA_GAS_PER_BLOB,
    eip7685::EMPTY_REQUESTS_HASH,
};
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{B256, U256};
use hanzo_types::{Header, SealedHeader};

/// Checks a header, mined or merged as `era` says, against its parent.
pub(super) fn check(
    rules: &EthereumRules,
    header: &Header,
    parent: &SealedHeader,
    era: Era,
) -> Result<(), ConsensusError> {
    check_lineage(header, parent)?;
    check_difficulty(rules, header, parent, era)?;
    shape::check(rules, header)?;
    dao::check(rules, header)?;
    check_gas_limit(header.gas_limit, parent_gas_limit(rules, header.number, parent))?;
    check_base_fee(rules, header, parent)?;
    check_blob_gas(rules, header, parent)
}

/// A child of `parent` with every field that follows from the parent; see
/// [`crate::Consensus::prepare`].
pub(super) fn prepare(
    rules: &EthereumRules,
    parent: &SealedHeader,
    timestamp: u64,
    era: Era,
) -> Header {
    let number = parent.number.saturating_add(1);
    let parent_limit = parent_gas_limit(rules, number, parent);
    let mut header = Header {
        parent_hash: parent.hash(),
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        difficulty: expected_difficulty(rules, parent, number, timestamp, era),
        number,
        timestamp,
        gas_limit: next_gas_limit(parent_limit, rules.spec().target_gas_limit()),
        base_fee_per_gas: rules.spec().child_base_fee(parent),
        ..Default::default()
    };
    header.extra_data = dao::prescribed_extra_data(rules, number).unwrap_or_default();
    if rules.has(EthereumHardfork::Shanghai, &header) {
        header.withdrawals_root = Some(EMPTY_WITHDRAWALS);
    }
    if rules.has(EthereumHardfork::Cancun, &header) {
        header.blob_gas_used = Some(0);
        header.excess_blob_gas = Some(expected_excess_blob_gas(rules, timestamp, parent));
        header.parent_beacon_block_root = Some(B256::ZERO);
    }
    if rules.has(EthereumHardfork::Prague, &header) {
        header.requests_hash = Some(EMPTY_REQUESTS_HASH);
    }
    header
}

/// The limit that the 1/1024 rule starts from: at London's first block elasticity doubles it.
/// Source: EIP-1559.
fn parent_gas_limit(rules: &EthereumRules, number: u64, parent: &Header) -> u64 {
    let london = rules.forks().block_of(EthereumHardfork::London);
    if london == Some(number) && number > 0 {
        return parent.gas_limit.saturating_mul(DEFAULT_ELASTICITY_MULTIPLIER);
    }
    parent.gas_limit
}

fn expected_difficulty(
    rules: &EthereumRules,
    parent: &Header,
    number: u64,
    timestamp: u64,
    era: Era,
) -> U256 {
    match era {
        Era::Merged => U256::ZERO,
        Era::Mined => {
            difficulty::next(difficulty::Formula::of(rules.forks(), number), parent, timestamp)
        }
    }
}

fn check_difficulty(
    rules: &EthereumRules,
    header: &Header,
    parent: &Header,
    era: Era,
) -> Result<(), ConsensusError> {
    let expected = expected_difficulty(rules, parent, header.number, header.timestamp, era);
    if header.difficulty == expected {
        return Ok(());
    }
    Err(ConsensusError::Difficulty { expected, found: header.difficulty })
}

fn check_base_fee(
    rules: &EthereumRules,
    header: &Header,
    parent: &Header,
) -> Result<(), ConsensusError> {
    match (rules.spec().child_base_fee(parent), header.base_fee_per_gas) {
        (expected, found) if expected == found => Ok(()),
        (Some(expected), found) => Err(ConsensusError::BaseFee { expected, found }),
        (None, found) => crate::header_field::absent("baseFeePerGas", found.as_ref()),
    }
}

/// Excess blob gas of a child of `parent` at `timestamp`. A parent from before Cancun counts as
/// one without blobs. Source: EIP-4844, EIP-7918.
fn expected_excess_blob_gas(rules: &EthereumRules, timestamp: u64, parent: &Header) -> u64 {
    let params = rules.spec().blob_params(timestamp);
    params.and_then(|params| parent.next_block_excess_blob_gas(params)).unwrap_or_default()
}

fn check_blob_gas(
    rules: &EthereumRules,
    header: &Header,
    parent: &Header,
) -> Result<(), ConsensusError> {
    let (Some(used), Some(excess)) = (header.blob_gas_used, header.excess_blob_gas) else {
        return Ok(());
    };
    let params = rules.spec().blob_params(header.timestamp);
    let max = params.map_or(0, |params| params.max_blob_count.saturating_mul(DATA_GAS_PER_BLOB));
    if used > max {
        return Err(ConsensusError::BlobGasAboveLimit { used, max });
    }
    let expected = expected_excess_blob_gas(rules, header.timestamp, parent);
    if excess != expected {
        return Err(ConsensusError::ExcessBlobGas { expected, found: excess });
    }
    Ok(())
}
