//! A pool and the questions it answers.

use crate::{CurveError, MAX_RESERVE, MAX_SUPPLY, crr::Crr};
use alloy_primitives::U256;

/// What a bonding curve knows: supply, reserve and their constant ratio, inside the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pool {
    supply: u128,
    reserve: u64,
    crr: Crr,
}

impl Pool {
    /// A pool of `supply` token units and `reserve` reserve units.
    ///
    /// # Errors
    /// [`CurveError::Supply`], [`CurveError::Reserve`], [`CurveError::Crr`]: the first of them.
    pub fn new(supply: U256, reserve: U256, crr_ppm: u32) -> Result<Self, CurveError> {
        let small_supply = u128::try_from(supply).ok().filter(|s| (1..=MAX_SUPPLY).contains(s));
        let supply = small_supply.ok_or(CurveError::Supply { found: supply })?;
        let small_reserve = u64::try_from(reserve).ok().filter(|r| (1..=MAX_RESERVE).contains(r));
        let reserve = small_reserve.ok_or(CurveError::Reserve { found: reserve })?;
        let crr = Crr::from_ppm(crr_ppm)?;
        Ok(Self { supply, reserve, crr })
    }

    /// Tokens in circulation, in token units.
    #[must_use]
    pub fn supply(&self) -> U256 {
        U256::from(self.supply)
    }

    /// What backs them, in reserve units.
    #[must_use]
    pub fn reserve(&self) -> U256 {
        U256::from(self.reserve)
    }

    /// The constant reserve ratio.
    #[must_use]
    pub const fn crr(&self) -> Crr {
        self.crr
    }

    /// The supply as a factor of a power.
    pub(crate) const fn supply_factor(&self) -> u128 {
        self.supply
    }

    /// The reserve as a factor of a power.
    pub(crate) fn reserve_factor(&self) -> u128 {
        u128::from(self.reserve)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_outside_the_domain_is_refused_with_the_field() {
        let (one, big) = (U256::ONE, U256::MAX);
        let above = |limit: u128| U256::from(limit) + U256::ONE;
        for (supply, code) in [(U256::ZERO, 1), (above(MAX_SUPPLY), 1), (big, 1)] {
            let error = Pool::new(supply, one, 500_000).unwrap_err();
            assert_eq!(error.domain_code(), Some(code), "{error}");
        }
        for reserve in [U256::ZERO, above(u128::from(MAX_RESERVE)), big] {
            let error = Pool::new(one, reserve, 500_000).unwrap_err();
            assert_eq!(error.domain_code(), Some(2), "{error}");
        }
        assert_eq!(Pool::new(one, one, 0).unwrap_err().domain_code(), Some(3));
        let largest = (U256::from(MAX_SUPPLY), U256::from(MAX_RESERVE));
        let pool = Pool::new(largest.0, largest.1, 1_000_000).unwrap();
        assert_eq!((pool.supply(), pool.reserve()), largest);
    }
}
