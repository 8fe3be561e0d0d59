//! Seed and lottery: the two hashes around the multiplication.

/// BLAKE3 derive-key context of the header seed. Final: every vector depends on it.
const SEED_CONTEXT: &str = "poc v1 2026 header seed";

/// σ: the key of everything that belongs to one header.
pub(crate) fn seed(seal_hash: &[u8; 32]) -> [u8; 32] {
    blake3::derive_key(SEED_CONTEXT, seal_hash)
}

/// The lottery number of a ticket: keyed BLAKE3 of mix ‖ nonce, one compression.
pub(crate) fn pow(sigma: &[u8; 32], mix: &[u8; 32], nonce: &[u8; 8]) -> [u8; 32] {
    let mut ticket = [0u8; 40];
    let (front, back) = ticket.split_at_mut(32);
    front.copy_from_slice(mix);
    back.copy_from_slice(nonce);
    *blake3::keyed_hash(sigma, &ticket).as_bytes()
}
