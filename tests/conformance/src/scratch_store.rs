//! A store that lives as long as one case.

use hanzo_store::{ChainIdentity, Store, StoreConfig, StoreError};
use hanzo_types::ChainSpec;

/// Cases are small: this holds all that they write.
const BLOCK_CACHE_BYTES: usize = 4 << 20;

/// An empty store for the chain of `spec`. It is in memory: a case takes 1 to 20 ms, opening a
/// store in files 55 ms even on a file system in memory, and this 13 ms. Engine, tables, batches
/// and snapshots are those of a node.
pub(crate) fn scratch_store(spec: &ChainSpec) -> Result<Store, StoreError> {
    let identity = ChainIdentity { chain_id: spec.chain_id(), genesis_hash: spec.genesis_hash() };
    let config = StoreConfig { block_cache_bytes: BLOCK_CACHE_BYTES, ..StoreConfig::in_memory() };
    Store::open(&config, identity)
}
