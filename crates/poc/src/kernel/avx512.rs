//! x86-64 with AVX-512 VNNI: four int8 products per 32-bit lane and instruction.
//!
//! `vpdpbusd` multiplies unsigned by signed: A is offset by 128 (a flipped top bit) and
//! 128 · Σ B is taken off each column afterwards.
#![expect(unsafe_code, reason = "vector instructions")]
#![expect(clippy::arithmetic_side_effects, reason = "indices below 131 072; |C| ≤ 2^26")]
#![expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#![expect(clippy::needless_range_loop, reason = "register blocks are indexed by row and column")]

use crate::{
    fold,
    shape::{STRIP_DEPTH, Strip, TILE_ROWS, Tile},
};
use std::arch::x86_64::{
    __m512i, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_reduce_add_epi32, _mm512_set1_epi8,
    _mm512_setzero_si512, _mm512_xor_si512,
};

/// Rows and columns of the register block: 16 accumulators and 5 operands of 32 registers.
const BLOCK: usize = 4;

/// Entries per step: one register of int8.
const STEP: usize = 64;

pub(super) fn multiply_checked(a: &Strip, b: &Strip, tile: &mut Tile) {
    // SAFETY: `Kernel::or_supported` lets this kernel run only where AVX-512 VNNI was detected.
    unsafe { multiply(a, b, tile) }
}

pub(super) fn fold_checked(tile: &Tile) -> [u8; 32] {
    // SAFETY: as above.
    unsafe { fold_wide(tile) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn fold_wide(tile: &Tile) -> [u8; 32] {
    fold::fold(tile)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn multiply(a: &Strip, b: &Strip, tile: &mut Tile) {
    let flip = _mm512_set1_epi8(i8::MIN);
    let corrections: [i32; TILE_ROWS] = std::array::from_fn(|column| column_sum(b, column) << 7);
    for row in (0..TILE_ROWS).step_by(BLOCK) {
        for column in (0..TILE_ROWS).step_by(BLOCK) {
            let mut sums = [[_mm512_setzero_si512(); BLOCK]; BLOCK];
            for step in (0..STRIP_DEPTH).step_by(STEP) {
                let left: [__m512i; BLOCK] = std::array::from_fn(|r| {
                    _mm512_xor_si512(flip, load(a, (row + r) * STRIP_DEPTH + step))
                });
                for c in 0..BLOCK {
                    let right = load(b, (column + c) * STRIP_DEPTH + step);
                    for r in 0..BLOCK {
                        sums[r][c] = _mm512_dpbusd_epi32(sums[r][c], left[r], right);
                    }
                }
            }
            for r in 0..BLOCK {
                for c in 0..BLOCK {
                    let sum = _mm512_reduce_add_epi32(sums[r][c]);
                    tile.0[(row + r) * TILE_ROWS + column + c] = sum - corrections[column + c];
                }
            }
        }
    }
}

/// Sum of the entries of one column.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn column_sum(b: &Strip, column: usize) -> i32 {
    let ones = _mm512_set1_epi8(1);
    let mut sum = _mm512_setzero_si512();
    for step in (0..STRIP_DEPTH).step_by(STEP) {
        sum = _mm512_dpbusd_epi32(sum, ones, load(b, column * STRIP_DEPTH + step));
    }
    _mm512_reduce_add_epi32(sum)
}

/// Sixty-four entries of a strip.
#[target_feature(enable = "avx512f")]
fn load(strip: &Strip, at: usize) -> __m512i {
    let bytes = &strip.0[at..at + STEP];
    // SAFETY: `bytes` has sixty-four bytes and the load needs no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}
