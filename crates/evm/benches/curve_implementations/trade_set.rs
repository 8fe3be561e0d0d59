//! Trades that are the same in every run.

use crate::trade::Trade;
use alloy_primitives::U256;
use hanzo_curve::{MAX_CRR_PPM, MAX_TOKENS, MIN_CRR_PPM, Pool};

/// Ratios of usual pools, in parts per million.
const USUAL_RATIOS: [u32; 6] = [100_000, 200_000, 333_333, 500_000, 800_000, 1_000_000];

/// One of so many trades is at an end of the domain: nothing paid in, everything sold.
const EXTREMES: u128 = 20;

/// Trades of one kind.
#[derive(Debug)]
pub(crate) struct TradeSet {
    pub(crate) name: &'static str,
    pub(crate) trades: Vec<Trade>,
}

impl TradeSet {
    /// Pools of 10^9 to 10^15 reserve units (a thousand to a thousand million coins) and 10^21 to
    /// 10^27 token units; trades of 0.01 % to 50 % of them.
    pub(crate) fn usual(count: usize) -> Self {
        let mut numbers = Numbers(1);
        let trades = (0..count).map(|index| {
            let crr_ppm = USUAL_RATIOS[index % USUAL_RATIOS.len()];
            usual(&mut numbers, crr_ppm)
        });
        Self { name: "usual pools", trades: trades.collect() }
    }

    /// Supplies of 1 to 10^30, reserves of 1 to 10^18, ratios of 10 % to 100 %, deposits of 0 to 10^18,
    /// sales of 0 to all.
    pub(crate) fn domain(count: usize) -> Self {
        let mut numbers = Numbers(2);
        let trades = (0..count).map(|_| anywhere(&mut numbers)).collect();
        Self { name: "the whole domain", trades }
    }

    /// What takes the kernel longest: results that are integers, and costs of nearly 256 bits.
    pub(crate) fn hard(count: usize) -> Self {
        let mut numbers = Numbers(3);
        let trade = |index: usize| match index % 8 {
            0 => steep(&mut numbers),
            _ => integral(&mut numbers),
        };
        Self { name: "the hardest", trades: (0..count).map(trade).collect() }
    }
}

fn usual(numbers: &mut Numbers, crr_ppm: u32) -> Trade {
    let (supply, reserve) = (numbers.of_decades(21, 27), numbers.of_decades(9, 15));
    let mut share = |whole: u128| loop {
        let parts = numbers.of_decades(5, 9);
        if parts <= 500_000_000 {
            break U256::from(whole) * U256::from(parts) / U256::from(1_000_000_000);
        }
    };
    let tokens = share(supply);
    Trade {
        supply: U256::from(supply),
        reserve: U256::from(reserve),
        crr_ppm,
        deposit: share(reserve),
        tokens,
        wanted: tokens,
        reserve_out: share(reserve),
    }
}

fn anywhere(numbers: &mut Numbers) -> Trade {
    let (supply, reserve) = (numbers.of_decades(0, 30), numbers.of_decades(0, 18));
    let ratio = 100_000 + numbers.below(u128::from(MAX_CRR_PPM) - 100_000 + 1);
    let extreme = numbers.below(EXTREMES) == 0;
    let deposit = if extreme { 0 } else { numbers.of_decades(0, 18) };
    let tokens = if extreme { supply } else { numbers.up_to(supply) };
    Trade {
        supply: U256::from(supply),
        reserve: U256::from(reserve),
        crr_ppm: u32::try_from(ratio).unwrap(),
        deposit: U256::from(deposit),
        tokens: U256::from(tokens),
        wanted: U256::from(tokens),
        reserve_out: U256::from(if extreme { reserve } else { numbers.up_to(reserve) }),
    }
}

/// A pool of w = 1/b whose reserve is a multiple of v^b and whose supply is one of v: factors u/v of
/// the supply and (u/v)^b of the reserve are integers.
fn integral(numbers: &mut Numbers) -> Trade {
    let power = numbers.one_of(&[2, 4, 5, 10]);
    let base = 3 + numbers.below(6);
    let more = base + 1 + numbers.below(base);
    let less = 1 + numbers.below(base - 1);
    let (unit, coin) = (numbers.of_decades(12, 24), numbers.of_decades(0, 5));
    let reserve_at = |factor: u128| U256::from(factor.pow(power)) * U256::from(coin);
    let supply_at = |factor: u128| U256::from(factor) * U256::from(unit);
    Trade {
        supply: supply_at(base),
        reserve: reserve_at(base),
        crr_ppm: MAX_CRR_PPM / power,
        deposit: reserve_at(more) - reserve_at(base),
        tokens: supply_at(base - less),
        wanted: supply_at(more - base),
        reserve_out: reserve_at(base) - reserve_at(less),
    }
}

/// A pool of which nearly as many tokens are wanted as 2^256 units pay for.
fn steep(numbers: &mut Numbers) -> Trade {
    let ratios = [MIN_CRR_PPM, 15_000, 30_000, 70_000, 150_000, 300_000, 500_000];
    let crr_ppm = numbers.one_of(&ratios);
    let (supply, reserve) = (numbers.of_decades(0, 30), numbers.of_decades(17, 18));
    let (supply, reserve) = (U256::from(supply), U256::from(reserve));
    let pool = Pool::new(supply, reserve, crr_ppm).unwrap();
    let most = most_tokens(pool);
    let part = U256::from(numbers.below(1_000_000));
    Trade {
        supply,
        reserve,
        crr_ppm,
        deposit: reserve,
        tokens: supply,
        wanted: most - most * part / U256::from(1_000_000_000),
        reserve_out: reserve,
    }
}

/// Most tokens whose cost is no overflow.
fn most_tokens(pool: Pool) -> U256 {
    let (mut least, mut most) = (U256::ZERO, MAX_TOKENS);
    while least < most {
        let middle = most - (most - least) / U256::from(2);
        match pool.fund_cost(middle) {
            Ok(_) => least = middle,
            Err(_) => most = middle - U256::ONE,
        }
    }
    least
}

/// Pseudo-random numbers from a seed. Source: SplitMix64.
struct Numbers(u64);

impl Numbers {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not zero.
    fn below(&mut self, bound: u128) -> u128 {
        let wide = (u128::from(self.next()) << 64) | u128::from(self.next());
        wide % bound
    }

    fn one_of(&mut self, values: &[u32]) -> u32 {
        let index = self.below(u128::try_from(values.len()).unwrap());
        values[usize::try_from(index).unwrap()]
    }

    /// A number of a decade between 10^low and 10^high, all decades alike.
    fn of_decades(&mut self, low: u32, high: u32) -> u128 {
        let decade = u128::from(low) + self.below(u128::from(high - low));
        let start = 10_u128.pow(u32::try_from(decade).unwrap());
        start + self.below(9 * start)
    }

    /// A number from 1 to `limit`, its decades alike.
    fn up_to(&mut self, limit: u128) -> u128 {
        loop {
            let number = self.of_decades(0, limit.ilog10() + 1);
            if number <= limit {
                break number;
            }
        }
    }
}
