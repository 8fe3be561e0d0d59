//! From the 1 024 entries of a tile to 32 bytes.

use crate::shape::{TILE_ROWS, Tile};

/// Word g of the fold: XOR over rows ≡ g (mod 8) and all columns of
/// `rotl(C[r][c], 5 · (7 − β) mod 32)` with β = 4⌊r/16⌋ + ⌊c/8⌋.
///
/// This closed form lets each row be reduced alone; the vector units do eight columns at once.
/// Source: proof-of-compute §3.3.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#[expect(clippy::arithmetic_side_effects, reason = "indices below 1 024")]
pub(crate) fn fold(tile: &Tile) -> [u8; 32] {
    let mut lanes = [[0u32; 8]; 8];
    for row in 0..TILE_ROWS {
        let lane = &mut lanes[row % 8];
        for block in 0..4 {
            let beta = 4 * (row / 16) + block;
            let rotation = ROTATIONS[beta];
            let start = row * TILE_ROWS + 8 * block;
            for (word, entry) in lane.iter_mut().zip(&tile.0[start..start + 8]) {
                *word ^= entry.cast_unsigned().rotate_left(rotation);
            }
        }
    }
    let mut mix = [0u8; 32];
    for (lane, bytes) in lanes.iter().zip(mix.chunks_exact_mut(4)) {
        let word = lane.iter().fold(0, |word, value| word ^ value);
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    mix
}

/// 5 · (7 − β) mod 32 for β = 0..8.
const ROTATIONS: [u32; 8] = [3, 30, 25, 20, 15, 10, 5, 0];
