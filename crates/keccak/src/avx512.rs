//! Eight Keccak-256 side by side: word w of lane l is word w of hash l.
//!
//! A rotation is one instruction here, and so are three operands joined bit by bit, which is all that θ and χ do:
//! half the operations of AVX2 for twice the lanes.
#![expect(unsafe_code, reason = "vector instructions")]
#![expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]

use crate::{
    block::{RATE_BYTES, padded, permutations},
    permutation::keccak_f,
};
use alloy_primitives::B256;
use std::arch::x86_64::{
    __m512i, _mm512_rol_epi64, _mm512_set_epi64, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_storeu_epi64, _mm512_ternarylogic_epi64, _mm512_xor_si512,
};

/// Hashes side by side.
pub(crate) const LANES: usize = 8;

/// Words of a state, in rows.
type State = [[__m512i; 5]; 5];

/// `a ^ b ^ c` as a table of what becomes of each three bits.
const XOR_OF_THREE: i32 = 0b1001_0110;

/// `a ^ (!b & c)`, the same way.
const CHI: i32 = 0b1101_0010;

/// Proof that this processor and its system know AVX-512 Foundation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avx512(());

impl Avx512 {
    /// `None` if they do not.
    pub(crate) fn detected() -> Option<Self> {
        is_x86_feature_detected!("avx512f").then_some(Self(()))
    }

    /// Hashes inputs that take the same number of permutations.
    pub(crate) fn hash(self, inputs: [&[u8]; LANES]) -> [B256; LANES] {
        debug_assert!(inputs.iter().all(|input| permutations(input) == permutations(inputs[0])));
        // SAFETY: nobody has this type without AVX-512 Foundation.
        unsafe { hash(inputs) }
    }
}

#[target_feature(enable = "avx512f")]
fn hash(inputs: [&[u8]; LANES]) -> [B256; LANES] {
    let mut state = [[_mm512_setzero_si512(); 5]; 5];
    let inputs = inputs.map(<[u8]>::as_chunks::<RATE_BYTES>);
    let whole_blocks = inputs.iter().map(|(blocks, _)| blocks.len()).min().unwrap_or_default();
    for number in 0..whole_blocks {
        absorb(&mut state, inputs.map(|(blocks, _)| &blocks[number]));
    }
    let last = inputs.map(|(_, rest)| padded(rest));
    absorb(&mut state, last.each_ref());
    digests(&state)
}

/// Takes in one block of each lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn absorb(state: &mut State, blocks: [&[u8; RATE_BYTES]; LANES]) {
    let [a, b, c, d, e, f, g, h] = blocks.map(|block| block.as_chunks::<8>().0);
    for (number, word) in state.as_flattened_mut().iter_mut().take(RATE_BYTES / 8).enumerate() {
        let lane = |words: &[[u8; 8]]| i64::from_le_bytes(words[number]);
        let lanes = _mm512_set_epi64(
            lane(h),
            lane(g),
            lane(f),
            lane(e),
            lane(d),
            lane(c),
            lane(b),
            lane(a),
        );
        *word = xor(*word, lanes);
    }
    permute(state);
}

/// The first 32 bytes of each lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn digests(state: &State) -> [B256; LANES] {
    let mut digests = [B256::ZERO; LANES];
    for (number, word) in state[0].iter().take(4).enumerate() {
        let mut lanes = [0_i64; LANES];
        // SAFETY: `lanes` has room for the eight words of a register; the store needs no alignment.
        unsafe { _mm512_storeu_epi64(lanes.as_mut_ptr(), *word) };
        for (digest, lane) in digests.iter_mut().zip(lanes) {
            digest.as_chunks_mut::<8>().0[number] = lane.to_le_bytes();
        }
    }
    digests
}

keccak_f!(__m512i, "avx512f");

/// The parity of a column.
#[inline]
#[target_feature(enable = "avx512f")]
fn parity(column: [__m512i; 5]) -> __m512i {
    let [a, b, c, d, e] = column;
    let three = _mm512_ternarylogic_epi64::<XOR_OF_THREE>(a, b, c);
    _mm512_ternarylogic_epi64::<XOR_OF_THREE>(three, d, e)
}

/// The step χ on one row.
#[inline]
#[target_feature(enable = "avx512f")]
fn chi(row: [__m512i; 5]) -> [__m512i; 5] {
    let [a, b, c, d, e] = row;
    [
        _mm512_ternarylogic_epi64::<CHI>(a, b, c),
        _mm512_ternarylogic_epi64::<CHI>(b, c, d),
        _mm512_ternarylogic_epi64::<CHI>(c, d, e),
        _mm512_ternarylogic_epi64::<CHI>(d, e, a),
        _mm512_ternarylogic_epi64::<CHI>(e, a, b),
    ]
}

#[inline]
#[target_feature(enable = "avx512f")]
fn xor(a: __m512i, b: __m512i) -> __m512i {
    _mm512_xor_si512(a, b)
}

/// Rotates each word left; `RIGHT` is what `LEFT` lacks of 64, which only shifts need.
#[inline]
#[target_feature(enable = "avx512f")]
fn rotate<const LEFT: i32, const RIGHT: i32>(words: __m512i) -> __m512i {
    const { assert!(LEFT + RIGHT == 64) };
    _mm512_rol_epi64::<LEFT>(words)
}

/// The same word in each lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn constant(word: u64) -> __m512i {
    _mm512_set1_epi64(word.cast_signed())
}
