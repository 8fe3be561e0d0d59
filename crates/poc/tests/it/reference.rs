//! The definition of proof-of-compute §3, written as it is read, and every kernel against it.

use alloy_primitives::B256;
use hanzo_poc::{Kernel, Scratch, Work};
use proptest::prelude::*;

fn strip(sigma: &[u8; 32], tag: u32, index: u32) -> Vec<i8> {
    let mut bytes = vec![0; 131_072];
    let mut hasher = blake3::Hasher::new_keyed(sigma);
    hasher.update(&tag.to_le_bytes()).update(&index.to_le_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    bytes.into_iter().map(|byte: u8| byte.cast_signed()).collect()
}

pub(crate) fn entry(sigma: &[u8; 32], (row, column): (u32, u32), r: usize, c: usize) -> i32 {
    let (a, b) = (strip(sigma, 1, row), strip(sigma, 2, column));
    (0..4096).map(|k| i32::from(a[r * 4096 + k]) * i32::from(b[c * 4096 + k])).sum()
}

/// The fold as the specification words it: Horner over 16 × 8 blocks.
pub(crate) fn tile_mix(sigma: &[u8; 32], row: u32, column: u32) -> [u8; 32] {
    let (a, b) = (strip(sigma, 1, row), strip(sigma, 2, column));
    let tile: Vec<i32> = (0..1024)
        .map(|at| {
            let (r, c) = (at / 32, at % 32);
            (0..4096).map(|k| i32::from(a[r * 4096 + k]) * i32::from(b[c * 4096 + k])).sum()
        })
        .collect();
    let mut mix = [0; 32];
    for g in 0..8 {
        let mut x = 0u32;
        for (mb, nb) in (0..2).flat_map(|mb| (0..4).map(move |nb| (mb, nb))) {
            let y = (0..8).fold(0, |y, q| {
                let at = |r: usize| tile[r * 32 + 8 * nb + q].cast_unsigned();
                y ^ at(16 * mb + g) ^ at(16 * mb + g + 8)
            });
            x = x.rotate_left(5) ^ y;
        }
        mix[4 * g..4 * g + 4].copy_from_slice(&x.to_le_bytes());
    }
    mix
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_kernel_computes_the_defined_tile(seal_hash: [u8; 32], row: u32, column: u32) {
        let work = Work::new(B256::from(seal_hash));
        let expected = tile_mix(work.sigma(), row, column);
        let mut scratch = Scratch::default();
        for kernel in Kernel::available() {
            let mix = work.tile_mix_with(&mut scratch, kernel, row, column);
            prop_assert_eq!(mix, expected, "{}", kernel);
        }
    }
}

#[test]
fn this_processor_has_at_least_the_portable_kernel_and_detects_the_fastest() {
    let kernels = Kernel::available();
    assert_eq!(kernels[0], Kernel::Portable);
    assert_eq!(Kernel::detect(), kernels[kernels.len() - 1]);
}
