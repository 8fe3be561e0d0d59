//! The domain of the curve. Source: seed-features §6.2.

use alloy_primitives::U256;

/// Smallest constant reserve ratio, in parts per million.
pub const MIN_CRR_PPM: u32 = 10_000;

/// Largest constant reserve ratio, in parts per million: a price that never moves.
pub const MAX_CRR_PPM: u32 = 1_000_000;

/// Largest supply, in token units: 10^12 tokens of 18 decimals.
pub const MAX_SUPPLY: u128 = 10_u128.pow(30);

/// Largest deposit of one purchase, in reserve units: 10^12 coins of 6 decimals.
pub const MAX_DEPOSIT: u64 = 10_u64.pow(18);

/// Largest reserve, in reserve units: 10^12 coins of 6 decimals and the largest deposit, after which
/// what was bought can still be sold.
pub const MAX_RESERVE: u64 = 2 * MAX_DEPOSIT;

/// Most tokens whose cost can be asked for, 10^48 units: no deposit buys more, of no pool.
pub const MAX_TOKENS: U256 =
    U256::from_limbs([0x7f41000000000000, 0xe4395d69670b12b, 0xaf298d05, 0]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_tokens_are_those_of_the_largest_deposit_into_the_smallest_reserve() {
        assert_eq!(MAX_TOKENS, U256::from(MAX_SUPPLY) * U256::from(MAX_DEPOSIT));
    }
}
