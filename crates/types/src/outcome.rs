//! What running a block produced, apart from the state change.

use crate::{Receipt, SupplyCounters};
use alloy_eips::eip7685::Requests;
use alloy_primitives::{Bloom, U256};

/// Everything a block's header commits to that only execution can tell, plus the block's effect
/// on the supply.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlockOutcome {
    /// One receipt per transaction, in order.
    pub receipts: Vec<Receipt>,
    /// Gas used by all transactions.
    pub gas_used: u64,
    /// Union of the receipts' bloom filters.
    pub logs_bloom: Bloom,
    /// Gas that blobs used; zero before Cancun. Source: EIP-4844.
    pub blob_gas_used: u64,
    /// Requests to the consensus layer; none before Prague and on Hanzo chains. Source: EIP-7685.
    pub requests: Requests,
    /// What the block minted and burned, on chains that count it: Hanzo chains.
    pub supply: Option<BlockSupply>,
}

/// Effect of one block on the supply of the native coin, in wei. Source: decisions D-09, D-32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockSupply {
    /// Base fee of all gas used: burned.
    pub base_fee_burn: U256,
    /// Balances destroyed by SELFDESTRUCT: burned.
    pub destroyed: U256,
    /// What the block minted: the smallest of schedule, bucket and head-room.
    pub subsidy: U256,
    /// The part of the subsidy credited to the coinbase.
    pub coinbase_reward: U256,
    /// The part of the subsidy credited to the share pool of `ComputeMining`.
    pub share_pool: U256,
    /// The counters after the block.
    pub counters: SupplyCounters,
}
