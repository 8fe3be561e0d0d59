//! How the gas limit may move from block to block.

use crate::ConsensusError;

/// Smallest gas limit of a block. Source: Yellow Paper §4.4.4.
pub const MIN_GAS_LIMIT: u64 = 5_000;

/// A child's limit differs from its parent's by less than the parent's limit over this.
/// Source: Yellow Paper §4.4.4.
const GAS_LIMIT_BOUND_DIVISOR: u64 = 1024;

/// Largest gas limit; above it gas sums could leave 64 bits signed, which other clients use.
const MAX_GAS_LIMIT: u64 = i64::MAX.unsigned_abs();

/// Checks the gas limit of a child against its parent's.
///
/// # Errors
/// [`ConsensusError::GasLimit`] with the allowed range.
pub fn check_gas_limit(found: u64, parent_limit: u64) -> Result<(), ConsensusError> {
    let (min, max) = allowed_range(parent_limit);
    if (min..=max).contains(&found) {
        return Ok(());
    }
    Err(ConsensusError::GasLimit { found, min, max })
}

/// The limit closest to `target` that a child of a block with `parent_limit` may have.
#[must_use]
pub fn next_gas_limit(parent_limit: u64, target: u64) -> u64 {
    let (min, max) = allowed_range(parent_limit);
    target.clamp(min, max)
}

fn allowed_range(parent_limit: u64) -> (u64, u64) {
    // Strictly less than parent / 1024, hence the − 1.
    let step = parent_limit.wrapping_div(GAS_LIMIT_BOUND_DIVISOR).saturating_sub(1);
    let min = parent_limit.saturating_sub(step).max(MIN_GAS_LIMIT);
    let max = parent_limit.saturating_add(step).min(MAX_GAS_LIMIT).max(min);
    (min, max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limit_moves_by_less_than_one_1024th() {
        let limit = |gas_limit| check_gas_limit(gas_limit, 30_000_000);
        assert!(limit(30_000_000 + 29_295).is_ok());
        assert!(limit(30_000_000 + 29_296).is_err());
        assert!(limit(30_000_000 - 29_295).is_ok());
        assert!(limit(30_000_000 - 29_296).is_err());
    }

    #[test]
    fn limit_never_falls_below_five_thousand() {
        assert!(check_gas_limit(4_999, 5_000).is_err());
    }

    proptest! {
        #[test]
        fn a_builder_never_picks_a_limit_that_the_validator_refuses(parent in 5_000u64..=MAX_GAS_LIMIT, target: u64) {
            prop_assert!(check_gas_limit(next_gas_limit(parent, target), parent).is_ok());
        }
    }
}
