//! Where the limbs of a number are kept.

/// Limbs of 64 bits, least significant first.
pub(crate) trait Limbs: Clone {
    /// Room for a product with a factor of two limbs.
    type Wide: Limbs;

    /// `count` limbs that are zero; an array has its own count.
    fn zeros(count: usize) -> Self;

    /// The limbs.
    fn limbs(&self) -> &[u64];

    /// The limbs, to be written.
    fn limbs_mut(&mut self) -> &mut [u64];
}

macro_rules! array_limbs {
    ($($limbs:literal => $wide:ty),*) => {$(
        impl Limbs for [u64; $limbs] {
            type Wide = $wide;

            fn zeros(_: usize) -> Self {
                [0; $limbs]
            }

            fn limbs(&self) -> &[u64] {
                self
            }

            fn limbs_mut(&mut self) -> &mut [u64] {
                self
            }
        }
    )*};
}

array_limbs!(5 => [u64; 7], 9 => [u64; 11], 7 => Vec<u64>, 11 => Vec<u64>);

impl Limbs for Vec<u64> {
    type Wide = Self;

    fn zeros(count: usize) -> Self {
        vec![0; count]
    }

    fn limbs(&self) -> &[u64] {
        self
    }

    fn limbs_mut(&mut self) -> &mut [u64] {
        self
    }
}
