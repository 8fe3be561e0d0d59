//! Limbs with an error less and more, and their integer parts.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "places of limbs, and shifts by less than a limb"
)]

use crate::fixed::{LIMB_BITS, Limbs, low_limb};
use alloy_primitives::aliases::U320;

/// The limbs and an error less; `None` below zero.
pub(super) fn minus<W: Limbs>(limbs: &W, error: u128) -> Option<W> {
    let mut result = limbs.clone();
    let mut rest = error;
    let mut borrow = false;
    for limb in result.limbs_mut() {
        let (part, first) = limb.overflowing_sub(low_limb(rest));
        let (part, second) = part.overflowing_sub(u64::from(borrow));
        (*limb, borrow) = (part, first | second);
        rest >>= LIMB_BITS;
    }
    (!borrow).then_some(result)
}

/// The limbs and an error more; `None` if there is no room.
pub(super) fn plus<W: Limbs>(limbs: &W, error: u128) -> Option<W> {
    let mut result = limbs.clone();
    let mut rest = error;
    let mut carry = false;
    for limb in result.limbs_mut() {
        let (part, first) = limb.overflowing_add(low_limb(rest));
        let (part, second) = part.overflowing_add(u64::from(carry));
        (*limb, carry) = (part, first | second);
        rest >>= LIMB_BITS;
    }
    (!carry).then_some(result)
}

/// Limbs of an integer part: 64 bits more than a result may have, because what is taken off a power to
/// make a result has so many.
const WHOLE_LIMBS: usize = 5;

/// The limbs without their `shift` lowest bits, if the rest has 320 bits.
pub(super) fn integer_part(limbs: &[u64], shift: usize) -> Option<U320> {
    let limb_bits = LIMB_BITS as usize;
    let (skip, bits) = (shift / limb_bits, shift % limb_bits);
    let limb = |index: usize| limbs.get(skip + index).copied().unwrap_or(0);
    let mut parts = [0; WHOLE_LIMBS];
    for (index, part) in parts.iter_mut().enumerate() {
        let above = if bits == 0 { 0 } else { limb(index + 1) << (limb_bits - bits) };
        *part = (limb(index) >> bits) | above;
    }
    let beyond = limbs.get(skip + WHOLE_LIMBS..).unwrap_or_default();
    let fits = match beyond.split_first() {
        Some((first, rest)) => first >> bits == 0 && rest.iter().all(|limb| *limb == 0),
        None => true,
    };
    fits.then(|| U320::from_limbs(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_part_of_more_than_320_bits_is_none() {
        let mut limbs = [0; 7];
        limbs[5] = 1 << 7;
        assert_eq!(integer_part(&limbs, 8), Some(U320::ONE << 319));
        limbs[5] = 1 << 8;
        assert_eq!(integer_part(&limbs, 8), None);
        assert_eq!(integer_part(&limbs, 64), Some(U320::from(256) << 256));
        limbs[6] = 1;
        assert_eq!(integer_part(&limbs, 64), None);
        assert_eq!(integer_part(&limbs, 500), Some(U320::ZERO));
    }

    #[test]
    fn an_error_is_taken_off_and_put_on_with_its_carries() {
        let number = [0, 0, 1, 0];
        let error = (1_u128 << 64) + 1;
        assert_eq!(minus(&number.to_vec(), error), Some(vec![u64::MAX, u64::MAX - 1, 0, 0]));
        assert_eq!(minus(&vec![0, 1], error), None);
        let full = vec![u64::MAX, u64::MAX - 1, u64::MAX, 0];
        assert_eq!(plus(&full, error), Some(vec![0, 0, 0, 1]));
        assert_eq!(plus(&vec![u64::MAX, u64::MAX - 1], error), None);
    }
}
