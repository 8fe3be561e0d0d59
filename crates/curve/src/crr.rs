//! The constant reserve ratio.

use crate::{CurveError, MAX_CRR_PPM, MIN_CRR_PPM, exponent::Exponent};

/// Parts in one.
const PPM: u32 = 1_000_000;

/// The constant reserve ratio w of a pool: the share of the market value that the reserve holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Crr(u32);

impl Crr {
    /// A ratio in parts per million.
    ///
    /// # Errors
    /// [`CurveError::Crr`] outside [`MIN_CRR_PPM`] to [`MAX_CRR_PPM`].
    pub fn from_ppm(ppm: u32) -> Result<Self, CurveError> {
        if (MIN_CRR_PPM..=MAX_CRR_PPM).contains(&ppm) {
            return Ok(Self(ppm));
        }
        Err(CurveError::Crr { found: ppm })
    }

    /// Parts per million.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// w: by it the supply follows the reserve.
    pub(crate) fn supply_exponent(self) -> Exponent {
        Exponent::new(self.0, PPM)
    }

    /// 1/w: by it the reserve follows the supply.
    pub(crate) fn reserve_exponent(self) -> Exponent {
        Exponent::new(PPM, self.0)
    }

    /// 1 − w: by it the price follows the reserve.
    pub(crate) fn price_by_reserve(self) -> Exponent {
        Exponent::new(PPM.saturating_sub(self.0), PPM)
    }

    /// 1/w − 1: by it the price follows the supply.
    pub(crate) fn price_by_supply(self) -> Exponent {
        Exponent::new(PPM.saturating_sub(self.0), self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_outside_its_limits_is_refused() {
        for ppm in [0, MIN_CRR_PPM - 1, MAX_CRR_PPM + 1, u32::MAX] {
            assert_eq!(Crr::from_ppm(ppm), Err(CurveError::Crr { found: ppm }));
        }
        for ppm in [MIN_CRR_PPM, MAX_CRR_PPM] {
            assert_eq!(Crr::from_ppm(ppm).unwrap().ppm(), ppm);
        }
    }
}
