//! What is offered for gas, and how much that may be.

use alloy_primitives::U256;
use hanzo_types::{SHARE_EPOCH_BLOCKS, ShareEpoch};

/// What a transaction offers for each gas, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Price {
    pub(super) tip: u128,
    pub(super) max_fee: u128,
}

/// What gas costs now, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Market {
    /// Base fee of the head.
    pub(super) base_fee: u128,
    /// The tip that the node recommends.
    pub(super) tip: u128,
}

/// Gas costs more than is paid for it, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooDear {
    /// The least that would do.
    pub(super) needed: u128,
    /// The most that is paid.
    pub(super) ceiling: u128,
}

impl Price {
    /// What to offer: what the market asks for, but twice as much as the transaction whose place is
    /// taken, and `ceiling` at most.
    ///
    /// # Errors
    /// [`TooDear`] if a block would not take that, or the pool would not in place of `replaced`.
    pub(super) fn offer(
        market: Market,
        replaced: Option<Self>,
        ceiling: u128,
    ) -> Result<Self, TooDear> {
        // The base fee grows by an eighth a block at most: this is good for six full ones.
        let max_fee = market.base_fee.saturating_mul(2).saturating_add(market.tip);
        let asked = Self { tip: market.tip, max_fee };
        let (least, wanted) = match replaced {
            None => (Self { tip: 0, max_fee: market.base_fee }, asked),
            Some(replaced) => {
                let least = replaced.map(outbid);
                let doubled = replaced.map(|wei| wei.saturating_mul(2));
                (least, asked.at_least(doubled).at_least(least))
            }
        };
        let needed = least.tip.max(least.max_fee).max(market.base_fee);
        if needed > ceiling {
            return Err(TooDear { needed, ceiling });
        }
        Ok(wanted.map(|wei| wei.min(ceiling)))
    }

    fn map(self, change: impl Fn(u128) -> u128) -> Self {
        Self { tip: change(self.tip), max_fee: change(self.max_fee) }
    }

    fn at_least(self, other: Self) -> Self {
        Self { tip: self.tip.max(other.tip), max_fee: self.max_fee.max(other.max_fee) }
    }
}

/// The least that replaces an offer: a tenth more, rounded up, as pools want it.
const fn outbid(wei: u128) -> u128 {
    wei.saturating_add(wei.div_ceil(10)).saturating_add(if wei == 0 { 1 } else { 0 })
}

/// What is known of an epoch at the end of block `head`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EpochSoFar {
    pub(super) head: u64,
    /// What the epoch of `head` has in its pool, in wei.
    pub(super) pool: U256,
    /// Difficulty of its shares.
    pub(super) share_difficulty: U256,
    /// Difficulty of `head`.
    pub(super) difficulty: U256,
}

impl EpochSoFar {
    /// Wei that a share of now is worth at least: what a block pays into the pool, through the shares
    /// that are found for each block by all who search. It is more if some of them show none.
    pub(super) fn share_worth(&self) -> U256 {
        let first = ShareEpoch::of_block(self.head).number().saturating_mul(SHARE_EPOCH_BLOCKS);
        // Genesis pays nothing in.
        let blocks = self.head.saturating_sub(first.max(1)).saturating_add(1);
        let block_difficulty = self.difficulty.max(self.share_difficulty).max(U256::ONE);
        let paid = self.pool.saturating_mul(self.share_difficulty);
        paid / U256::from(blocks).saturating_mul(block_difficulty)
    }
}

/// The highest price at which `gas` costs no more than `worth`, in wei.
pub(super) fn break_even(worth: U256, gas: u64) -> u128 {
    (worth / U256::from(gas.max(1))).saturating_to()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKET: Market = Market { base_fee: 100, tip: 7 };

    fn price(tip: u128, max_fee: u128) -> Price {
        Price { tip, max_fee }
    }

    #[test]
    fn the_first_offer_is_good_while_the_base_fee_doubles() {
        assert_eq!(Price::offer(MARKET, None, 1_000), Ok(price(7, 207)));
    }

    #[test]
    fn no_offer_is_above_the_ceiling() {
        assert_eq!(Price::offer(MARKET, None, 150), Ok(price(7, 150)));
        assert_eq!(Price::offer(MARKET, None, 100), Ok(price(7, 100)));
        let replaced = Some(price(60, 90));
        assert_eq!(Price::offer(MARKET, replaced, 110), Ok(price(110, 110)));
        assert!(Price::offer(Market { base_fee: 1, tip: 500 }, None, 9).unwrap().tip <= 9);
    }

    #[test]
    fn a_base_fee_above_the_ceiling_is_too_dear() {
        let dear = TooDear { needed: 100, ceiling: 99 };
        assert_eq!(Price::offer(MARKET, None, 99), Err(dear));
    }

    #[test]
    fn what_replaces_a_transaction_offers_twice_as_much_or_a_tenth_more_at_the_ceiling() {
        let replaced = Some(price(50, 300));
        assert_eq!(Price::offer(MARKET, replaced, 1_000), Ok(price(100, 600)));
        assert_eq!(Price::offer(MARKET, replaced, 330), Ok(price(100, 330)));
        let dear = TooDear { needed: 330, ceiling: 329 };
        assert_eq!(Price::offer(MARKET, replaced, 329), Err(dear));
        assert_eq!(price(0, 5).map(outbid), price(1, 6));
    }

    #[test]
    fn a_share_is_worth_what_a_block_pays_in_by_the_shares_of_a_block() {
        let at = |head, pool: u64| EpochSoFar {
            head,
            pool: U256::from(pool),
            share_difficulty: U256::from(1_u64 << 26),
            difficulty: U256::from(1_u64 << 31),
        };
        // Genesis has no pool; each block pays 3 200 in, and has 32 shares.
        assert_eq!(at(10, 32_000).share_worth(), U256::from(100));
        assert_eq!(at(1_024, 3_200).share_worth(), U256::from(100));
        assert_eq!(at(2_047, 3_200 * 1_024).share_worth(), U256::from(100));
        let easy = EpochSoFar { difficulty: U256::ONE, ..at(10, 32_000) };
        assert_eq!(easy.share_worth(), U256::from(3_200), "a block is a share");
        assert_eq!(at(0, 0).share_worth(), U256::ZERO);
    }

    #[test]
    fn gas_may_cost_what_it_earns() {
        assert_eq!(break_even(U256::from(1_000), 100), 10);
        assert_eq!(break_even(U256::from(1_099), 100), 10);
        assert_eq!(break_even(U256::MAX, 1), u128::MAX);
    }
}
