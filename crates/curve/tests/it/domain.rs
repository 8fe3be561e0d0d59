//! The edges of the domain and what lies beyond. Source: seed-features §2.4, §6.2.

use alloy_primitives::U256;
use hanzo_curve::{CurveError, MAX_DEPOSIT, MAX_TOKENS, Pool};

fn number(text: &str) -> U256 {
    text.parse().unwrap()
}

fn ten(power: u64) -> U256 {
    U256::from(10).pow(U256::from(power))
}

fn pool(supply: U256, reserve: U256, ppm: u32) -> Pool {
    Pool::new(supply, reserve, ppm).unwrap()
}

#[test]
fn the_corners_of_the_domain_are_answered_to_the_unit() {
    let (tokens, coins) = (ten(30), ten(18));
    for (reserve, deposit, ppm, expected) in [
        (coins, U256::ONE, 100_000, "99999999999"),
        (coins, coins, 100_000, "71773462536293164213006325023"),
        (coins, coins, 333_333, "259920758791332306782434163101"),
        (U256::ONE, coins, 100_000, "62095734448019324949745587107036"),
    ] {
        let result = pool(tokens, reserve, ppm).purchase_return(deposit);
        assert_eq!(result, Ok(number(expected)));
    }
    let smallest = pool(U256::ONE, U256::ONE, 500_000);
    assert_eq!(smallest.purchase_return(U256::ONE), Ok(U256::ZERO));
    let steep = pool(tokens, coins, 100_000);
    assert_eq!(steep.sale_return(ten(12)), Ok(U256::from(9)));
    assert_eq!(steep.sale_return(tokens - U256::ONE), Ok(coins - U256::ONE));
    let third = pool(tokens, coins, 333_333);
    assert_eq!(third.sale_return(ten(29) * U256::from(3)), Ok(number("657000367018687972")));
}

#[test]
fn the_table_of_purchases_and_sales_back_is_met() {
    let (supply, reserve) = (ten(24), U256::from(100_000_000_000_u64));
    for (deposit, tokens, back) in [
        ("1", "1999999999992", "0"),
        ("1000", "1999999992000000", "999"),
        ("1000000", "1999992000047999664", "999999"),
        ("100000000", "199920047966425515588", "99999999"),
        ("1000000000", "1992047666533339040789", "999999999"),
        ("10000000000", "19244876491456620652066", "9999999999"),
        ("20000000000", "37137289336648101514096", "19999999999"),
        ("100000000000", "148698354997035006798626", "99999999999"),
        ("1000000000000", "615394266202178001508147", "999999999999"),
        ("1000000000000000000", "24118864817473067317676096", "999999999999999999"),
    ] {
        let deposit = number(deposit);
        let bought = pool(supply, reserve, 200_000).purchase_return(deposit).unwrap();
        assert_eq!(bought, number(tokens));
        let after = pool(supply + bought, reserve + deposit, 200_000);
        assert_eq!(after.sale_return(bought), Ok(number(back)));
    }
}

#[test]
fn an_exact_power_is_not_one_unit_short() {
    let square = pool(ten(24), ten(11), 500_000);
    assert_eq!(square.purchase_return(U256::from(3) * ten(11)), Ok(ten(24)));
    assert_eq!(square.fund_cost(ten(24)), Ok(U256::from(3) * ten(11)));
    // (1 − 1/2)^2 of the reserve is left.
    assert_eq!(square.sale_return(ten(24) / U256::from(2)), Ok(U256::from(75_000_000_000_u64)));
    assert_eq!(square.sale_cost(U256::from(75_000_000_000_u64)), Ok(ten(24) / U256::from(2)));
}

#[test]
fn all_tokens_are_worth_the_whole_reserve_and_nothing_is_worth_nothing() {
    for ppm in [10_000, 333_333, 500_000, 1_000_000] {
        let pool = pool(ten(24), ten(11), ppm);
        assert_eq!(pool.sale_return(pool.supply()), Ok(pool.reserve()));
        assert_eq!(pool.sale_cost(pool.reserve()), Ok(pool.supply()));
        for result in [
            pool.purchase_return(U256::ZERO),
            pool.sale_return(U256::ZERO),
            pool.fund_cost(U256::ZERO),
            pool.sale_cost(U256::ZERO),
            pool.buy_impact_bps(U256::ZERO),
            pool.sell_impact_bps(U256::ZERO),
        ] {
            assert_eq!(result, Ok(U256::ZERO));
        }
    }
}

#[test]
fn amounts_outside_the_domain_are_refused_with_the_field_and_the_limit() {
    let pool = pool(ten(24), ten(11), 200_000);
    let above = U256::from(MAX_DEPOSIT) + U256::ONE;
    assert_eq!(pool.purchase_return(above), Err(CurveError::Deposit { found: above }));
    assert_eq!(pool.buy_impact_bps(U256::MAX), Err(CurveError::Deposit { found: U256::MAX }));
    let found = pool.supply() + U256::ONE;
    let limit = pool.supply();
    assert_eq!(pool.sale_return(found), Err(CurveError::Tokens { found, limit }));
    assert_eq!(pool.sell_impact_bps(found), Err(CurveError::Tokens { found, limit }));
    let (found, limit) = (MAX_TOKENS + U256::ONE, MAX_TOKENS);
    assert_eq!(pool.fund_cost(found), Err(CurveError::Tokens { found, limit }));
    let (found, reserve) = (pool.reserve() + U256::ONE, pool.reserve());
    assert_eq!(pool.sale_cost(found), Err(CurveError::ReserveOut { found, reserve }));
    assert_eq!(
        pool.sale_cost(found).unwrap_err().to_string(),
        "100000000001 reserve units are more than the reserve of 100000000000"
    );
}

#[test]
fn a_cost_of_more_than_256_bits_is_an_overflow_and_never_a_smaller_number() {
    let steep = pool(U256::ONE, ten(18), 10_000);
    // 10^18·(1 + T)^100: 253 bits with T = 2^1.9, 260 with T = 4.
    assert!(steep.fund_cost(U256::from(2)).unwrap().bit_len() > 210);
    assert_eq!(steep.fund_cost(U256::from(4)), Err(CurveError::Overflow));
    assert_eq!(steep.fund_cost(MAX_TOKENS), Err(CurveError::Overflow));
}

#[test]
fn a_cost_overflows_where_it_needs_more_than_256_bits_and_not_before() {
    let one = U256::ONE;
    let coins = one << 60;
    // The power is 2^256 exactly, and what is left without the reserve fits.
    let square = pool(one, coins, 500_000);
    let tokens = (one << 98) - one;
    assert_eq!(square.fund_cost(tokens), Ok(U256::MAX - coins + one));
    assert_eq!(square.fund_cost(tokens + one), Err(CurveError::Overflow));
    let smallest = pool(one, one, 500_000);
    let tokens = (one << 128) - one;
    assert_eq!(smallest.fund_cost(tokens), Ok(U256::MAX));
    assert_eq!(smallest.fund_cost(tokens + one), Err(CurveError::Overflow));
    // (2^99 + 1)²·2^58 less 2^60 is beyond by 2^158.
    let halves = pool(U256::from(2), coins, 500_000);
    let tokens = (one << 99) - one;
    let grown = big_square((one << 99) + one);
    assert_eq!(halves.fund_cost(tokens), grown);
}

/// ⌈2^60·x²/4⌉ − 2^60, if it has 256 bits.
fn big_square(x: U256) -> Result<U256, CurveError> {
    use alloy_primitives::U512;
    let square: U512 = U512::from(x) * U512::from(x) * (U512::ONE << 58) - (U512::ONE << 60);
    U256::checked_from_limbs_slice(square.as_limbs()).ok_or(CurveError::Overflow)
}

#[test]
fn of_several_faults_of_a_pool_the_first_is_told() {
    let none = U256::ZERO;
    let code =
        |supply, reserve, ppm| Pool::new(supply, reserve, ppm).unwrap_err().domain_code().unwrap();
    assert_eq!(code(none, none, 0), 1);
    assert_eq!(code(U256::ONE, none, 0), 2);
    assert_eq!(code(U256::ONE, U256::ONE, 0), 3);
}
