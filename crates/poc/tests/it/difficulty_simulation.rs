//! The difficulty rule under miners that come, go and lie. Source: proof-of-compute §7, whose figures
//! these are, with 200 runs each; blocks are found by chance, from a fixed seed.

use alloy_primitives::U256;
use hanzo_poc::{DifficultyRule, next_difficulty};
use hanzo_testkit::Chance;

/// Target block time, in seconds.
const T: f64 = 6.0;

const RULE: DifficultyRule = DifficultyRule::asert(6);

/// Difficulty at which the first miners make a block every `T` seconds.
const START: u64 = 1 << 50;

/// How far a block may be ahead of the clock, in seconds.
const LONGEST_LEAD: f64 = 15.0;

/// What miners write into their blocks.
#[derive(Clone, Copy)]
enum Stamp {
    Honest,
    /// Some of them are this many seconds ahead, as far as the rule allows.
    Ahead(f64),
    /// Some of them never let more than a second pass.
    Slowest,
}

/// Part of the blocks that is stamped with a lie.
const LIARS: f64 = 0.4;

/// A chain with its miners.
struct Chain {
    chance: Chance,
    now: f64,
    stamp: u64,
    difficulty: U256,
    /// Rate of the miners, as a multiple of that at the start.
    rate: f64,
    lie: Stamp,
}

impl Chain {
    fn new(seed: u64) -> Self {
        let difficulty = U256::from(START);
        Self {
            chance: Chance::new(seed),
            now: 0.0,
            stamp: 0,
            difficulty,
            rate: 1.0,
            lie: Stamp::Honest,
        }
    }

    /// The difficulty as a multiple of that at the start.
    fn relative(&self) -> f64 {
        self.difficulty.to::<u128>() as f64 / START as f64
    }

    /// Finds a block. Returns how long it took.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "seconds of a simulation, whole ones wanted"
    )]
    fn mine(&mut self) -> f64 {
        let mean = T * self.relative() / self.rate;
        let wait = self.chance.wait(mean);
        self.now += wait;
        let claimed = match self.lie {
            Stamp::Ahead(seconds) if self.chance.uniform() < LIARS => self.now + seconds,
            Stamp::Slowest if self.chance.uniform() < LIARS => 0.0,
            Stamp::Honest | Stamp::Ahead(_) | Stamp::Slowest => self.now,
        };
        let stamp = (claimed as u64).max(self.stamp + 1);
        // A block from further in the future waits until it is no longer. Source: decision D-36.
        self.now = self.now.max(stamp as f64 - LONGEST_LEAD);
        self.difficulty = next_difficulty(self.difficulty, stamp - self.stamp, &RULE);
        self.stamp = stamp;
        wait
    }

    /// Seconds and blocks until a block from which on the mean difficulty of thirty is within
    /// `tolerance` of what the miners are worth.
    fn settle(&mut self, tolerance: f64) -> (f64, f64) {
        let start = self.now;
        let mut blocks: Vec<(f64, f64)> = Vec::new();
        loop {
            let difficulty = self.relative();
            self.mine();
            blocks.push((self.now - start, difficulty));
            let Some(first) = blocks.len().checked_sub(30) else { continue };
            let sum: f64 = blocks[first..].iter().map(|(_, difficulty)| difficulty).sum();
            if (sum / 30.0 / self.rate - 1.0).abs() < tolerance {
                return (blocks[first].0, first as f64);
            }
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    mean(&values.iter().map(|value| (value - middle).powi(2)).collect::<Vec<_>>()).sqrt()
}

/// Mean seconds and blocks that `runs` chains take to settle after the miners' rate has changed.
fn settling(factor: f64, tolerance: f64, runs: u64) -> (f64, f64) {
    let one = |seed| {
        let mut chain = Chain::new(seed);
        for _ in 0..300 {
            chain.mine();
        }
        chain.rate = factor;
        chain.settle(tolerance)
    };
    let (seconds, blocks): (Vec<f64>, Vec<f64>) = (0..runs).map(one).unzip();
    (mean(&seconds), mean(&blocks))
}

fn within(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found / expected - 1.0).abs();
    assert!(error <= tolerance, "{what}: found {found:.3}, expected {expected} within {tolerance}");
}

#[test]
fn blocks_come_as_often_as_they_should() {
    let mut chain = Chain::new(7);
    let (mut waits, mut difficulties) = (Vec::new(), Vec::new());
    for _ in 0..200_000 {
        waits.push(chain.mine());
        difficulties.push(chain.relative());
    }
    within(mean(&waits), T, 0.01, "mean block time");
    within(deviation(&waits) / T, 1.005, 0.02, "deviation of block times");
    within(deviation(&difficulties) / mean(&difficulties), 0.074, 0.08, "variation of difficulty");
}

#[test]
fn the_difficulty_follows_miners_that_come_and_go() {
    for (factor, tolerance, seconds, blocks) in [
        (10.0, 0.15, 903.0, Some(331.0)),
        (0.1, 0.15, 2_027.0, Some(155.0)),
        (1_000.0, 0.2, 1_233.0, Some(782.0)),
        (0.001, 0.2, 14_800.0, None),
    ] {
        let (found_seconds, found_blocks) = settling(factor, tolerance, 200);
        println!("x{factor}: {found_seconds:.0} s, {found_blocks:.0} blocks");
        within(found_seconds, seconds, 0.1, &format!("seconds after x{factor}"));
        if let Some(blocks) = blocks {
            within(found_blocks, blocks, 0.1, &format!("blocks after x{factor}"));
        }
    }
}

#[test]
fn whoever_mines_only_while_it_is_easy_earns_no_more_for_its_work() {
    let mut chain = Chain::new(11);
    let (mut work, mut earned) = ([0.0, 0.0], [0.0, 0.0]);
    let mut hopping = false;
    for _ in 0..400_000 {
        // Three times the others' rate joins below 1.3 and leaves above 2.
        hopping = chain.relative() < if hopping { 2.0 } else { 1.3 };
        chain.rate = if hopping { 4.0 } else { 1.0 };
        let seconds = chain.mine();
        work[0] += seconds;
        if hopping {
            work[1] += 3.0 * seconds;
            earned[0] += 0.25;
            earned[1] += 0.75;
        } else {
            earned[0] += 1.0;
        }
    }
    let advantage = (earned[1] / work[1]) / (earned[0] / work[0]);
    within(
        advantage,
        0.99,
        0.03,
        "reward for the work of a hopper, as a multiple of a loyal one's",
    );
}

#[test]
fn lies_about_the_time_do_not_change_the_pace() {
    for lie in [Stamp::Ahead(LONGEST_LEAD), Stamp::Slowest] {
        let mut chain = Chain { lie, ..Chain::new(13) };
        let waits: Vec<f64> = (0..200_000).map(|_| chain.mine()).collect();
        within(mean(&waits), T, 0.01, "mean block time");
    }
}
