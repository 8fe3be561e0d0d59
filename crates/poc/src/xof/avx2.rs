//! Eight BLAKE3 output blocks at once.
//!
//! All blocks of a stream differ in their counter alone, which enters the first round through one
//! of its four columns: the other three are computed once per strip. Of the sixteen message words
//! only two are not zero, so all other additions of a message word are left out.
#![expect(unsafe_code, reason = "vector instructions")]
#![expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#![expect(clippy::arithmetic_side_effects, reason = "constant bounds")]

use super::{
    Tag,
    compress::{FLAGS, INPUT_BYTES, IV, SCHEDULE, STEPS, key_words},
};
use crate::shape::Strip;
use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_or_si256, _mm256_permute2x128_si256, _mm256_set_epi8,
    _mm256_set_epi32, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_slli_epi32, _mm256_srli_epi32, _mm256_storeu_si256, _mm256_unpackhi_epi32,
    _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64, _mm256_xor_si256,
};

/// Output blocks per step: one 256-bit register per state word.
const LANES: usize = 8;

/// Bytes of one output block.
const BLOCK_BYTES: usize = 64;

/// Half an output block: eight words, one register once a lane's words stand together.
const HALF_BYTES: usize = 32;

type State = [__m256i; 16];

pub(super) fn fill_checked(key: &[u8; 32], tag: Tag, index: u32, strip: &mut Strip) {
    // SAFETY: `Kernel::or_supported` lets this path run only where AVX2 was detected.
    unsafe { fill(key, tag, index, strip) }
}

/// What every step needs: the message words that are not zero and the byte shuffles that rotate
/// each 32-bit lane right by 16 and by 8.
struct Constants {
    tag: __m256i,
    index: __m256i,
    by_16: __m256i,
    by_8: __m256i,
}

#[target_feature(enable = "avx2")]
fn fill(key: &[u8; 32], tag: Tag, index: u32, strip: &mut Strip) {
    let constants = Constants {
        tag: _mm256_set1_epi32((tag as u32).cast_signed()),
        index: _mm256_set1_epi32(index.cast_signed()),
        by_16: _mm256_set_epi8(
            13, 12, 15, 14, 9, 8, 11, 10, 5, 4, 7, 6, 1, 0, 3, 2, 13, 12, 15, 14, 9, 8, 11, 10, 5,
            4, 7, 6, 1, 0, 3, 2,
        ),
        by_8: _mm256_set_epi8(
            12, 15, 14, 13, 8, 11, 10, 9, 4, 7, 6, 5, 0, 3, 2, 1, 12, 15, 14, 13, 8, 11, 10, 9, 4,
            7, 6, 5, 0, 3, 2, 1,
        ),
    };
    let key = key_words(key).map(u32::cast_signed);
    let start = start(&key, &constants);
    let mut counters = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
    for chunk in strip.0.chunks_exact_mut(BLOCK_BYTES * LANES) {
        let mut v = start;
        v[12] = counters;
        step::<0, 0>(&mut v, &constants);
        diagonals::<0>(&mut v, &constants);
        round::<1>(&mut v, &constants);
        round::<2>(&mut v, &constants);
        round::<3>(&mut v, &constants);
        round::<4>(&mut v, &constants);
        round::<5>(&mut v, &constants);
        round::<6>(&mut v, &constants);
        write(&v, &key, chunk);
        counters = _mm256_add_epi32(counters, _mm256_set1_epi32(8));
    }
}

/// The state before the first round, with the three columns done that the counter does not enter.
#[target_feature(enable = "avx2")]
fn start(key: &[i32; 8], constants: &Constants) -> State {
    let mut v = [_mm256_setzero_si256(); 16];
    for word in 0..8 {
        v[word] = _mm256_set1_epi32(key[word]);
    }
    for word in 0..4 {
        v[8 + word] = _mm256_set1_epi32(IV[word].cast_signed());
    }
    v[14] = _mm256_set1_epi32(INPUT_BYTES.cast_signed());
    v[15] = _mm256_set1_epi32(FLAGS.cast_signed());
    step::<0, 1>(&mut v, constants);
    step::<0, 2>(&mut v, constants);
    step::<0, 3>(&mut v, constants);
    v
}

#[inline]
#[target_feature(enable = "avx2")]
fn round<const ROUND: usize>(v: &mut State, constants: &Constants) {
    step::<ROUND, 0>(v, constants);
    step::<ROUND, 1>(v, constants);
    step::<ROUND, 2>(v, constants);
    step::<ROUND, 3>(v, constants);
    diagonals::<ROUND>(v, constants);
}

#[inline]
#[target_feature(enable = "avx2")]
fn diagonals<const ROUND: usize>(v: &mut State, constants: &Constants) {
    step::<ROUND, 4>(v, constants);
    step::<ROUND, 5>(v, constants);
    step::<ROUND, 6>(v, constants);
    step::<ROUND, 7>(v, constants);
}

/// Adds message word `WORD`, if it is one of those that are not zero.
#[inline]
#[target_feature(enable = "avx2")]
fn add_message(sum: __m256i, word: usize, constants: &Constants) -> __m256i {
    match word {
        0 => _mm256_add_epi32(sum, constants.tag),
        1 => _mm256_add_epi32(sum, constants.index),
        _ => sum,
    }
}

/// One mixing step. Round and position are constants, so that every index and every message word
/// is known to the compiler.
#[inline]
#[target_feature(enable = "avx2")]
fn step<const ROUND: usize, const POSITION: usize>(v: &mut State, constants: &Constants) {
    let [a, b, c, d] = const { STEPS[POSITION] };
    let (x, y) = const { (SCHEDULE[ROUND][2 * POSITION], SCHEDULE[ROUND][2 * POSITION + 1]) };
    v[a] = add_message(_mm256_add_epi32(v[a], v[b]), x, constants);
    v[d] = _mm256_shuffle_epi8(_mm256_xor_si256(v[d], v[a]), constants.by_16);
    v[c] = _mm256_add_epi32(v[c], v[d]);
    let t = _mm256_xor_si256(v[b], v[c]);
    v[b] = _mm256_or_si256(_mm256_srli_epi32::<12>(t), _mm256_slli_epi32::<20>(t));
    v[a] = add_message(_mm256_add_epi32(v[a], v[b]), y, constants);
    v[d] = _mm256_shuffle_epi8(_mm256_xor_si256(v[d], v[a]), constants.by_8);
    v[c] = _mm256_add_epi32(v[c], v[d]);
    let t = _mm256_xor_si256(v[b], v[c]);
    v[b] = _mm256_or_si256(_mm256_srli_epi32::<7>(t), _mm256_slli_epi32::<25>(t));
}

/// Writes eight output blocks: the words of lane l are block l.
#[inline]
#[target_feature(enable = "avx2")]
fn write(v: &State, key: &[i32; 8], chunk: &mut [i8]) {
    let low = std::array::from_fn(|word| _mm256_xor_si256(v[word], v[word + 8]));
    let high =
        std::array::from_fn(|word| _mm256_xor_si256(v[word + 8], _mm256_set1_epi32(key[word])));
    let halves = transpose(&low).into_iter().zip(transpose(&high));
    for ((low, high), block) in halves.zip(chunk.chunks_exact_mut(BLOCK_BYTES)) {
        let (front, back) = block.split_at_mut(HALF_BYTES);
        // SAFETY: each half block holds thirty-two bytes and the store needs no alignment.
        unsafe {
            _mm256_storeu_si256(front.as_mut_ptr().cast(), low);
            _mm256_storeu_si256(back.as_mut_ptr().cast(), high);
        }
    }
}

/// Word w of lane l becomes word l of lane w.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(words: &[__m256i; 8]) -> [__m256i; 8] {
    let [a, b, c, d, e, f, g, h] = *words;
    // Pairs of words of one lane.
    let (ab_low, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (cd_low, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    let (ef_low, ef_high) = (_mm256_unpacklo_epi32(e, f), _mm256_unpackhi_epi32(e, f));
    let (gh_low, gh_high) = (_mm256_unpacklo_epi32(g, h), _mm256_unpackhi_epi32(g, h));
    // Four words of one lane: lane n in the lower, lane n + 4 in the upper half.
    let front = [
        _mm256_unpacklo_epi64(ab_low, cd_low),
        _mm256_unpackhi_epi64(ab_low, cd_low),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ];
    let back = [
        _mm256_unpacklo_epi64(ef_low, gh_low),
        _mm256_unpackhi_epi64(ef_low, gh_low),
        _mm256_unpacklo_epi64(ef_high, gh_high),
        _mm256_unpackhi_epi64(ef_high, gh_high),
    ];
    [
        _mm256_permute2x128_si256::<0x20>(front[0], back[0]),
        _mm256_permute2x128_si256::<0x20>(front[1], back[1]),
        _mm256_permute2x128_si256::<0x20>(front[2], back[2]),
        _mm256_permute2x128_si256::<0x20>(front[3], back[3]),
        _mm256_permute2x128_si256::<0x31>(front[0], back[0]),
        _mm256_permute2x128_si256::<0x31>(front[1], back[1]),
        _mm256_permute2x128_si256::<0x31>(front[2], back[2]),
        _mm256_permute2x128_si256::<0x31>(front[3], back[3]),
    ]
}
