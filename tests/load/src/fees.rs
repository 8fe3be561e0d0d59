//! What the transactions of a run pay.

use crate::chain_facts::{ChainFacts, Prices};
use alloy_primitives::U256;
use anyhow::bail;

/// Blocks that may be full before the first transaction of the run comes, the payouts' among them.
const BLOCKS_BEFORE: u64 = 4;

/// The base fee of a full block's child is this much per eighth higher. Source: EIP-1559.
const FULL_BLOCK_STEP: u128 = 8;

/// How many times the price now a transaction without base fee pays.
const LEGACY_FACTOR: u128 = 2;

/// What the transactions of a run pay, in wei per gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fees {
    /// By gas price.
    Legacy { price: u128 },
    /// As EIP-1559 says.
    Dynamic { cap: u128, tip: u128 },
}

impl Fees {
    /// Fees that `gas` can still pay if every block of the run is full, as far as `budget` wei
    /// reach.
    ///
    /// # Errors
    /// If `budget` is not enough even now.
    pub(crate) fn for_run(facts: &ChainFacts, gas: u64, budget: U256) -> anyhow::Result<Self> {
        let affordable = budget.checked_div(U256::from(gas.max(1))).unwrap_or_default();
        let affordable = u128::try_from(affordable).unwrap_or(u128::MAX);
        let (fees, least) = match facts.prices {
            Prices::Legacy { price } => {
                let wanted = price.saturating_mul(LEGACY_FACTOR);
                (Self::Legacy { price: wanted.min(affordable) }, price)
            }
            Prices::Dynamic { base_fee, tip } => {
                let blocks = gas.div_ceil(facts.gas_limit.max(1)).saturating_add(BLOCKS_BEFORE);
                let cap = after_full_blocks(base_fee, blocks).saturating_add(tip);
                let least = base_fee.saturating_add(tip);
                (Self::Dynamic { cap: cap.min(affordable), tip }, least)
            }
        };
        if affordable < least {
            bail!(
                "the paying account can spend {budget} wei: {gas} gas need {least} wei each, \
                 {affordable} are there"
            );
        }
        Ok(fees)
    }

    /// Most that a unit of gas costs.
    pub(crate) const fn cap(self) -> u128 {
        match self {
            Self::Legacy { price } => price,
            Self::Dynamic { cap, .. } => cap,
        }
    }
}

fn after_full_blocks(base_fee: u128, blocks: u64) -> u128 {
    let mut fee = base_fee;
    for _ in 0..blocks {
        let step = fee.div_ceil(FULL_BLOCK_STEP);
        let Some(next) = fee.checked_add(step) else { return u128::MAX };
        fee = next;
    }
    fee
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(prices: Prices) -> ChainFacts {
        ChainFacts { chain_id: 1, head: 0, gas_limit: 1_000, prices }
    }

    #[test]
    fn fees_outlast_a_run_of_full_blocks() {
        let facts = facts(Prices::Dynamic { base_fee: 800, tip: 5 });
        let fees = Fees::for_run(&facts, 0, U256::MAX).unwrap();
        // 800 · (9/8)^4 = 1 281.4, and a little more for rounding up.
        assert_eq!(fees, Fees::Dynamic { cap: 1_283 + 5, tip: 5 });
        assert!(Fees::for_run(&facts, 10_000, U256::MAX).unwrap().cap() > fees.cap());
    }

    #[test]
    fn fees_stay_within_the_budget_and_a_budget_too_small_is_named() {
        let facts = facts(Prices::Legacy { price: 10 });
        let of = |budget| Fees::for_run(&facts, 100, U256::from(budget));
        assert_eq!(of(10_000).unwrap(), Fees::Legacy { price: 20 });
        assert_eq!(of(1_500).unwrap(), Fees::Legacy { price: 15 });
        let error = of(999).unwrap_err().to_string();
        assert!(error.contains("999 wei") && error.contains("100 gas"), "{error}");
    }
}
