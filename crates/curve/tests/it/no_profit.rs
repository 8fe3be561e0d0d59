//! Nobody gains by going back and forth or by splitting a trade. Source: seed-features §6.1.

use crate::cases::{Case, Question};
use alloy_primitives::U256;
use hanzo_curve::{MAX_DEPOSIT, MAX_RESERVE, MAX_SUPPLY, Pool};
use proptest::prelude::*;

/// A pool and a number from which amounts follow.
fn scene() -> impl Strategy<Value = (Pool, Case, u64)> {
    (any::<u64>(), 1_u64..1_000).prop_map(|(number, share)| {
        let case = Case::new(number);
        (case.pool, case, share)
    })
}

/// The pool after a trade, if it is still in the domain.
fn after(pool: &Pool, supply: U256, reserve: U256) -> Option<Pool> {
    Pool::new(supply, reserve, pool.crr().ppm()).ok()
}

/// A deposit that leaves the pool in the domain.
fn deposit(pool: &Pool, share: u64) -> U256 {
    let room = U256::from(MAX_RESERVE) - pool.reserve();
    room.min(U256::from(MAX_DEPOSIT)) * U256::from(share) / U256::from(1_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn buying_and_selling_back_never_gains((pool, _, share) in scene()) {
        let deposit = deposit(&pool, share) >> (share % 60);
        let tokens = pool.purchase_return(deposit).unwrap();
        let later = after(&pool, pool.supply() + tokens, pool.reserve() + deposit);
        if let Some(later) = later {
            prop_assert!(later.sale_return(tokens).unwrap() <= deposit);
        }
    }

    #[test]
    fn selling_and_buying_back_never_gains((pool, _, share) in scene()) {
        let tokens = pool.supply() * U256::from(share) / U256::from(1_000);
        let paid = pool.sale_return(tokens).unwrap();
        let later = after(&pool, pool.supply() - tokens, pool.reserve() - paid);
        if let Some(later) = later.filter(|_| paid <= U256::from(MAX_DEPOSIT)) {
            prop_assert!(later.purchase_return(paid).unwrap() <= tokens);
        }
    }

    #[test]
    fn two_purchases_give_no_more_than_one((pool, _, share) in scene()) {
        let whole = deposit(&pool, share) >> (share % 60);
        let first = whole / U256::from(3);
        let one = pool.purchase_return(whole).unwrap();
        let bought = pool.purchase_return(first).unwrap();
        let later = after(&pool, pool.supply() + bought, pool.reserve() + first);
        if let Some(later) = later {
            prop_assert!(bought + later.purchase_return(whole - first).unwrap() <= one);
        }
    }

    #[test]
    fn two_sales_give_no_more_than_one((pool, _, share) in scene()) {
        let whole = pool.supply() * U256::from(share) / U256::from(1_000);
        let first = whole / U256::from(3);
        let one = pool.sale_return(whole).unwrap();
        let paid = pool.sale_return(first).unwrap();
        let later = after(&pool, pool.supply() - first, pool.reserve() - paid);
        if let Some(later) = later {
            prop_assert!(paid + later.sale_return(whole - first).unwrap() <= one);
        }
    }

    #[test]
    fn the_cost_of_what_a_deposit_buys_is_no_more_than_the_deposit((pool, _, share) in scene()) {
        let deposit = deposit(&pool, share) >> (share % 60);
        let tokens = pool.purchase_return(deposit).unwrap();
        let cost = pool.fund_cost(tokens).unwrap();
        prop_assert!(cost <= deposit);
        prop_assert!(pool.purchase_return(cost).unwrap() >= tokens);
    }

    #[test]
    fn what_a_sale_pays_costs_no_more_than_what_was_sold((pool, _, share) in scene()) {
        let tokens = pool.supply() * U256::from(share) / U256::from(1_000);
        let paid = pool.sale_return(tokens).unwrap();
        let cost = pool.sale_cost(paid).unwrap();
        prop_assert!(cost <= tokens);
        prop_assert!(pool.sale_return(cost).unwrap() >= paid);
    }

    #[test]
    fn more_never_gives_less((pool, case, _) in scene()) {
        let ask = |amount| match case.question {
            Question::Purchase => pool.purchase_return(amount),
            Question::Sale => pool.sale_return(amount),
            Question::Fund => pool.fund_cost(amount),
            Question::SaleCost => pool.sale_cost(amount),
            Question::BuyImpact => pool.buy_impact_bps(amount),
            Question::SellImpact => pool.sell_impact_bps(amount),
        };
        if let (Ok(less), Ok(more)) = (ask(case.amount - U256::ONE), ask(case.amount)) {
            prop_assert!(less <= more);
        }
    }

    #[test]
    fn a_sale_that_leaves_tokens_leaves_reserve((pool, _, share) in scene()) {
        let tokens = pool.supply() * U256::from(share) / U256::from(1_000);
        prop_assert!(tokens < pool.supply());
        prop_assert!(pool.sale_return(tokens).unwrap() < pool.reserve());
        prop_assert!(pool.supply() <= U256::from(MAX_SUPPLY));
    }
}
