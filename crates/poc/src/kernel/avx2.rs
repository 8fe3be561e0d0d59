//! x86-64 with AVX2: sign-extend to int16 and multiply-add pairs.
//!
//! `vpmaddubsw` would be twice as wide but saturates with full-range int8.
#![expect(unsafe_code, reason = "vector instructions")]
#![expect(clippy::arithmetic_side_effects, reason = "indices below 131 072")]
#![expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#![expect(clippy::needless_range_loop, reason = "register blocks are indexed by row and column")]

use crate::{
    fold,
    shape::{STRIP_DEPTH, Strip, TILE_ROWS, Tile},
};
use std::arch::x86_64::{
    __m256i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_shuffle_epi32,
    _mm256_add_epi32, _mm256_castsi256_si128, _mm256_cvtepi8_epi16, _mm256_extracti128_si256,
    _mm256_madd_epi16, _mm256_setzero_si256,
};

/// Rows and columns of the register block: 2 · 4 accumulators, 2 + 1 operands of 16 registers.
const ROWS: usize = 2;
const COLUMNS: usize = 4;

/// Entries per step: 16 int8 widen to one register of int16.
const STEP: usize = 16;

pub(super) fn multiply_checked(a: &Strip, b: &Strip, tile: &mut Tile) {
    // SAFETY: `Kernel::or_supported` lets this kernel run only where AVX2 was detected.
    unsafe { multiply(a, b, tile) }
}

pub(super) fn fold_checked(tile: &Tile) -> [u8; 32] {
    // SAFETY: as above.
    unsafe { fold_wide(tile) }
}

#[target_feature(enable = "avx2")]
fn fold_wide(tile: &Tile) -> [u8; 32] {
    fold::fold(tile)
}

#[target_feature(enable = "avx2")]
fn multiply(a: &Strip, b: &Strip, tile: &mut Tile) {
    for row in (0..TILE_ROWS).step_by(ROWS) {
        for column in (0..TILE_ROWS).step_by(COLUMNS) {
            let mut sums = [[_mm256_setzero_si256(); COLUMNS]; ROWS];
            for step in (0..STRIP_DEPTH).step_by(STEP) {
                let left: [__m256i; ROWS] =
                    std::array::from_fn(|r| load(a, (row + r) * STRIP_DEPTH + step));
                for c in 0..COLUMNS {
                    let right = load(b, (column + c) * STRIP_DEPTH + step);
                    for r in 0..ROWS {
                        let products = _mm256_madd_epi16(left[r], right);
                        sums[r][c] = _mm256_add_epi32(sums[r][c], products);
                    }
                }
            }
            for r in 0..ROWS {
                for c in 0..COLUMNS {
                    tile.0[(row + r) * TILE_ROWS + column + c] = horizontal_sum(sums[r][c]);
                }
            }
        }
    }
}

/// Sixteen entries of a strip, widened to int16.
#[target_feature(enable = "avx2")]
fn load(strip: &Strip, at: usize) -> __m256i {
    let bytes = &strip.0[at..at + STEP];
    // SAFETY: `bytes` has sixteen bytes and the load needs no alignment.
    _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
}

#[target_feature(enable = "avx2")]
fn horizontal_sum(v: __m256i) -> i32 {
    let half = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256::<1>(v));
    let quarter = _mm_add_epi32(half, _mm_shuffle_epi32::<0x4e>(half));
    _mm_cvtsi128_si32(_mm_add_epi32(quarter, _mm_shuffle_epi32::<0xb1>(quarter)))
}
