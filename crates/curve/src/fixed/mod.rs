//! Non-negative fixed-point numbers: one limb before the point, the others behind it.
//!
//! With n limbs there are 64·(n − 1) fraction bits; a unit in the last place (ulp) is two to the
//! minus that. Operations that cannot be exact round down, by less than one ulp unless they say
//! otherwise. Overflow of the limb before the point is the caller's duty to rule out.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "limb arithmetic; indices are bounded by the number of limbs, sums by carries"
)]

mod limbs;

pub(crate) use limbs::Limbs;

/// Bits of a limb.
pub(crate) const LIMB_BITS: u32 = u64::BITS;

/// Bits behind the point of a number of `limbs` limbs.
pub(crate) const fn fraction_bits(limbs: usize) -> usize {
    (limbs - 1) * LIMB_BITS as usize
}

/// The lower limb of two.
#[expect(clippy::cast_possible_truncation, reason = "the upper limb is cut off on purpose")]
pub(crate) const fn low_limb(limbs: u128) -> u64 {
    limbs as u64
}

/// A non-negative fixed-point number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fixed<A>(A);

impl<A: Limbs> Fixed<A> {
    /// The number without fraction, in `limbs` limbs.
    pub(crate) fn integer(integer: u64, limbs: usize) -> Self {
        let mut number = Self(A::zeros(limbs));
        if let Some(top) = number.0.limbs_mut().last_mut() {
            *top = integer;
        }
        number
    }

    /// The most significant limbs of `other`, which has more of them: rounded down.
    pub(crate) fn truncated<B: Limbs>(other: &Fixed<B>, limbs: usize) -> Self {
        let mut number = Self(A::zeros(limbs));
        let from = other.len() - number.len();
        number.0.limbs_mut().copy_from_slice(&other.0.limbs()[from..]);
        number
    }

    /// whole + rest/divisor for a rest below the divisor.
    pub(crate) fn quotient(whole: u64, rest: u64, divisor: u64, limbs: usize) -> Self {
        let mut number = Self::integer(whole, limbs);
        let mut rest = rest;
        for limb in number.0.limbs_mut().iter_mut().rev().skip(1) {
            let part = u128::from(rest) << LIMB_BITS;
            *limb = low_limb(part / u128::from(divisor));
            rest = low_limb(part % u128::from(divisor));
        }
        number
    }

    /// Number of limbs.
    pub(crate) fn len(&self) -> usize {
        self.0.limbs().len()
    }

    /// Limbs, least significant first.
    #[cfg(test)]
    fn limbs(&self) -> &[u64] {
        self.0.limbs()
    }

    /// Sets the limb `index` places from the least significant.
    pub(crate) fn set_limb(&mut self, index: usize, limb: u64) {
        self.0.limbs_mut()[index] = limb;
    }

    /// What stands before the point.
    pub(crate) fn whole(&self) -> u64 {
        self.0.limbs()[self.len() - 1]
    }

    /// The first 64 bits behind the point.
    pub(crate) fn fraction_top(&self) -> u64 {
        self.0.limbs()[self.len() - 2]
    }

    /// Takes the part before the point away.
    pub(crate) fn drop_whole(&mut self) {
        let top = self.len() - 1;
        self.0.limbs_mut()[top] = 0;
    }

    /// Takes the first `bits` bits behind the point away; at most 63.
    pub(crate) fn drop_fraction_top(&mut self, bits: u32) {
        let top = self.len() - 2;
        self.0.limbs_mut()[top] &= u64::MAX >> bits;
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.limbs().iter().all(|limb| *limb == 0)
    }

    /// The sum; exact.
    pub(crate) fn add(&self, other: &Self) -> Self {
        let mut sum = Self(A::zeros(self.len()));
        let mut carry = false;
        for ((out, left), right) in
            sum.0.limbs_mut().iter_mut().zip(self.0.limbs()).zip(other.0.limbs())
        {
            let (part, first) = left.overflowing_add(*right);
            let (part, second) = part.overflowing_add(u64::from(carry));
            (*out, carry) = (part, first | second);
        }
        sum
    }

    /// The difference, exact, or `None` if it is negative.
    pub(crate) fn checked_sub(&self, other: &Self) -> Option<Self> {
        let mut difference = Self(A::zeros(self.len()));
        let mut borrow = false;
        for ((out, left), right) in
            difference.0.limbs_mut().iter_mut().zip(self.0.limbs()).zip(other.0.limbs())
        {
            let (part, first) = left.overflowing_sub(*right);
            let (part, second) = part.overflowing_sub(u64::from(borrow));
            (*out, borrow) = (part, first | second);
        }
        (!borrow).then_some(difference)
    }

    /// The product.
    ///
    /// Of the products of limbs those two columns below the last place count, for their carry; what
    /// is below them is less than n·2^-64 ulp.
    #[inline]
    pub(crate) fn mul(&self, other: &Self) -> Self {
        let mut product = Self(A::zeros(self.len()));
        let (left, right, out) = (self.0.limbs(), other.0.limbs(), product.0.limbs_mut());
        let count = out.len();
        let (mut low, mut high) = (0_u128, 0_u64);
        for column in count.saturating_sub(3)..=2 * (count - 1) {
            let first = column.saturating_sub(count - 1);
            for index in first..=column.min(count - 1) {
                let part = u128::from(left[index]) * u128::from(right[column - index]);
                let (sum, carry) = low.overflowing_add(part);
                low = sum;
                high += u64::from(carry);
            }
            if let Some(place) = column.checked_sub(count - 1) {
                out[place] = low_limb(low);
            }
            low = (low >> LIMB_BITS) | (u128::from(high) << LIMB_BITS);
            high = 0;
        }
        product
    }

    /// The product with an integer; exact.
    pub(crate) fn mul_integer(&self, factor: u64) -> Self {
        let mut product = Self(A::zeros(self.len()));
        let mut carry = 0;
        for (out, limb) in product.0.limbs_mut().iter_mut().zip(self.0.limbs()) {
            let part = u128::from(*limb) * u128::from(factor) + u128::from(carry);
            *out = low_limb(part);
            carry = low_limb(part >> LIMB_BITS);
        }
        product
    }

    /// The quotient by an integer that is not zero.
    pub(crate) fn div_integer(&self, divisor: u64) -> Self {
        let mut quotient = Self(A::zeros(self.len()));
        let mut rest = 0_u64;
        for (out, limb) in quotient.0.limbs_mut().iter_mut().zip(self.0.limbs()).rev() {
            let part = u128::from(*limb) | (u128::from(rest) << LIMB_BITS);
            *out = low_limb(part / u128::from(divisor));
            rest = low_limb(part % u128::from(divisor));
        }
        quotient
    }

    /// The quotient by two to the power of `bits`, which is 1 to 63.
    pub(crate) fn shifted_right(&self, bits: u32) -> Self {
        let mut shifted = self.clone();
        let mut above = 0;
        for limb in shifted.0.limbs_mut().iter_mut().rev() {
            let kept = *limb;
            *limb = (kept >> bits) | above;
            above = kept << (LIMB_BITS - bits);
        }
        shifted
    }

    /// The product with an integer as its limbs, least significant first, two more than here; exact.
    pub(crate) fn widening_mul(&self, factor: u128) -> A::Wide {
        let mut wide = A::Wide::zeros(self.len() + 2);
        let out = wide.limbs_mut();
        for (shift, factor) in
            [low_limb(factor), low_limb(factor >> LIMB_BITS)].into_iter().enumerate()
        {
            let mut carry = 0;
            for (index, limb) in self.0.limbs().iter().enumerate() {
                let place = &mut out[index + shift];
                let part =
                    u128::from(*limb) * u128::from(factor) + u128::from(*place) + u128::from(carry);
                *place = low_limb(part);
                carry = low_limb(part >> LIMB_BITS);
            }
            out[self.len() + shift] = carry;
        }
        wide
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::{array::uniform5, prelude::*};

    type Five = Fixed<[u64; 5]>;

    fn big(number: &Five) -> BigUint {
        number.limbs().iter().rev().fold(BigUint::ZERO, |sum, limb| (sum << 64) + *limb)
    }

    fn number() -> impl Strategy<Value = Five> {
        // Limbs of all ones and all zeros are where carries go wrong.
        let limb = prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)];
        uniform5(limb).prop_map(|mut limbs| {
            limbs[4] &= 0xffff_ffff;
            Fixed(limbs)
        })
    }

    proptest! {
        #[test]
        fn operations_equal_those_of_big_integers(
            a in number(),
            b in number(),
            factor in 1..=u64::from(u32::MAX),
            bits in 1_u32..64,
            wide in any::<u128>(),
        ) {
            prop_assert_eq!(big(&a.add(&b)), big(&a) + big(&b));
            let difference = a.checked_sub(&b).map(|difference| big(&difference));
            prop_assert_eq!(difference, (big(&a) >= big(&b)).then(|| big(&a) - big(&b).min(big(&a))));
            prop_assert_eq!(big(&a.mul_integer(factor)), big(&a) * factor);
            prop_assert_eq!(big(&a.div_integer(factor)), big(&a) / factor);
            prop_assert_eq!(big(&a.shifted_right(bits)), big(&a) >> bits);
            let exact: BigUint = (big(&a) * big(&b)) >> 256;
            let product = big(&a.mul(&b));
            prop_assert!(product <= exact && exact <= product + 1_u32);
            let limbs = a.widening_mul(wide);
            let product = limbs.iter().rev().fold(BigUint::ZERO, |sum, limb| (sum << 64) + *limb);
            prop_assert_eq!(product, big(&a) * wide);
        }
    }
}
