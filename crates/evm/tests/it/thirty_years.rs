//! What blocks mint in thirty years, beside a second way to compute it.

use alloy_primitives::U256;
use hanzo_evm::settle_block;
use hanzo_testkit::{Chance, spec_with};
use hanzo_types::{HanzoRules, SECONDS_PER_YEAR, SupplyCounters};

/// The longest block time that a chain may have: a year is 8 760 blocks.
const SECONDS: u64 = 3_600;

const YEARS: u64 = 30;

const AI: u128 = 1_000_000_000_000_000_000;

/// Coins as accountants see them, in wei.
#[derive(Debug, Default, Clone, Copy)]
struct Ledger {
    minted: u128,
    burned: u128,
    mined: u128,
    trained: u128,
}

/// Coins of a year, in wei: written down, not computed.
fn annual(preset: &str, year: u64) -> u128 {
    match preset {
        "table" => (100_000_000 * AI) >> (year / 4).min(4),
        "smooth" => (37_500_000 * AI) >> (year / 4),
        other => panic!("{other}"),
    }
}

/// Coins of the schedule up to this block, year by year.
fn schedule(preset: &str, height: u64) -> u128 {
    let (years, rest) = (height * SECONDS / SECONDS_PER_YEAR, height * SECONDS % SECONDS_PER_YEAR);
    let whole: u128 = (0..years).map(|year| annual(preset, year)).sum();
    // A step of four years has one rate, and its sum is cut off once.
    let within_step = years % 4 * SECONDS_PER_YEAR + rest;
    let step_start = whole - u128::from(years % 4) * annual(preset, years);
    step_start + annual(preset, years) * u128::from(within_step) / u128::from(SECONDS_PER_YEAR)
}

/// Coins at genesis.
const GENESIS: u128 = 500_000_000 * AI;

impl Ledger {
    /// What may be minted before there are a billion coins.
    fn room(&self) -> u128 {
        1_000_000_000 * AI - (GENESIS + self.minted - self.burned)
    }
}

/// What happens between blocks, at random: training mints from its bucket, users burn.
fn disturb(ledger: &mut Ledger, chance: &mut Chance) -> u128 {
    if chance.uniform() < 0.01 {
        let left = (200_000_000 * AI - ledger.trained).min(ledger.room());
        let trained = left.min(u128::from(chance.bits()) << 12);
        ledger.trained += trained;
        ledger.minted += trained;
    }
    let burned = if chance.uniform() < 0.3 { u128::from(chance.bits()) << 6 } else { 0 };
    let lucky = if chance.uniform() < 0.000_5 { u128::from(chance.bits()) << 16 } else { 0 };
    burned + lucky
}

fn counters(ledger: Ledger) -> SupplyCounters {
    let Ledger { minted, burned, mined, trained } = ledger;
    let [minted, burned, mined, trained] = [minted, burned, mined, trained].map(U256::from);
    SupplyCounters { minted, burned, mined, trained }
}

fn rules(preset: &str, recycles: bool) -> HanzoRules {
    let spec = spec_with(|genesis| {
        genesis["config"]["hanzo"]["targetBlockTime"] = SECONDS.into();
        genesis["config"]["hanzo"]["emissionPreset"] = preset.into();
        genesis["config"]["hanzo"]["recycleBurns"] = recycles.into();
    });
    spec.hanzo_rules().unwrap().clone()
}

/// Which limits of the reward were the smallest at some time.
#[derive(Debug, Default, PartialEq, Eq)]
struct Limits {
    schedule: bool,
    bucket: bool,
    cap: bool,
}

/// Runs the years and checks every block.
fn run(preset: &str, recycles: bool, head_start: u128) -> Limits {
    let rules = rules(preset, recycles);
    let mut chance = Chance::new(30 + u64::from(recycles));
    // What was minted besides, as no chain could: so the cap is reached before the bucket is empty.
    let mut ledger = Ledger { minted: head_start, ..Ledger::default() };
    let mut limits = Limits::default();
    let mut unlimited = true;
    for height in 1..=YEARS * SECONDS_PER_YEAR / SECONDS {
        let burns = disturb(&mut ledger, &mut chance);
        let before = ledger;
        ledger.burned += burns;
        let scheduled = schedule(preset, height) - schedule(preset, height - 1);
        let recycled = if recycles { ledger.burned } else { 0 };
        let bucket = 300_000_000 * AI + recycled - ledger.mined;
        let room = ledger.room();
        let expected = scheduled.min(bucket).min(room);
        ledger.minted += expected;
        ledger.mined += expected;

        let supply = settle_block(&rules, height, counters(before), U256::from(burns), U256::ZERO);
        assert_eq!(supply.subsidy, U256::from(expected), "block {height}");
        assert_eq!(supply.counters, counters(ledger), "block {height}");
        assert_eq!(supply.share_pool, U256::from(expected * 3 / 10), "block {height}");
        assert_eq!(supply.coinbase_reward + supply.share_pool, supply.subsidy);
        limits.schedule |= scheduled <= bucket.min(room);
        limits.bucket |= bucket < scheduled && bucket <= room;
        limits.cap |= room < scheduled && room < bucket;
        // While nothing but the schedule limits, no wei is lost or gained.
        unlimited &= expected == scheduled;
        assert!(!unlimited || ledger.mined == schedule(preset, height), "block {height}");
        assert!(ledger.minted - ledger.burned <= 500_000_000 * AI, "block {height}");
    }
    limits
}

#[test]
fn the_table_is_followed_until_the_bucket_is_empty_and_then_burned_coins_are_mined_again() {
    let expected = Limits { schedule: true, bucket: true, cap: false };
    assert_eq!(run("table", true, 0), expected);
}

#[test]
fn a_strict_table_ends_with_300_million() {
    let expected = Limits { schedule: true, bucket: true, cap: false };
    assert_eq!(run("table", false, 0), expected);
}

#[test]
fn the_smooth_preset_never_reaches_a_limit_in_thirty_years() {
    let expected = Limits { schedule: true, bucket: false, cap: false };
    assert_eq!(run("smooth", true, 0), expected);
}

#[test]
fn the_cap_holds_whatever_else_was_minted() {
    let limits = run("table", true, 450_000_000 * AI);
    assert!(limits.cap && limits.schedule, "{limits:?}");
}
