//! Peers by number.

use hanzo_network::PeerId;

/// The same peer for the same number.
pub(crate) fn peer(number: u8) -> PeerId {
    let mut bytes = [number; 34];
    bytes[..2].copy_from_slice(&[0x12, 32]);
    PeerId::from_bytes(&bytes).unwrap()
}
