//! Which instructions multiply.

mod portable;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;

use crate::{
    fold,
    shape::{Strip, Tile},
    xof,
};
use std::{fmt, sync::OnceLock};

/// Which instructions multiply. All kernels give the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// Plain Rust: any processor.
    Portable,
    /// x86-64 with AVX2.
    Avx2,
    /// x86-64 with AVX-512 F, BW, VL and VNNI.
    Avx512Vnni,
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512Vnni => "avx512vnni",
        })
    }
}

impl Kernel {
    /// The fastest kernel of this processor. Found out once.
    #[must_use]
    pub fn detect() -> Self {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().last().copied().unwrap_or(Self::Portable))
    }

    /// Every kernel this processor can run, slowest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        [Self::Portable, Self::Avx2, Self::Avx512Vnni]
            .into_iter()
            .filter(|kernel| kernel.is_supported())
            .collect()
    }

    #[cfg(target_arch = "x86_64")]
    fn is_supported(self) -> bool {
        match self {
            Self::Portable => true,
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Avx512Vnni => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vnni")
            }
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    const fn is_supported(self) -> bool {
        matches!(self, Self::Portable)
    }

    /// The nearest kernel that this processor can run, so that no caller can reach instructions
    /// that do not exist.
    pub(crate) fn or_supported(self) -> Self {
        if self.is_supported() { self } else { Self::detect() }
    }

    /// A · Bᵀ of two strips, exact.
    pub(crate) fn multiply(self, a: &Strip, b: &Strip, tile: &mut Tile) {
        match self {
            Self::Portable => portable::multiply(a, b, tile),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::multiply_checked(a, b, tile),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => avx512::multiply_checked(a, b, tile),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512Vnni => portable::multiply(a, b, tile),
        }
    }

    /// Fold of a tile.
    pub(crate) fn fold(self, tile: &Tile) -> [u8; 32] {
        match self {
            Self::Portable => fold::fold(tile),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::fold_checked(tile),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => avx512::fold_checked(tile),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512Vnni => fold::fold(tile),
        }
    }

    /// Fills a strip from its stream.
    pub(crate) fn fill(self, sigma: &[u8; 32], tag: xof::Tag, index: u32, strip: &mut Strip) {
        xof::fill(self, sigma, tag, index, strip);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn product(a: &Strip, b: &Strip, r: usize, c: usize) -> i32 {
        let row = |strip: &Strip, at: usize| strip.0[at * 4096..(at + 1) * 4096].to_vec();
        row(a, r).iter().zip(row(b, c)).map(|(x, y)| i32::from(*x) * i32::from(y)).sum()
    }

    fn strip_of(values: &[i8]) -> Box<Strip> {
        let mut strip = Strip::boxed();
        for (entry, value) in strip.0.iter_mut().zip(values.iter().cycle()) {
            *entry = *value;
        }
        strip
    }

    #[test]
    fn extreme_entries_do_not_saturate() {
        for (x, y) in [(-128, -128), (-128, 127), (127, 127), (127, -128)] {
            let (a, b) = (strip_of(&[x]), strip_of(&[y]));
            for kernel in Kernel::available() {
                let mut tile = Tile::ZERO;
                kernel.multiply(&a, &b, &mut tile);
                let expected = 4096 * i32::from(x) * i32::from(y);
                assert!(tile.0.iter().all(|entry| *entry == expected), "{kernel} {x} {y}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn every_kernel_multiplies_exactly(
            a in prop::collection::vec(any::<i8>(), 1..500),
            b in prop::collection::vec(any::<i8>(), 1..500),
            r in 0usize..32, c in 0usize..32,
        ) {
            let (a, b) = (strip_of(&a), strip_of(&b));
            let mut portable = Tile::ZERO;
            Kernel::Portable.multiply(&a, &b, &mut portable);
            prop_assert_eq!(portable.0[r * 32 + c], product(&a, &b, r, c));
            for kernel in Kernel::available() {
                let mut tile = Tile::ZERO;
                kernel.multiply(&a, &b, &mut tile);
                prop_assert!(tile.0 == portable.0, "{}", kernel);
                prop_assert_eq!(kernel.fold(&tile), fold::fold(&portable));
            }
        }
    }
}
