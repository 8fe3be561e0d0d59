//! Plain Rust that compilers vectorise.

use crate::shape::{STRIP_DEPTH, Strip, TILE_ROWS, Tile};

/// Entries widened at once: two rows of i16 stay in the first-level cache.
const CHUNK: usize = 256;

/// A · Bᵀ with int16 products, which every baseline vector unit has.
#[expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#[expect(clippy::arithmetic_side_effects, reason = "|C| ≤ 4096 · 2^14 = 2^26 fits int32")]
pub(super) fn multiply(a: &Strip, b: &Strip, tile: &mut Tile) {
    tile.0.fill(0);
    let mut wide_a = [[0i16; CHUNK]; TILE_ROWS];
    let mut wide_b = [[0i16; CHUNK]; TILE_ROWS];
    for start in (0..STRIP_DEPTH).step_by(CHUNK) {
        widen(a, start, &mut wide_a);
        widen(b, start, &mut wide_b);
        for (row, left) in wide_a.iter().enumerate() {
            for (column, right) in wide_b.iter().enumerate() {
                let sum: i32 =
                    left.iter().zip(right).map(|(x, y)| i32::from(*x) * i32::from(*y)).sum();
                tile.0[row * TILE_ROWS + column] += sum;
            }
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#[expect(clippy::arithmetic_side_effects, reason = "indices below 131 072")]
fn widen(strip: &Strip, start: usize, wide: &mut [[i16; CHUNK]; TILE_ROWS]) {
    for (row, target) in wide.iter_mut().enumerate() {
        let from = row * STRIP_DEPTH + start;
        for (value, entry) in target.iter_mut().zip(&strip.0[from..from + CHUNK]) {
            *value = i16::from(*entry);
        }
    }
}
