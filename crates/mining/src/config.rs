//! What a miner is told.

use alloy_primitives::{Address, Bytes};

/// Most threads one node mines with; more than any machine has, fewer than a typing mistake asks.
pub const MAX_MINING_THREADS: usize = 1024;

/// Coinbases that work is handed out for at a time unless the node is told otherwise. Source: D-37.
pub const DEFAULT_BENEFICIARIES: usize = 64;

/// Most coinbases that a node can be told to work for: each costs the execution of a block whenever the
/// head or the pool changes.
pub const MAX_BENEFICIARIES: usize = 1024;

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
    /// Coinbases that work is handed out for at a time, up to [`MAX_BENEFICIARIES`].
    pub max_beneficiaries: usize,
}
