//! Fork choice and difficulty among miners that hear of blocks late. Source: proof-of-compute §10.2.
//!
//! Who finds a block is drawn by chance, from a fixed seed; which block a miner builds on and how hard
//! its own is say the functions that the node uses.

use alloy_primitives::U256;
use hanzo_consensus::{ChainWeight, Consensus, engine_for, expected_difficulty};
use hanzo_testkit::{Chance, spec_with};
use hanzo_types::{ChainSpec, Header, TotalDifficulty};
use std::{collections::VecDeque, sync::Arc};

/// Miners of equal rate. The formula is for many: a miner hears of its own blocks at once.
const MINERS: usize = 50;

/// Blocks of a run, after those in which the difficulty settles.
const BLOCKS: usize = 12_000;

const WARM_UP: usize = 500;

/// A block that somebody has found.
struct Found {
    parent: Option<usize>,
    header: Header,
    weight: ChainWeight,
    miner: usize,
    /// Difficulty of the block that comes after this one.
    child_difficulty: U256,
}

/// A block on its way to everybody but its miner.
struct Flying {
    arrives: f64,
    block: usize,
}

/// A network in which every block takes the same time to everybody.
struct Net {
    spec: Arc<ChainSpec>,
    consensus: Arc<dyn Consensus>,
    chance: Chance,
    now: f64,
    delay: f64,
    /// Multiply-accumulates per second of a miner.
    rate: f64,
    blocks: Vec<Found>,
    heads: Vec<usize>,
    flying: VecDeque<Flying>,
}

impl Net {
    /// At a target block time and a delay, both in seconds, and a rate that fits the difficulty of
    /// genesis.
    fn new(target: u64, delay: f64, seed: u64) -> Self {
        let spec = spec_with(|genesis| {
            genesis["config"]["hanzo"]["difficultyRule"] = "asert".into();
            genesis["config"]["hanzo"]["targetBlockTime"] = target.into();
            genesis["difficulty"] = format!("{:#x}", 1_u64 << 31).into();
        });
        let consensus = engine_for(Arc::clone(&spec));
        let header = spec.genesis_header().header().clone();
        let total_difficulty = TotalDifficulty(header.difficulty);
        let weight = ChainWeight { total_difficulty, number: 0 };
        let rate = (1_u64 << 31) as f64 / target as f64 / MINERS as f64;
        let child_difficulty = header.difficulty;
        let genesis = Found { parent: None, header, weight, miner: MINERS, child_difficulty };
        Self {
            spec,
            consensus,
            chance: Chance::new(seed),
            now: 0.0,
            delay,
            rate,
            blocks: vec![genesis],
            heads: vec![0; MINERS],
            flying: VecDeque::new(),
        }
    }

    /// Difficulty of the block that comes after one with this header and parent.
    fn child_difficulty(&self, header: &Header, parent: usize) -> U256 {
        let rules = self.spec.hanzo_rules().unwrap();
        let genesis = self.spec.genesis().difficulty;
        expected_difficulty(rules.config(), genesis, header, Some(&self.blocks[parent].header))
    }

    /// Something happens: a block arrives everywhere, or somebody finds one.
    fn step(&mut self) {
        // Where a search stands makes no difference: each tile is a new draw.
        let pace: Vec<f64> = self
            .heads
            .iter()
            .map(|head| self.rate / f64::from(self.blocks[*head].child_difficulty))
            .collect();
        let all: f64 = pace.iter().sum();
        let found_at = self.now + self.chance.wait(1.0 / all);
        if self.flying.front().is_some_and(|flying| flying.arrives <= found_at) {
            let Flying { arrives, block } = self.flying.pop_front().unwrap();
            self.now = arrives;
            self.arrive(block);
            return;
        }
        self.now = found_at;
        let mut ticket = self.chance.uniform() * all;
        let mut miner = 0;
        while miner + 1 < MINERS && ticket > pace[miner] {
            ticket -= pace[miner];
            miner += 1;
        }
        self.find(miner);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds")]
    fn find(&mut self, miner: usize) {
        let parent = self.heads[miner];
        let Found { header, weight, child_difficulty: difficulty, .. } = &self.blocks[parent];
        let difficulty = *difficulty;
        let stamp = self.spec.genesis_header().timestamp + self.now as u64;
        let header = Header {
            number: header.number + 1,
            timestamp: stamp.max(header.timestamp + 1),
            difficulty,
            ..Header::default()
        };
        let total_difficulty = weight.total_difficulty.child(difficulty);
        let weight = ChainWeight { total_difficulty, number: header.number };
        let block = self.blocks.len();
        let child_difficulty = self.child_difficulty(&header, parent);
        self.blocks.push(Found { parent: Some(parent), header, weight, miner, child_difficulty });
        self.hear(miner, block);
        self.flying.push_back(Flying { arrives: self.now + self.delay, block });
    }

    fn arrive(&mut self, block: usize) {
        for miner in 0..MINERS {
            if self.blocks[block].miner != miner {
                self.hear(miner, block);
            }
        }
    }

    fn hear(&mut self, miner: usize, block: usize) {
        let head = self.blocks[self.heads[miner]].weight;
        if self.consensus.prefers(self.blocks[block].weight, head) {
            self.heads[miner] = block;
        }
    }

    /// Runs until so many blocks were found, and everybody has heard of the last.
    fn run(&mut self, blocks: usize) {
        while self.blocks.len() < blocks {
            self.step();
        }
        while let Some(Flying { arrives, block }) = self.flying.pop_front() {
            self.now = arrives;
            self.arrive(block);
        }
    }

    /// The heaviest block of all.
    fn head(&self) -> usize {
        (0..self.blocks.len())
            .reduce(|best, block| {
                let [weight, other] = [best, block].map(|index| self.blocks[index].weight);
                if self.consensus.prefers(other, weight) { block } else { best }
            })
            .unwrap()
    }

    /// Blocks of the chain that ends in the head, from genesis on.
    fn chain(&self) -> Vec<usize> {
        let mut chain = vec![self.head()];
        while let Some(parent) = self.blocks[*chain.last().unwrap()].parent {
            chain.push(parent);
        }
        chain.reverse();
        chain
    }

    /// Part of the blocks that are not in the chain, and mean seconds between those that are.
    fn outcome(&self) -> (f64, f64) {
        let chain = self.chain();
        let start = self.blocks[chain[WARM_UP]].header.timestamp;
        let end = self.blocks[self.head()].header.timestamp;
        let settled = chain.len() - 1 - WARM_UP;
        let found = self.blocks.len() - 1 - chain[WARM_UP];
        let stale = (found - settled) as f64 / found as f64;
        (stale, (end - start) as f64 / settled as f64)
    }
}

/// Runs a network and compares it with the formula: whoever finds a block while another is on its way
/// makes one of the two stale.
fn check(target: u64, delay: f64) -> String {
    let mut net = Net::new(target, delay, 0x51a1e + target);
    net.run(BLOCKS);
    let (stale, interval) = net.outcome();
    let ratio = delay / target as f64;
    // Of the chain's own pace: what becomes stale comes on top of it.
    let expected = 1.0 - (-ratio).exp();
    let deviation = (expected * (1.0 - expected) / BLOCKS as f64).sqrt();
    let line = format!(
        "| {target} s | {delay} s | {:.1} % | {:.1} % | {interval:.2} s |",
        100.0 * stale,
        100.0 * expected
    );
    println!("{line}");
    // Two miners of fifty are one now and then; and of three blocks at a time two are stale.
    let tolerance = 3.0 * deviation + expected * (ratio + 1.0 / MINERS as f64);
    assert!((stale - expected).abs() < tolerance, "{line}: more than {tolerance:.4} off");
    assert!((interval / target as f64 - 1.0).abs() < 0.03, "{line}");
    line
}

#[test]
fn blocks_become_stale_as_often_as_the_delay_says_and_the_chain_keeps_its_pace() {
    for (target, delay) in
        [(2, 0.1), (2, 0.25), (6, 0.1), (6, 0.25), (6, 0.5), (6, 1.0), (12, 0.5), (12, 2.0)]
    {
        check(target, delay);
    }
}

#[test]
fn everybody_ends_on_the_heaviest_chain_that_is_on_its_way_to_nobody() {
    for seed in 0..20 {
        let mut net = Net::new(6, 3.0, seed);
        net.run(300);
        let best = net.blocks[net.head()].weight;
        for head in &net.heads {
            let weight = net.blocks[*head].weight;
            assert!(!net.consensus.prefers(best, weight), "seed {seed}");
        }
    }
}

#[test]
fn without_delay_no_block_is_lost() {
    let mut net = Net::new(6, 0.0, 1);
    net.run(2_000);
    assert_eq!(net.chain().len(), net.blocks.len());
}
