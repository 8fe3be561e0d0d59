//! Ratios of two amounts.

use alloy_primitives::U256;

/// A ratio of two amounts of which the second is not zero. Both are below 2^161: the supply with the
/// most tokens is 10^48 + 10^30.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ratio {
    pub(crate) numerator: U256,
    pub(crate) denominator: U256,
}

impl Ratio {
    /// In lowest terms.
    pub(crate) fn reduced(self) -> Self {
        let divisor = self.numerator.gcd(self.denominator);
        let reduce = |part: U256| part.checked_div(divisor).unwrap_or(part);
        Self { numerator: reduce(self.numerator), denominator: reduce(self.denominator) }
    }
}
