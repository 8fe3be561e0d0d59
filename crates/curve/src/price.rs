//! Prices of a pool as it stands.

use crate::Pool;
use alloy_primitives::U256;

/// A token has 18 decimals and a price has 18, less the 6 of a coin of the reserve, and the 6 of w in
/// millionths: 10^36.
const PRICE_SCALE: U256 = U256::from_limbs([0xb34b9f1000000000, 0xc097ce7bc90715, 0x0, 0x0]);

/// Parts in one.
const PPM: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);

impl Pool {
    /// Whole coins of the reserve, of 6 decimals, for one whole token, of 18, at the margin, with 18
    /// decimals: ⌊R·10^30/(w·S)⌋.
    #[must_use]
    pub fn spot_price(&self) -> U256 {
        // 10^18·10^36·10^6 is below 2^256; so is w·S.
        let ratio = U256::from(self.crr().ppm()).saturating_mul(self.supply());
        let scaled = self.reserve().saturating_mul(PRICE_SCALE);
        scaled.checked_div(ratio).unwrap_or_default()
    }

    /// Value of all tokens at the price at the margin, in reserve units: ⌊R/w⌋.
    #[must_use]
    pub fn market_cap(&self) -> U256 {
        let scaled = self.reserve().saturating_mul(PPM);
        scaled.checked_div(U256::from(self.crr().ppm())).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_of_prices_is_ten_to_the_36() {
        assert_eq!(PRICE_SCALE, U256::from(10).pow(U256::from(36)));
    }

    #[test]
    fn the_price_is_the_reserve_over_the_backed_supply() {
        let supply = U256::from(10).pow(U256::from(24));
        for (ppm, spot) in [
            (50_000, 2_000_000_000_000_000_000_u128),
            (150_000, 666_666_666_666_666_666),
            (200_000, 500_000_000_000_000_000),
            (333_333, 300_000_300_000_300_000),
            (1_000_000, 100_000_000_000_000_000),
        ] {
            let pool = Pool::new(supply, U256::from(100_000_000_000_u64), ppm).unwrap();
            assert_eq!(pool.spot_price(), U256::from(spot));
        }
    }

    #[test]
    fn the_value_of_all_tokens_is_the_reserve_over_its_share() {
        let pool = Pool::new(U256::ONE, U256::from(100), 333_333).unwrap();
        assert_eq!(pool.market_cap(), U256::from(300));
    }
}
