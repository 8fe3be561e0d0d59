//! Factors that bring a number near one in three steps of seven bits.

/// Bits that one step looks at.
pub(super) const STEP_BITS: u32 = 7;

/// A factor c = `numerator`/2^`bits` ≤ 1, rounded up from the reciprocal of the smallest number that
/// it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Factor {
    pub(super) numerator: u64,
    pub(super) bits: u32,
}

/// Denominators of the factors of each step: nine bits finer than what the step leaves.
const FACTOR_BITS: [u32; 3] = [16, 24, 32];

/// The factor of step 0, 1 or 2 for numbers from 1 + index/2^(7·(step + 1)) on.
pub(super) fn factor(step: u32, index: u64) -> Factor {
    let bits = FACTOR_BITS.get(usize::try_from(step).unwrap_or(usize::MAX)).copied().unwrap_or(32);
    let one = 1_u64 << unit_bits(step);
    let numerator = (one << bits).div_ceil(one.saturating_add(index));
    Factor { numerator, bits }
}

/// Bits behind the point that are gone after the step.
pub(super) const fn unit_bits(step: u32) -> u32 {
    STEP_BITS.saturating_mul(step.saturating_add(1))
}

/// Entries of a table. The first step sees 2^7 values. What it leaves is below
/// 1 + 2^-7 + 2^-15, so that the others see at most 2^7 + 3.
pub(super) const ENTRIES: u64 = (1 << STEP_BITS) + 3;

/// The bits that a step looks at as an index.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a step looks at seven bits, and leaves no more"
)]
pub(super) const fn place(index: u64) -> usize {
    index as usize
}
