//! The mark of the ten blocks after the DAO fork. Source: EIP-779.

use super::EthereumRules;
use crate::ConsensusError;
use alloy_primitives::Bytes;
use hanzo_types::{DaoSide, Header};

/// How many blocks are marked, the fork's first included.
const MARKED_BLOCKS: u64 = 10;

/// What chains that support the fork write there.
const MARK: &[u8] = b"dao-hard-fork";

/// The extra data that block `number` must have, if it is prescribed.
pub(super) fn prescribed_extra_data(rules: &EthereumRules, number: u64) -> Option<Bytes> {
    let dao = rules.forks().dao()?;
    let since = number.checked_sub(dao.block)?;
    let prescribed = dao.side == DaoSide::Supports && since < MARKED_BLOCKS;
    prescribed.then(|| Bytes::from_static(MARK))
}

/// Checks the mark: supporters' blocks have it, and an opponent's first block must not.
pub(super) fn check(rules: &EthereumRules, header: &Header) -> Result<(), ConsensusError> {
    if let Some(expected) = prescribed_extra_data(rules, header.number) {
        if header.extra_data == expected {
            return Ok(());
        }
        let (expected, found) = (Some(expected), header.extra_data.clone());
        return Err(ConsensusError::DaoExtraData { expected, found });
    }
    let opposes = |dao: hanzo_types::DaoFork| {
        dao.side == DaoSide::Opposes
            && header.number.checked_sub(dao.block).is_some_and(|since| since < MARKED_BLOCKS)
    };
    if rules.forks().dao().is_some_and(opposes) && header.extra_data.as_ref() == MARK {
        let found = header.extra_data.clone();
        return Err(ConsensusError::DaoExtraData { expected: None, found });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ethereum::fixture::Line;
    use alloy_hardforks::EthereumHardfork as Fork;

    /// What the chain says about a header with this number and extra data.
    fn judge(line: &Line, number: u64, extra_data: &'static [u8]) -> Result<(), ConsensusError> {
        let extra_data = Bytes::from_static(extra_data);
        check(&line.rules, &Header { number, extra_data, ..Default::default() })
    }

    fn chain(supports: Option<bool>) -> Line {
        Line::with(Fork::Homestead, |config| {
            config["daoForkBlock"] = 5.into();
            if let Some(supports) = supports {
                config["daoForkSupport"] = supports.into();
            }
        })
    }

    #[test]
    fn ten_blocks_of_a_chain_that_supports_the_fork_have_its_mark() {
        let line = chain(Some(true));
        for number in 0..20 {
            let is_marked = (5..15).contains(&number);
            assert_eq!(prescribed_extra_data(&line.rules, number).is_some(), is_marked);
            assert_eq!(judge(&line, number, MARK), Ok(()), "the mark is never forbidden here");
            let refused = ConsensusError::DaoExtraData {
                expected: Some(Bytes::from_static(MARK)),
                found: Bytes::from_static(b"another"),
            };
            let expected = if is_marked { Err(refused) } else { Ok(()) };
            assert_eq!(judge(&line, number, b"another"), expected, "block {number}");
        }
    }

    #[test]
    fn the_same_ten_blocks_of_a_chain_that_opposes_it_must_not_have_the_mark() {
        for line in [chain(Some(false)), chain(None)] {
            for number in 0..20 {
                let found = Bytes::from_static(MARK);
                let refused = ConsensusError::DaoExtraData { expected: None, found };
                let expected = if (5..15).contains(&number) { Err(refused) } else { Ok(()) };
                assert_eq!(judge(&line, number, MARK), expected, "block {number}");
                assert_eq!(judge(&line, number, b"another"), Ok(()));
            }
        }
    }

    #[test]
    fn a_chain_that_never_heard_of_the_dao_does_not_look() {
        let line = Line::at(Fork::Homestead);
        for extra_data in [MARK, b"another"] {
            assert_eq!(judge(&line, 5, extra_data), Ok(()));
        }
    }
}
