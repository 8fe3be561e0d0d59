//! What trades give and cost.

use crate::{CurveError, MAX_DEPOSIT, MAX_TOKENS, Pool, power::scaled_power, ratio::Ratio};
use alloy_primitives::U256;

impl Pool {
    /// Tokens for a deposit of reserve units: ⌊S·((1 + E/R)^w − 1)⌋.
    ///
    /// # Errors
    /// [`CurveError::Deposit`] above [`MAX_DEPOSIT`].
    pub fn purchase_return(&self, deposit: U256) -> Result<U256, CurveError> {
        let growth = self.reserve_growth(deposit)?;
        // At most 10^30 tokens times 10^18.
        let grown = scaled_power(self.supply_factor(), growth, self.crr().supply_exponent())?;
        Ok(grown.floor().saturating_sub(self.supply()))
    }

    /// Reserve units for tokens that are sold: ⌊R·(1 − (1 − T/S)^(1/w))⌋.
    ///
    /// # Errors
    /// [`CurveError::Tokens`] if more are sold than there are.
    pub fn sale_return(&self, tokens: U256) -> Result<U256, CurveError> {
        let ratio = self.supply_decline(tokens)?;
        let left = scaled_power(self.reserve_factor(), ratio, self.crr().reserve_exponent())?;
        Ok(self.reserve().saturating_sub(left.ceiling()))
    }

    /// The smallest deposit for which no fewer than `tokens` are due: ⌈R·((1 + T/S)^(1/w) − 1)⌉.
    ///
    /// # Errors
    /// [`CurveError::Tokens`] above [`MAX_TOKENS`], [`CurveError::Overflow`] if the deposit needs
    /// more than 256 bits.
    pub fn fund_cost(&self, tokens: U256) -> Result<U256, CurveError> {
        if tokens > MAX_TOKENS {
            return Err(CurveError::Tokens { found: tokens, limit: MAX_TOKENS });
        }
        let numerator = self.supply().saturating_add(tokens);
        let ratio = Ratio { numerator, denominator: self.supply() };
        let grown = scaled_power(self.reserve_factor(), ratio, self.crr().reserve_exponent())?;
        grown.ceiling_less(self.reserve())
    }

    /// The fewest tokens whose sale takes no less than `reserve_out` out of the reserve:
    /// ⌈S·(1 − (1 − F/R)^w)⌉.
    ///
    /// # Errors
    /// [`CurveError::ReserveOut`] if the reserve is smaller.
    pub fn sale_cost(&self, reserve_out: U256) -> Result<U256, CurveError> {
        let reserve = self.reserve();
        let Some(numerator) = reserve.checked_sub(reserve_out) else {
            return Err(CurveError::ReserveOut { found: reserve_out, reserve });
        };
        let ratio = Ratio { numerator, denominator: reserve };
        let left = scaled_power(self.supply_factor(), ratio, self.crr().supply_exponent())?;
        Ok(self.supply().saturating_sub(left.floor()))
    }

    /// (R + E)/R.
    pub(crate) fn reserve_growth(&self, deposit: U256) -> Result<Ratio, CurveError> {
        if deposit > U256::from(MAX_DEPOSIT) {
            return Err(CurveError::Deposit { found: deposit });
        }
        let numerator = self.reserve().saturating_add(deposit);
        Ok(Ratio { numerator, denominator: self.reserve() })
    }

    /// (S − T)/S.
    pub(crate) fn supply_decline(&self, tokens: U256) -> Result<Ratio, CurveError> {
        let supply = self.supply();
        let Some(numerator) = supply.checked_sub(tokens) else {
            return Err(CurveError::Tokens { found: tokens, limit: supply });
        };
        Ok(Ratio { numerator, denominator: supply })
    }
}
