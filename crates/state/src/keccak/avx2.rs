//! Four Keccak-256 side by side: word w of lane l is word w of hash l. Source: FIPS 202 §3.
#![expect(unsafe_code, reason = "vector instructions")]
#![expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]

use super::{LANES, RATE_BYTES};
use alloy_primitives::B256;
use std::arch::x86_64::{
    __m256i, _mm256_andnot_si256, _mm256_extract_epi64, _mm256_or_si256, _mm256_set_epi64x,
    _mm256_set1_epi64x, _mm256_setzero_si256, _mm256_slli_epi64, _mm256_srli_epi64,
    _mm256_xor_si256,
};

/// Words of a state, in rows of five.
type State = [__m256i; 25];

/// What the step ι adds to the first word in each round. Source: FIPS 202 §3.2.5.
const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// First byte of the padding: Keccak as it was before FIPS 202 added domain bits, which Ethereum uses.
const PADDING_START: u8 = 0x01;

/// Last bit of the padding.
const PADDING_END: u8 = 0x80;

/// Proof that this processor and its system know AVX2.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    /// `None` if they do not.
    pub(super) fn detected() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    /// Hashes four inputs that take the same number of permutations.
    pub(super) fn hash(self, inputs: [&[u8]; LANES]) -> [B256; LANES] {
        debug_assert!(inputs.iter().all(|input| {
            input.len().checked_div(RATE_BYTES) == inputs[0].len().checked_div(RATE_BYTES)
        }));
        // SAFETY: nobody has this type without AVX2.
        unsafe { hash(inputs) }
    }
}

#[target_feature(enable = "avx2")]
fn hash(inputs: [&[u8]; LANES]) -> [B256; LANES] {
    let mut state = [_mm256_setzero_si256(); 25];
    let [(a, a_rest), (b, b_rest), (c, c_rest), (d, d_rest)] =
        inputs.map(<[u8]>::as_chunks::<RATE_BYTES>);
    for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
        absorb(&mut state, [a, b, c, d]);
    }
    let [a, b, c, d] = [a_rest, b_rest, c_rest, d_rest].map(padded);
    absorb(&mut state, [&a, &b, &c, &d]);
    digests(&state)
}

/// What does not fill a block, with its padding.
fn padded(rest: &[u8]) -> [u8; RATE_BYTES] {
    let mut block = [0; RATE_BYTES];
    for (to, from) in block.iter_mut().zip(rest) {
        *to = *from;
    }
    block[rest.len()] = PADDING_START;
    block[RATE_BYTES - 1] |= PADDING_END;
    block
}

/// Takes in one block of each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn absorb(state: &mut State, blocks: [&[u8; RATE_BYTES]; LANES]) {
    let [a, b, c, d] = blocks.map(|block| block.as_chunks::<8>().0);
    for ((((word, a), b), c), d) in state.iter_mut().zip(a).zip(b).zip(c).zip(d) {
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
    let [w0, w1, w2, w3, ..] = *state;
    words(a, [w0, w1, w2, w3].map(|word| _mm256_extract_epi64::<0>(word)));
    words(b, [w0, w1, w2, w3].map(|word| _mm256_extract_epi64::<1>(word)));
    words(c, [w0, w1, w2, w3].map(|word| _mm256_extract_epi64::<2>(word)));
    words(d, [w0, w1, w2, w3].map(|word| _mm256_extract_epi64::<3>(word)));
    digests
}

/// Keccak-f[1600]. The steps ρ and π are in the order in which χ reads its rows.
#[target_feature(enable = "avx2")]
fn permute(state: &mut State) {
    for constant in ROUND_CONSTANTS {
        let a = *state;
        let c = [
            parity([a[0], a[5], a[10], a[15], a[20]]),
            parity([a[1], a[6], a[11], a[16], a[21]]),
            parity([a[2], a[7], a[12], a[17], a[22]]),
            parity([a[3], a[8], a[13], a[18], a[23]]),
            parity([a[4], a[9], a[14], a[19], a[24]]),
        ];
        // θ.
        let d = [
            xor(c[4], rotate::<1, 63>(c[1])),
            xor(c[0], rotate::<1, 63>(c[2])),
            xor(c[1], rotate::<1, 63>(c[3])),
            xor(c[2], rotate::<1, 63>(c[4])),
            xor(c[3], rotate::<1, 63>(c[0])),
        ];
        let first = chi([
            xor(a[0], d[0]),
            rotate::<44, 20>(xor(a[6], d[1])),
            rotate::<43, 21>(xor(a[12], d[2])),
            rotate::<21, 43>(xor(a[18], d[3])),
            rotate::<14, 50>(xor(a[24], d[4])),
        ]);
        let second = chi([
            rotate::<28, 36>(xor(a[3], d[3])),
            rotate::<20, 44>(xor(a[9], d[4])),
            rotate::<3, 61>(xor(a[10], d[0])),
            rotate::<45, 19>(xor(a[16], d[1])),
            rotate::<61, 3>(xor(a[22], d[2])),
        ]);
        let third = chi([
            rotate::<1, 63>(xor(a[1], d[1])),
            rotate::<6, 58>(xor(a[7], d[2])),
            rotate::<25, 39>(xor(a[13], d[3])),
            rotate::<8, 56>(xor(a[19], d[4])),
            rotate::<18, 46>(xor(a[20], d[0])),
        ]);
        let fourth = chi([
            rotate::<27, 37>(xor(a[4], d[4])),
            rotate::<36, 28>(xor(a[5], d[0])),
            rotate::<10, 54>(xor(a[11], d[1])),
            rotate::<15, 49>(xor(a[17], d[2])),
            rotate::<56, 8>(xor(a[23], d[3])),
        ]);
        let fifth = chi([
            rotate::<62, 2>(xor(a[2], d[2])),
            rotate::<55, 9>(xor(a[8], d[3])),
            rotate::<39, 25>(xor(a[14], d[4])),
            rotate::<41, 23>(xor(a[15], d[0])),
            rotate::<2, 62>(xor(a[21], d[1])),
        ]);
        for (to, row) in
            state.as_chunks_mut::<5>().0.iter_mut().zip([first, second, third, fourth, fifth])
        {
            *to = row;
        }
        // ι.
        state[0] = xor(state[0], _mm256_set1_epi64x(constant.cast_signed()));
    }
}

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
