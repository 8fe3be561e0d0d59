//! Square roots.

use alloy_primitives::U256;

/// ⌊√n⌋, by Newton's iteration from above.
#[must_use]
pub fn isqrt(number: U256) -> U256 {
    if number.is_zero() {
        return number;
    }
    // The smallest power of two that is not below the root.
    let mut root = U256::ONE.wrapping_shl(number.bit_len().div_ceil(2));
    if number.bit_len() > 255 {
        // 2^128 squared would be one bit too long.
        root = U256::ONE.wrapping_shl(128).saturating_sub(U256::ONE);
    }
    loop {
        let quotient = number.checked_div(root).unwrap_or_default();
        let next = root.saturating_add(quotient).wrapping_shr(1);
        if next >= root {
            return root;
        }
        root = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn squares_and_their_neighbours_have_the_right_roots() {
        let most = (U256::ONE << 128) - U256::ONE;
        assert_eq!(isqrt(U256::MAX), most);
        for root in [1_u64, 2, 3, 10, 1 << 40, u64::MAX].map(U256::from).into_iter().chain([most]) {
            let square = root * root;
            assert_eq!(isqrt(square), root);
            assert_eq!(isqrt(square - U256::ONE), root - U256::ONE);
            assert_eq!(isqrt(square + U256::ONE), root);
        }
        assert_eq!(isqrt(U256::ZERO), U256::ZERO);
    }

    proptest! {
        #[test]
        fn a_root_is_the_largest_whose_square_is_not_above(bytes: [u8; 32], shift in 0_usize..256) {
            let number = U256::from_be_bytes(bytes) >> shift;
            let root = isqrt(number);
            prop_assert!(root * root <= number);
            let next = root + U256::ONE;
            prop_assert!(next.checked_mul(next).is_none_or(|square| square > number));
        }
    }
}
