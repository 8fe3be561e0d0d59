//! The difficulty of the next block.

use crate::MIN_DIFFICULTY;
use alloy_primitives::U256;

/// Parameters of the difficulty rule; constant for a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DifficultyRule {
    /// Target block time, in seconds.
    pub target_block_time: u64,
    /// Time in which the difficulty halves or doubles at most, in seconds.
    pub half_life: u64,
    /// Smallest difficulty.
    pub minimum: U256,
}

/// Half-life of the difficulty, in target block times. Source: proof-of-compute §7.
pub const HALF_LIFE_BLOCK_TIMES: u64 = 60;

impl DifficultyRule {
    /// The rule of every chain that adjusts its difficulty; the time in seconds.
    #[must_use]
    pub const fn asert(target_block_time: u64) -> Self {
        Self {
            target_block_time,
            half_life: target_block_time.saturating_mul(HALF_LIFE_BLOCK_TIMES),
            minimum: U256::from_limbs([MIN_DIFFICULTY, 0, 0, 0]),
        }
    }
}

/// Largest difficulty: keeps every product and the chain's total inside 256 bits.
const MAX_DIFFICULTY_BITS: usize = 192;

/// One in the 16-bit fixed point of the rule.
const ONE: u128 = 1 << 16;

/// Difficulty of the child of a block with `parent_difficulty` that came `interval_seconds` after
/// its own parent: relative ASERT with the interval clamped to one half-life.
///
/// `D' = D · 2^((T − dt) / half-life)` in integers; 2^x by the cubic of aserti3, exact to 2^-13.
/// Source: proof-of-compute §7.
#[must_use]
pub fn next_difficulty(
    parent_difficulty: U256,
    interval_seconds: u64,
    rule: &DifficultyRule,
) -> U256 {
    let half_life = i128::from(rule.half_life.max(1));
    let interval = i128::from(interval_seconds.clamp(1, rule.half_life.max(1)));
    let lead = i128::from(rule.target_block_time).saturating_sub(interval);
    let exponent = lead.saturating_mul(65_536).div_euclid(half_life);
    let fraction = u128::try_from(exponent.rem_euclid(65_536)).unwrap_or(0);
    let shift = if exponent < 0 { 17_usize } else { 16 };
    let product = parent_difficulty
        .min(U256::ONE.wrapping_shl(MAX_DIFFICULTY_BITS))
        .saturating_mul(U256::from(power_of_two(fraction)));
    product.wrapping_shr(shift).min(U256::ONE.wrapping_shl(MAX_DIFFICULTY_BITS)).max(rule.minimum)
}

/// 65 536 · 2^(fraction / 65 536), in [65 536, 131 072). `fraction` is below 65 536, hence every
/// product below stays under 2^112.
fn power_of_two(fraction: u128) -> u128 {
    let square = fraction.saturating_mul(fraction);
    let cube = square.saturating_mul(fraction);
    let polynomial = 195_766_423_245_049_u128
        .saturating_mul(fraction)
        .saturating_add(971_821_376_u128.saturating_mul(square))
        .saturating_add(5_127_u128.saturating_mul(cube))
        .saturating_add(1 << 47);
    ONE.saturating_add(polynomial.wrapping_shr(48))
}
