//! How far trades move the price.

use crate::{CurveError, Pool, power::scaled_power};
use alloy_primitives::U256;

/// Basis points in one.
const BPS: u128 = 10_000;

impl Pool {
    /// How far a purchase raises the price at the margin, in basis points:
    /// ⌊10 000·((1 + E/R)^(1 − w) − 1)⌋.
    ///
    /// # Errors
    /// As [`Self::purchase_return`].
    pub fn buy_impact_bps(&self, deposit: U256) -> Result<U256, CurveError> {
        let growth = self.reserve_growth(deposit)?;
        let raised = scaled_power(BPS, growth, self.crr().price_by_reserve())?;
        Ok(raised.floor().saturating_sub(U256::from(BPS)))
    }

    /// How far a sale lowers the price at the margin, in basis points:
    /// ⌊10 000·(1 − (1 − T/S)^(1/w − 1))⌋. With w = 1 the price never moves.
    ///
    /// # Errors
    /// As [`Self::sale_return`].
    pub fn sell_impact_bps(&self, tokens: U256) -> Result<U256, CurveError> {
        let decline = self.supply_decline(tokens)?;
        let left = scaled_power(BPS, decline, self.crr().price_by_supply())?;
        Ok(U256::from(BPS).saturating_sub(left.ceiling()))
    }
}
