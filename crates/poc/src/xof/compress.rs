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

type Lanes = [u32; LANES];

type State = [Lanes; 16];

/// The message words that are not zero: tag and index.
#[derive(Clone, Copy)]
struct Message {
    tag: u32,
    index: u32,
}

impl Message {
    #[inline(always)]
    const fn word(self, number: usize) -> u32 {
        match number {
            0 => self.tag,
            1 => self.index,
            _ => 0,
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#[expect(clippy::arithmetic_side_effects, reason = "counters below 2 048")]
#[expect(clippy::cast_possible_truncation, reason = "counters below 2 048")]
pub(super) fn fill(key: &[u8; 32], tag: Tag, index: u32, strip: &mut Strip) {
    let key = key_words(key);
    let message = Message { tag: tag as u32, index };
    let start = start(&key, message);
    for (step_number, chunk) in strip.0.chunks_exact_mut(BLOCK_BYTES * LANES).enumerate() {
        let mut v = start;
        v[12] = std::array::from_fn(|lane| (step_number * LANES + lane) as u32);
        step::<0, 0>(&mut v, message);
        diagonals::<0>(&mut v, message);
        round::<1>(&mut v, message);
        round::<2>(&mut v, message);
        round::<3>(&mut v, message);
        round::<4>(&mut v, message);
        round::<5>(&mut v, message);
        round::<6>(&mut v, message);
        for (lane, block) in chunk.chunks_exact_mut(BLOCK_BYTES).enumerate() {
            let (front, back) = block.split_at_mut(BLOCK_BYTES / 2);
            for word in 0..8 {
                put(&mut front[4 * word..4 * word + 4], v[word][lane] ^ v[word + 8][lane]);
                put(&mut back[4 * word..4 * word + 4], v[word + 8][lane] ^ key[word]);
            }
        }
    }
}

/// The state before the first round, with the three columns done that the counter does not enter:
/// they are the same in all blocks of a stream.
#[expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#[expect(clippy::arithmetic_side_effects, reason = "constant bounds")]
fn start(key: &[u32; 8], message: Message) -> State {
    let mut v: State = [[0; LANES]; 16];
    for word in 0..8 {
        v[word] = [key[word]; LANES];
    }
    for word in 0..4 {
        v[8 + word] = [IV[word]; LANES];
    }
    v[14] = [INPUT_BYTES; LANES];
    v[15] = [FLAGS; LANES];
    step::<0, 1>(&mut v, message);
    step::<0, 2>(&mut v, message);
    step::<0, 3>(&mut v, message);
    v
}

#[inline(always)]
fn round<const ROUND: usize>(v: &mut State, message: Message) {
    step::<ROUND, 0>(v, message);
    step::<ROUND, 1>(v, message);
    step::<ROUND, 2>(v, message);
    step::<ROUND, 3>(v, message);
    diagonals::<ROUND>(v, message);
}

#[inline(always)]
fn diagonals<const ROUND: usize>(v: &mut State, message: Message) {
    step::<ROUND, 4>(v, message);
    step::<ROUND, 5>(v, message);
    step::<ROUND, 6>(v, message);
    step::<ROUND, 7>(v, message);
}

/// One mixing step. Round and position are constants, so that every index and every message word
/// is known to the compiler.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
fn step<const ROUND: usize, const POSITION: usize>(v: &mut State, message: Message) {
    let [a, b, c, d] = const { STEPS[POSITION] };
    let (x, y) = const { (SCHEDULE[ROUND][2 * POSITION], SCHEDULE[ROUND][2 * POSITION + 1]) };
    v[a] = add(add(v[a], v[b]), [message.word(x); LANES]);
    v[d] = rotate_right::<16>(xor(v[d], v[a]));
    v[c] = add(v[c], v[d]);
    v[b] = rotate_right::<12>(xor(v[b], v[c]));
    v[a] = add(add(v[a], v[b]), [message.word(y); LANES]);
    v[d] = rotate_right::<8>(xor(v[d], v[a]));
    v[c] = add(v[c], v[d]);
    v[b] = rotate_right::<7>(xor(v[b], v[c]));
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "lanes of fixed-size arrays")]
fn add(a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|lane| a[lane].wrapping_add(b[lane]))
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "lanes of fixed-size arrays")]
fn xor(a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|lane| a[lane] ^ b[lane])
}

#[inline(always)]
fn rotate_right<const BITS: u32>(a: Lanes) -> Lanes {
    a.map(|word| word.rotate_right(BITS))
}

fn put(entries: &mut [i8], word: u32) {
    for (entry, byte) in entries.iter_mut().zip(word.to_le_bytes()) {
        *entry = byte.cast_signed();
    }
}
