//! What a miner is told.

use alloy_primitives::{Address, Bytes};

/// Most threads one node mines with; more than any machine has, fewer than a typing mistake asks.
pub const MAX_MINING_THREADS: usize = 1024;

/// What a miner is told.
#[derive(Debug, Clone)]
pub struct MiningConfig {
    /// Who is paid: the `miner` field of the block.
    pub coinbase: Address,
    /// Up to 32 bytes of free text in the header.
    pub extra_data: Bytes,
    /// Gas limit to steer to; the genesis limit if absent.
    pub target_gas_limit: Option<u64>,
    /// Threads that search for a seal.
    pub threads: usize,
}
