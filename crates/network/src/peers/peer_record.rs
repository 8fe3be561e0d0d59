//! What a node remembers of another over restarts.

use alloy_primitives::Bytes;
use alloy_rlp::{RlpDecodable, RlpEncodable};
use libp2p::Multiaddr;

/// Most addresses that are remembered of a peer.
pub(super) const MAX_PEER_ADDRESSES: usize = 8;

/// What a node remembers of another over restarts. Times are Unix times in seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct PeerRecord {
    addresses: Vec<Bytes>,
    /// When it was connected last; 0 for never.
    pub last_seen: u64,
    /// Until when it is banned; 0 for not.
    pub banned_until: u64,
}

impl PeerRecord {
    /// A record of a peer.
    #[must_use]
    pub fn new(addresses: &[Multiaddr], last_seen: u64, banned_until: u64) -> Self {
        let addresses = addresses.iter().take(MAX_PEER_ADDRESSES);
        let addresses = addresses.map(|address| Bytes::from(address.to_vec())).collect();
        Self { addresses, last_seen, banned_until }
    }

    /// Where it can be reached. An address that this version does not understand is left out.
    #[must_use]
    pub fn addresses(&self) -> Vec<Multiaddr> {
        let addresses = self.addresses.iter().take(MAX_PEER_ADDRESSES);
        addresses.filter_map(|bytes| Multiaddr::try_from(bytes.to_vec()).ok()).collect()
    }
}
