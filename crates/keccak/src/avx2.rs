//! Four Keccak-256 side by side: word w of lane l is word w of hash l.
#![expect(unsafe_code, reason = "vector instructions")]

use crate::{
    block::{RATE_BYTES, padded, permutations},
    permutation::keccak_f,
};
use alloy_primitives::B256;
use std::arch::x86_64::{
    __m256i, _mm256_andnot_si256, _mm256_extract_epi64, _mm256_or_si256, _mm256_set_epi64x,
    _mm256_set1_epi64x, _mm256_setzero_si256, _mm256_slli_epi64, _mm256_srli_epi64,
    _mm256_xor_si256,
};

/// Hashes side by side.
pub(crate) const LANES: usize = 4;

/// Words of a state, in rows.
type State = [[__m256i; 5]; 5];

/// Proof that this processor and its system know AVX2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avx2(());

impl Avx2 {
    /// `None` if they do not.
    pub(crate) fn detected() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    /// Hashes inputs that take the same number of permutations.
    pub(crate) fn hash(self, inputs: [&[u8]; LANES]) -> [B256; LANES] {
        debug_assert!(inputs.iter().all(|input| permutations(input) == permutations(inputs[0])));
        // SAFETY: nobody has this type without AVX2.
        unsafe { hash(inputs) }
    }
}

#[target_feature(enable = "avx2")]
fn hash(inputs: [&[u8]; LANES]) -> [B256; LANES] {
    let mut state = [[_mm256_setzero_si256(); 5]; 5];
    let [(a, a_rest), (b, b_rest), (c, c_rest), (d, d_rest)] =
        inputs.map(<[u8]>::as_chunks::<RATE_BYTES>);
    for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
        absorb(&mut state, [a, b, c, d]);
    }
    let [a, b, c, d] = [a_rest, b_rest, c_rest, d_rest].map(padded);
    absorb(&mut state, [&a, &b, &c, &d]);
    digests(&state)
}

/// Takes in one block of each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn absorb(state: &mut State, blocks: [&[u8; RATE_BYTES]; LANES]) {
    let [a, b, c, d] = blocks.map(|block| block.as_chunks::<8>().0);
    for ((((word, a), b), c), d) in state.as_flattened_mut().iter_mut().zip(a).zip(b).zip(c).zip(d)
    {
        let [a, b, c, d] = [a, b, c, d].map(|bytes| i64::from_le_bytes(*bytes));
        *word = _mm256_xor_si256(*word, _mm256_set_epi64x(d, c, b, a));
    }
    permute(state);
}

/// The first 32 bytes of each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn digests(state: &State) -> [B256; LANES] {
    let mut digests = [B256::ZERO; LANES];
    let [a, b, c, d] = &mut digests;
    let words = |digest: &mut B256, lane: [i64; 4]| {
        for (to, word) in digest.as_chunks_mut::<8>().0.iter_mut().zip(lane) {
            *to = word.to_le_bytes();
        }
    };
    let [[w0, w1, w2, w3, _], ..] = *state;
    words(a, [w0, w1, w2, w3].map(|word| _mm256_extract_epi64::<0>(word)));
    words(b, [w0, w1, w2, w3].map(|word| _mm256_extract_epi64::<1>(word)));
    words(c, [w0, w1, w2, w3].map(|word| _mm256_extract_epi64::<2>(word)));
    words(d, [w0, w1, w2, w3].map(|word| _mm256_extract_epi64::<3>(word)));
    digests
}

keccak_f!(__m256i, "avx2");

/// The parity of a column.
#[inline]
#[target_feature(enable = "avx2")]
fn parity(column: [__m256i; 5]) -> __m256i {
    let [a, b, c, d, e] = column;
    xor(xor(xor(a, b), xor(c, d)), e)
}

/// The step χ on one row.
#[inline]
#[target_feature(enable = "avx2")]
fn chi(row: [__m256i; 5]) -> [__m256i; 5] {
    let [a, b, c, d, e] = row;
    [
        xor(a, _mm256_andnot_si256(b, c)),
        xor(b, _mm256_andnot_si256(c, d)),
        xor(c, _mm256_andnot_si256(d, e)),
        xor(d, _mm256_andnot_si256(e, a)),
        xor(e, _mm256_andnot_si256(a, b)),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor(a: __m256i, b: __m256i) -> __m256i {
    _mm256_xor_si256(a, b)
}

/// Rotates each word left; `RIGHT` is what `LEFT` lacks of 64.
#[inline]
#[target_feature(enable = "avx2")]
fn rotate<const LEFT: i32, const RIGHT: i32>(words: __m256i) -> __m256i {
    const { assert!(LEFT + RIGHT == 64) };
    _mm256_or_si256(_mm256_slli_epi64::<LEFT>(words), _mm256_srli_epi64::<RIGHT>(words))
}

/// The same word in each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn constant(word: u64) -> __m256i {
    _mm256_set1_epi64x(word.cast_signed())
}
