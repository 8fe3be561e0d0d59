//! Random questions from the whole domain, reproducible by their number.

use alloy_primitives::{U256, keccak256};
use hanzo_curve::{MAX_CRR_PPM, MAX_DEPOSIT, MAX_RESERVE, MAX_SUPPLY, MIN_CRR_PPM, Pool};

/// What is asked of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    Purchase,
    Sale,
    Fund,
    SaleCost,
    BuyImpact,
    SellImpact,
}

/// One question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) pool: Pool,
    pub(crate) question: Question,
    pub(crate) amount: U256,
}

/// Numbers that follow from a seed.
struct Draws {
    seed: u64,
    count: u64,
}

impl Draws {
    fn next(&mut self) -> u64 {
        self.count += 1;
        let bytes = keccak256([self.seed.to_be_bytes(), self.count.to_be_bytes()].concat());
        u64::from_be_bytes(bytes[..8].try_into().unwrap())
    }

    /// From 1 to `most`: any length is as likely as any other, and a third are round.
    fn amount(&mut self, most: u128) -> u128 {
        let bits = u64::from(u128::BITS - most.leading_zeros());
        let length = self.next() % bits + 1;
        let wide = (u128::from(self.next()) << 64) | u128::from(self.next());
        let drawn = (wide >> (u64::from(u128::BITS) - length)).clamp(1, most);
        match self.next() % 6 {
            0 => 10_u128.pow(drawn.ilog10()).clamp(1, most),
            1 => (1_u128 << drawn.ilog2()).clamp(1, most),
            _ => drawn,
        }
    }

    /// Any ratio; every second one of whole percents, whose powers may be rational.
    fn ratio(&mut self) -> u32 {
        let span = u64::from(MAX_CRR_PPM - MIN_CRR_PPM) + 1;
        if self.next().is_multiple_of(2) {
            return u32::try_from(self.next() % 100 + 1).unwrap() * 10_000;
        }
        MIN_CRR_PPM + u32::try_from(self.next() % span).unwrap()
    }
}

impl Case {
    /// The case of this number.
    pub(crate) fn new(number: u64) -> Self {
        let mut draws = Draws { seed: number, count: 0 };
        let supply = draws.amount(MAX_SUPPLY);
        let reserve = draws.amount(u128::from(MAX_RESERVE));
        let pool = Pool::new(U256::from(supply), U256::from(reserve), draws.ratio()).unwrap();
        let question = match number % 6 {
            0 => Question::Purchase,
            1 => Question::Sale,
            2 => Question::Fund,
            3 => Question::SaleCost,
            4 => Question::BuyImpact,
            _ => Question::SellImpact,
        };
        let most = match question {
            Question::Purchase | Question::BuyImpact => u128::from(MAX_DEPOSIT),
            Question::Sale | Question::SellImpact => supply,
            Question::Fund => {
                supply.saturating_mul(10_u128.pow(u32::try_from(number % 18).unwrap()))
            }
            Question::SaleCost => reserve,
        };
        let amount = draws.amount(most);
        // Shares of the whole: powers of ratios of small numbers are where exact results are.
        let share = u128::from(draws.next() % 100 + 1);
        let amount =
            if number.is_multiple_of(5) && most >= 100 { most / 100 * share } else { amount };
        Self { pool, question, amount: U256::from(amount.min(most)) }
    }
}
