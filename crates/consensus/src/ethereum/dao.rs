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
