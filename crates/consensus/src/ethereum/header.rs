//! What a header alone shows.

use super::EthereumRules;
use crate::ConsensusError;
use alloy_primitives::U256;
use hanzo_types::Header;
use hanzo_types::MAX_EXTRA_DATA_BYTES;

/// Checks what needs no parent.
pub(super) fn check(rules: &EthereumRules, header: &Header) -> Result<(), ConsensusError> {
    // Elsewhere only the ancestors tell. Here a difficulty would make the block one of an older
    // fork, and the first thing it has beyond that fork would be blamed instead.
    let is_merged_from_genesis = rules.forks().terminal_total_difficulty() == Some(U256::ZERO);
    if is_merged_from_genesis && !header.difficulty.is_zero() {
        return Err(ConsensusError::Difficulty { expected: U256::ZERO, found: header.difficulty });
    }
    let length = header.extra_data.len();
    if length > MAX_EXTRA_DATA_BYTES {
        return Err(ConsensusError::ExtraDataTooLong { found: length, max: MAX_EXTRA_DATA_BYTES });
    }
    if header.gas_used > header.gas_limit {
        return Err(ConsensusError::GasUsedAboveLimit {
            used: header.gas_used,
            limit: header.gas_limit,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ethereum::fixture::{FORKS, GENESIS_DIFFICULTY, Line};
    use alloy_hardforks::EthereumHardfork as Fork;
    use alloy_primitives::Bytes;

    #[test]
    fn extra_data_has_at_most_32_bytes() {
        for fork in FORKS {
            let line = Line::at(fork);
            let with = |length| Header { extra_data: vec![0; length].into(), ..line.child() };
            assert_eq!(check(&line.rules, &with(0)), Ok(()));
            assert_eq!(check(&line.rules, &with(32)), Ok(()));
            let refused = Err(ConsensusError::ExtraDataTooLong { found: 33, max: 32 });
            assert_eq!(check(&line.rules, &with(33)), refused, "{fork}");
        }
    }

    #[test]
    fn gas_used_may_reach_the_limit_and_not_pass_it() {
        let line = Line::at(Fork::Osaka);
        let limit = line.child().gas_limit;
        let with = |gas_used| Header { gas_used, ..line.child() };
        assert_eq!(check(&line.rules, &with(limit)), Ok(()));
        let refused = Err(ConsensusError::GasUsedAboveLimit { used: limit + 1, limit });
        assert_eq!(check(&line.rules, &with(limit + 1)), refused);
    }

    #[test]
    fn a_chain_that_is_merged_from_genesis_has_no_difficulty() {
        let merged = Line::at(Fork::Osaka);
        let found = U256::from(GENESIS_DIFFICULTY);
        let header = Header { difficulty: found, ..merged.child() };
        let refused = Err(ConsensusError::Difficulty { expected: U256::ZERO, found });
        assert_eq!(check(&merged.rules, &header), refused);
        // One that merges later has both kinds of blocks, and only the ancestors tell which.
        let later = Line::with(Fork::London, |config| {
            config["terminalTotalDifficulty"] = GENESIS_DIFFICULTY.saturating_mul(2).into();
        });
        for difficulty in [U256::ZERO, found] {
            let header = Header { difficulty, extra_data: Bytes::new(), ..later.child() };
            assert_eq!(check(&later.rules, &header), Ok(()));
        }
    }
}
