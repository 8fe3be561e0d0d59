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
        header.excess_blob_gas = Some(rules.spec().child_excess_blob_gas(parent, timestamp));
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
    let expected = rules.spec().child_excess_blob_gas(parent, header.timestamp);
    if excess != expected {
        return Err(ConsensusError::ExcessBlobGas { expected, found: excess });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        MIN_GAS_LIMIT,
        ethereum::fixture::{FORKS, Line},
    };
    use alloy_eips::eip1559::INITIAL_BASE_FEE;
    use alloy_hardforks::EthereumHardfork as Fork;

    /// What the rules say about a child of the tip.
    fn judge(line: &Line, header: &Header) -> Result<(), ConsensusError> {
        let era = super::super::merge::era_after(&line.rules, line.tip(), line).unwrap();
        check(&line.rules, header, line.tip(), era)
    }

    /// What they say about the prepared child after `change`.
    fn changed(line: &Line, change: impl FnOnce(&mut Header)) -> Result<(), ConsensusError> {
        let mut header = line.child();
        change(&mut header);
        judge(line, &header)
    }

    #[test]
    fn a_prepared_header_is_valid_at_every_fork() {
        for fork in FORKS {
            let line = Line::at(fork).extend_by(3);
            assert_eq!(judge(&line, &line.child()), Ok(()), "{fork}");
        }
    }

    #[test]
    fn number_parent_and_time_follow_from_the_parent() {
        let line = Line::at(Fork::Osaka).extend_by(2);
        let parent = line.tip();
        let found = B256::repeat_byte(1);
        let refused = Err(ConsensusError::ParentHash { expected: parent.hash(), found });
        assert_eq!(changed(&line, |header| header.parent_hash = found), refused);
        for found in [2, 4, u64::MAX] {
            let refused = Err(ConsensusError::Number { expected: 3, found });
            assert_eq!(changed(&line, |header| header.number = found), refused);
        }
        for found in [parent.timestamp, parent.timestamp - 1, 0] {
            let parent = parent.timestamp;
            let refused = Err(ConsensusError::TimestampNotAfterParent { parent, found });
            assert_eq!(changed(&line, |header| header.timestamp = found), refused);
        }
        assert_eq!(changed(&line, |header| header.timestamp = parent.timestamp + 1), Ok(()));
    }

    #[test]
    fn a_mined_block_has_the_difficulty_of_the_formula_and_a_merged_one_none() {
        for fork in FORKS {
            let line = Line::at(fork).extend_by(1);
            let expected = line.child().difficulty;
            assert_eq!(expected.is_zero(), fork >= Fork::Paris, "{fork}");
            let found = expected + U256::from(1);
            let refused = Err(ConsensusError::Difficulty { expected, found });
            assert_eq!(changed(&line, |header| header.difficulty = found), refused, "{fork}");
        }
    }

    #[test]
    fn the_gas_limit_moves_by_less_than_one_1024th_of_the_parents() {
        let line = Line::at(Fork::Osaka);
        let limit = |gas_limit| changed(&line, |header| header.gas_limit = gas_limit);
        let (min, max) = (30_000_000 - 29_295, 30_000_000 + 29_295);
        assert_eq!((limit(min), limit(max)), (Ok(()), Ok(())));
        for found in [min - 1, max + 1, MIN_GAS_LIMIT - 1, u64::MAX] {
            assert_eq!(limit(found), Err(ConsensusError::GasLimit { found, min, max }));
        }
    }

    #[test]
    fn the_gas_limit_doubles_at_londons_first_block_and_not_at_a_genesis_with_london() {
        let first = Line::with(Fork::Berlin, |config| config["londonBlock"] = 1.into());
        let doubled = changed(&first, |header| header.gas_limit = 60_000_000);
        assert_eq!(doubled, Ok(()));
        assert!(changed(&first, |header| header.gas_limit = 30_000_000).is_err());
        for line in [Line::at(Fork::London), first.extend_by(1)] {
            let limit = line.tip().gas_limit;
            let doubled = changed(&line, |header| header.gas_limit = limit * 2);
            assert!(matches!(doubled, Err(ConsensusError::GasLimit { .. })), "{doubled:?}");
        }
    }

    #[test]
    fn the_base_fee_starts_with_london_at_one_gwei_and_falls_by_an_eighth_when_blocks_are_empty() {
        let first = Line::with(Fork::Berlin, |config| config["londonBlock"] = 1.into());
        assert_eq!(first.child().base_fee_per_gas, Some(INITIAL_BASE_FEE));
        let line = first.extend_by(1);
        let expected = INITIAL_BASE_FEE / 8 * 7;
        assert_eq!(line.child().base_fee_per_gas, Some(expected));
        for found in [None, Some(expected + 1), Some(0)] {
            let refused = Err(ConsensusError::BaseFee { expected, found });
            assert_eq!(changed(&line, |header| header.base_fee_per_gas = found), refused);
        }
    }

    #[test]
    fn there_is_no_base_fee_before_london() {
        let line = Line::at(Fork::Berlin);
        let refused = changed(&line, |header| header.base_fee_per_gas = Some(7));
        let Err(ConsensusError::FixedField { field, found, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((field, found.as_str()), ("baseFeePerGas", "7"));
    }

    #[test]
    fn excess_blob_gas_follows_from_what_the_parent_used_beyond_the_target() {
        let mut parent = Line::at(Fork::Cancun).child();
        parent.base_fee_per_gas = Some(1);
        parent.blob_gas_used = Some(6 * DATA_GAS_PER_BLOB);
        let line = Line::at(Fork::Cancun);
        let parent = SealedHeader::seal_slow(parent);
        let mut header = prepare(&line.rules, &parent, parent.timestamp + 12, Era::Merged);
        // Cancun's target is three blobs a block.
        let expected = 3 * DATA_GAS_PER_BLOB;
        assert_eq!(header.excess_blob_gas, Some(expected));
        assert_eq!(check(&line.rules, &header, &parent, Era::Merged), Ok(()));
        header.excess_blob_gas = Some(0);
        let refused = Err(ConsensusError::ExcessBlobGas { expected, found: 0 });
        assert_eq!(check(&line.rules, &header, &parent, Era::Merged), refused);
    }

    #[test]
    fn the_first_block_of_cancun_has_no_excess_blob_gas() {
        let line = Line::with(Fork::Shanghai, |config| config["cancunTime"] = 12.into());
        assert_eq!(line.tip().excess_blob_gas, None);
        assert_eq!(line.child().excess_blob_gas, Some(0));
        let found = DATA_GAS_PER_BLOB;
        let refused = Err(ConsensusError::ExcessBlobGas { expected: 0, found });
        assert_eq!(changed(&line, |header| header.excess_blob_gas = Some(found)), refused);
    }

    #[test]
    fn blob_gas_is_limited_by_the_blobs_of_the_fork() {
        for (fork, blobs) in [(Fork::Cancun, 6), (Fork::Prague, 9)] {
            let line = Line::at(fork);
            let max = blobs * DATA_GAS_PER_BLOB;
            assert_eq!(changed(&line, |header| header.blob_gas_used = Some(max)), Ok(()), "{fork}");
            let used = max + DATA_GAS_PER_BLOB;
            let refused = Err(ConsensusError::BlobGasAboveLimit { used, max });
            assert_eq!(changed(&line, |header| header.blob_gas_used = Some(used)), refused);
        }
    }
}
