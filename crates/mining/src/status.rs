//! What the node tells about its miner.

use crate::hashrate::HashrateMeter;
use alloy_primitives::Address;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What the node tells about its miner. Cheap to clone; all clones see the same miner.
#[derive(Debug, Clone, Default)]
pub struct MinerStatus(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    coinbase: Option<Address>,
    mining: AtomicBool,
    hashrate: HashrateMeter,
}

impl MinerStatus {
    /// Status of a miner that pays `coinbase`.
    #[must_use]
    pub fn new(coinbase: Option<Address>) -> Self {
        Self(Arc::new(Inner { coinbase, ..Inner::default() }))
    }

    /// Whether the node mines.
    #[must_use]
    pub fn is_mining(&self) -> bool {
        self.0.mining.load(Ordering::Relaxed)
    }

    /// Multiply-accumulates per second of search time over the last minute.
    #[must_use]
    pub fn hashrate_macs_per_second(&self) -> u64 {
        self.0.hashrate.macs_per_second()
    }

    /// Who is paid.
    #[must_use]
    pub fn coinbase(&self) -> Option<Address> {
        self.0.coinbase
    }

    pub(crate) fn started(&self) {
        self.0.mining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn meter(&self) -> &HashrateMeter {
        &self.0.hashrate
    }
}
