//! What a block mints and burns after its last transaction.

use alloy_primitives::U256;
use hanzo_types::{BlockSupply, HanzoRules, SupplyCounters};

/// Part of the subsidy that goes to the share pool, in basis points. Source: decision D-09.
pub const SHARE_POOL_BASIS_POINTS: u64 = 3_000;

/// Basis points in a whole.
const WHOLE: u64 = 10_000;

/// Settles block `number`: adds its burns to the counters, then mints the subsidy.
///
/// The order is consensus (decision D-32): bucket and head-room are taken after this block's
/// burns, and the subsidy is the smallest of schedule, bucket and head-room. The share pool is the
/// floor of its part, the coinbase gets the rest, and both count as mined (decision D-09).
///
/// `counters` are those after the last transaction; all amounts are in wei.
#[must_use]
pub fn settle_block(
    rules: &HanzoRules,
    number: u64,
    counters: SupplyCounters,
    base_fee_burn: U256,
    destroyed: U256,
) -> BlockSupply {
    let burned = counters.burned.saturating_add(base_fee_burn).saturating_add(destroyed);
    let after_burns = SupplyCounters { burned, ..counters };
    let subsidy = rules
        .emission()
        .subsidy(number)
        .min(after_burns.mining_bucket(rules.config().recycling()))
        .min(after_burns.head_room(rules.genesis_supply()));
    let share_pool =
        subsidy.saturating_mul(U256::from(SHARE_POOL_BASIS_POINTS)).wrapping_div(U256::from(WHOLE));
    BlockSupply {
        base_fee_burn,
        destroyed,
        subsidy,
        coinbase_reward: subsidy.saturating_sub(share_pool),
        share_pool,
        counters: SupplyCounters {
            minted: after_burns.minted.saturating_add(subsidy),
            mined: after_burns.mined.saturating_add(subsidy),
            ..after_burns
        },
    }
}
