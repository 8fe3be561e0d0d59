//! Where a block comes from, as far as import cares.

use hanzo_consensus::Arrival;
use hanzo_evm::Executed;
use hanzo_state::StateRoot;
use hanzo_types::SealHash;
use std::sync::Arc;

/// What building a block already computed. Import uses it instead of executing again if the seal
/// hash, which binds every header field that execution decides, is the same.
#[derive(Debug, Clone)]
pub struct Prebuilt {
    /// Seal hash of the header that was built.
    pub seal_hash: SealHash,
    /// Outcome and state change.
    pub executed: Executed,
    /// State root and changed trie nodes.
    pub state_root: StateRoot,
}

/// Where a block comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// From the network, at this Unix time in seconds.
    Peer {
        /// Local clock at arrival.
        now: u64,
    },
    /// Built and sealed by this node.
    Mined(Arc<Prebuilt>),
    /// From a file that somebody exported.
    File,
    /// Read back from this node's own disk after a restart.
    Durable,
}

impl Origin {
    /// How the clock rule sees this block.
    #[must_use]
    pub const fn arrival(&self) -> Arrival {
        match self {
            Self::Peer { now } => Arrival::FromPeer { now: *now },
            Self::Mined(_) | Self::File | Self::Durable => Arrival::Local,
        }
    }

    /// When a peer brought the block, as Unix time in seconds.
    pub(crate) const fn arrived_at(&self) -> Option<u64> {
        match self {
            Self::Peer { now } => Some(*now),
            Self::Mined(_) | Self::File | Self::Durable => None,
        }
    }

    /// The origin of a block that waited for another, which a peer brought at `now`: what is judged by
    /// the clock is judged by that of today.
    pub(crate) fn waited_until(self, now: Option<u64>) -> Self {
        match (self, now) {
            (Self::Peer { .. }, Some(now)) => Self::Peer { now },
            (origin, _) => origin,
        }
    }
}
