//! What one permutation absorbs.

/// Bytes of it: the rate of Keccak-256. Source: FIPS 202 §5.2, for a capacity of 512 bits.
pub(crate) const RATE_BYTES: usize = 136;

/// First byte of the padding: Keccak as it was before FIPS 202 added domain bits, which Ethereum uses.
const PADDING_START: u8 = 0x01;

/// Last bit of the padding.
const PADDING_END: u8 = 0x80;

/// Permutations that an input takes.
pub(crate) const fn permutations(input: &[u8]) -> usize {
    // Padding takes at least one byte, so that an input of whole blocks has one more.
    input.len() / RATE_BYTES + 1
}

/// The last block of an input: what does not fill a block, with its padding.
#[expect(clippy::indexing_slicing, reason = "what does not fill a block is shorter than one")]
pub(crate) fn padded(rest: &[u8]) -> [u8; RATE_BYTES] {
    let mut block = [0; RATE_BYTES];
    for (to, from) in block.iter_mut().zip(rest) {
        *to = *from;
    }
    block[rest.len()] = PADDING_START;
    block[RATE_BYTES - 1] |= PADDING_END;
    block
}
