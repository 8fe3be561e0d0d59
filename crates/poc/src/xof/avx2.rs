//! Eight BLAKE3 output blocks at once.
#![expect(unsafe_code, reason = "vector instructions")]
#![expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
#![expect(clippy::arithmetic_side_effects, reason = "counters below 2 048")]

use super::{
    Tag,
    compress::{FLAGS, INPUT_BYTES, IV, SCHEDULE, STEPS, key_words},
};
use crate::shape::Strip;
use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_or_si256, _mm256_set_epi8, _mm256_set_epi32,
    _mm256_set1_epi32, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_slli_epi32,
    _mm256_srli_epi32, _mm256_storeu_si256, _mm256_xor_si256,
};

/// Output blocks per step: one 256-bit register per state word.
const LANES: usize = 8;

/// Bytes of one output block.
const BLOCK_BYTES: usize = 64;

pub(super) fn fill_checked(key: &[u8; 32], tag: Tag, index: u32, strip: &mut Strip) {
    // SAFETY: `Kernel::or_supported` lets this path run only where AVX2 was detected.
    unsafe { fill(key, tag, index, strip) }
}

/// Byte shuffles that rotate every 32-bit lane right by 16 and by 8.
struct Rotations {
    by_16: __m256i,
    by_8: __m256i,
}

#[target_feature(enable = "avx2")]
fn fill(key: &[u8; 32], tag: Tag, index: u32, strip: &mut Strip) {
    let key = key_words(key).map(u32::cast_signed);
    let rotations = Rotations {
        by_16: _mm256_set_epi8(
            13, 12, 15, 14, 9, 8, 11, 10, 5, 4, 7, 6, 1, 0, 3, 2, 13, 12, 15, 14, 9, 8, 11, 10, 5,
            4, 7, 6, 1, 0, 3, 2,
        ),
        by_8: _mm256_set_epi8(
            12, 15, 14, 13, 8, 11, 10, 9, 4, 7, 6, 5, 0, 3, 2, 1, 12, 15, 14, 13, 8, 11, 10, 9, 4,
            7, 6, 5, 0, 3, 2, 1,
        ),
    };
    let mut message = [_mm256_setzero_si256(); 16];
    message[0] = _mm256_set1_epi32((tag as u32).cast_signed());
    message[1] = _mm256_set1_epi32(index.cast_signed());
    let mut counters = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
    for chunk in strip.0.chunks_exact_mut(BLOCK_BYTES * LANES) {
        let mut v = [_mm256_setzero_si256(); 16];
        for word in 0..8 {
            v[word] = _mm256_set1_epi32(key[word]);
        }
        for word in 0..4 {
            v[8 + word] = _mm256_set1_epi32(IV[word].cast_signed());
        }
        v[12] = counters;
        v[14] = _mm256_set1_epi32(INPUT_BYTES.cast_signed());
        v[15] = _mm256_set1_epi32(FLAGS.cast_signed());
        for round in &SCHEDULE {
            for (position, words) in STEPS.iter().enumerate() {
                let (x, y) = (message[round[2 * position]], message[round[2 * position + 1]]);
                mix(&mut v, *words, x, y, &rotations);
            }
        }
        write(&v, &key, chunk);
        counters = _mm256_add_epi32(counters, _mm256_set1_epi32(8));
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn mix(v: &mut [__m256i; 16], [a, b, c, d]: [usize; 4], x: __m256i, y: __m256i, r: &Rotations) {
    v[a] = _mm256_add_epi32(_mm256_add_epi32(v[a], v[b]), x);
    v[d] = _mm256_shuffle_epi8(_mm256_xor_si256(v[d], v[a]), r.by_16);
    v[c] = _mm256_add_epi32(v[c], v[d]);
    let t = _mm256_xor_si256(v[b], v[c]);
    v[b] = _mm256_or_si256(_mm256_srli_epi32::<12>(t), _mm256_slli_epi32::<20>(t));
    v[a] = _mm256_add_epi32(_mm256_add_epi32(v[a], v[b]), y);
    v[d] = _mm256_shuffle_epi8(_mm256_xor_si256(v[d], v[a]), r.by_8);
    v[c] = _mm256_add_epi32(v[c], v[d]);
    let t = _mm256_xor_si256(v[b], v[c]);
    v[b] = _mm256_or_si256(_mm256_srli_epi32::<7>(t), _mm256_slli_epi32::<25>(t));
}

/// Writes eight output blocks: the words of lane l are block l.
#[target_feature(enable = "avx2")]
fn write(v: &[__m256i; 16], key: &[i32; 8], chunk: &mut [i8]) {
    let mut words = [[0u32; LANES]; 16];
    for word in 0..8 {
        let low = _mm256_xor_si256(v[word], v[word + 8]);
        let high = _mm256_xor_si256(v[word + 8], _mm256_set1_epi32(key[word]));
        // SAFETY: each target holds eight 32-bit words and the store needs no alignment.
        unsafe {
            _mm256_storeu_si256(words[word].as_mut_ptr().cast(), low);
            _mm256_storeu_si256(words[word + 8].as_mut_ptr().cast(), high);
        }
    }
    for (lane, block) in chunk.chunks_exact_mut(BLOCK_BYTES).enumerate() {
        for (word, entries) in words.iter().zip(block.chunks_exact_mut(4)) {
            for (entry, byte) in entries.iter_mut().zip(word[lane].to_le_bytes()) {
                *entry = byte.cast_signed();
            }
        }
    }
}
