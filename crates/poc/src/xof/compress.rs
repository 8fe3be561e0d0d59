//! Several BLAKE3 output blocks at once, in plain Rust that compilers vectorise.

use super::Tag;
use crate::shape::Strip;

/// Output blocks per step: one 128-bit register per state word.
const LANES: usize = 4;

/// Bytes of one output block.
const BLOCK_BYTES: usize = 64;

pub(super) const IV: [u32; 4] = [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A];

/// Message word order of the seven rounds.
pub(super) const SCHEDULE: [[usize; 16]; 7] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8],
    [3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1],
    [10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6],
    [12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4],
    [9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7],
    [11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13],
];

/// State words that each of the eight mixing steps of a round touches.
pub(super) const STEPS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// Bytes of the input: le32(tag) ‖ le32(index).
pub(super) const INPUT_BYTES: u32 = 8;

/// CHUNK_START | CHUNK_END | ROOT | KEYED_HASH.
pub(super) const FLAGS: u32 = 1 | 2 | 8 | 16;

/// The key as words.
pub(super) fn key_words(key: &[u8; 32]) -> [u32; 8] {
    let mut words = [0u32; 8];
    for (word, bytes) in words.iter_mut().zip(key.chunks_exact(4)) {
        *word = bytes.iter().rev().fold(0, |word, byte| (word << 8) | u32::from(*byte));
    }
    words
}

type State = [[u32; LANES]; 16];

#[expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#[expect(clippy::arithmetic_side_effects, reason = "counters below 2 048")]
#[expect(clippy::cast_possible_truncation, reason = "counters below 2 048")]
#[expect(clippy::needless_range_loop, reason = "lanes run through several arrays")]
pub(super) fn fill(key: &[u8; 32], tag: Tag, index: u32, strip: &mut Strip) {
    let key = key_words(key);
    let mut message = [0u32; 16];
    message[0] = tag as u32;
    message[1] = index;
    for (step, chunk) in strip.0.chunks_exact_mut(BLOCK_BYTES * LANES).enumerate() {
        let mut state: State = [[0; LANES]; 16];
        for word in 0..8 {
            state[word] = [key[word]; LANES];
        }
        for word in 0..4 {
            state[8 + word] = [IV[word]; LANES];
        }
        state[12] = std::array::from_fn(|lane| (step * LANES + lane) as u32);
        state[14] = [INPUT_BYTES; LANES];
        state[15] = [FLAGS; LANES];
        for round in &SCHEDULE {
            for (position, words) in STEPS.iter().enumerate() {
                let (x, y) = (message[round[2 * position]], message[round[2 * position + 1]]);
                mix(&mut state, *words, x, y);
            }
        }
        for lane in 0..LANES {
            for word in 0..8 {
                let low = state[word][lane] ^ state[word + 8][lane];
                let high = state[word + 8][lane] ^ key[word];
                let at = lane * BLOCK_BYTES + 4 * word;
                put(&mut chunk[at..at + 4], low);
                put(&mut chunk[at + 32..at + 36], high);
            }
        }
    }
}

fn put(entries: &mut [i8], word: u32) {
    for (entry, byte) in entries.iter_mut().zip(word.to_le_bytes()) {
        *entry = byte.cast_signed();
    }
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#[expect(clippy::needless_range_loop, reason = "lanes run through several state words")]
fn mix(v: &mut State, [a, b, c, d]: [usize; 4], x: u32, y: u32) {
    for lane in 0..LANES {
        v[a][lane] = v[a][lane].wrapping_add(v[b][lane]).wrapping_add(x);
        v[d][lane] = (v[d][lane] ^ v[a][lane]).rotate_right(16);
        v[c][lane] = v[c][lane].wrapping_add(v[d][lane]);
        v[b][lane] = (v[b][lane] ^ v[c][lane]).rotate_right(12);
        v[a][lane] = v[a][lane].wrapping_add(v[b][lane]).wrapping_add(y);
        v[d][lane] = (v[d][lane] ^ v[a][lane]).rotate_right(8);
        v[c][lane] = v[c][lane].wrapping_add(v[d][lane]);
        v[b][lane] = (v[b][lane] ^ v[c][lane]).rotate_right(7);
    }
}
