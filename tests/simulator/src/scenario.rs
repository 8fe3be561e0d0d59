//! A run that chance draws.

use crate::{faults::Fault, node::SimNode, queue::Delivery, sim_network::SimNetwork};
use hanzo_testkit::{Chance, spec_with};
use hanzo_types::ChainSpec;
use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

/// How long blocks are found.
const MINING: f64 = 150.0;

/// How long nodes have to agree afterwards.
const SETTLING: f64 = 150.0;

/// Seconds between blocks of the whole network.
const BLOCK_INTERVAL: f64 = 6.0;

/// A run that chance draws: nodes, links and what happens to them.
pub struct Scenario {
    seed: u64,
    network: SimNetwork,
    chance: Chance,
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// A chain whose difficulty follows its blocks, beginning with the least there is.
fn spec() -> Arc<ChainSpec> {
    spec_with(|genesis| {
        genesis["config"]["chainId"] = 36_961.into();
        genesis["config"]["hanzo"]["difficultyRule"] = "asert".into();
    })
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario").field("seed", &self.seed).finish_non_exhaustive()
    }
}

impl Scenario {
    /// The run of this seed.
    #[must_use]
    pub fn drawn(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let honest = 3 + usize::try_from(chance.bits() % 3).unwrap();
        let liars = usize::try_from(chance.bits() % 2).unwrap();
        let count = honest + liars;
        // A line of the honest ones, so that they can agree without the liars, and some links more.
        let mut links = BTreeSet::new();
        links.extend((1..honest).map(|index| (index - 1, index)));
        for liar in honest..count {
            links.extend((0..honest).map(|index| (index, liar)));
        }
        for _ in 0..chance.bits() % 3 {
            let (a, b) = (chance.bits() % 8, chance.bits() % 8);
            let [a, b] = [a, b].map(|index| usize::try_from(index).unwrap() % honest);
            if a != b {
                links.insert((a.min(b), a.max(b)));
            }
        }
        let spec = spec();
        let node = |index: usize| {
            let fault = if index < honest {
                Fault::Honest
            } else {
                Fault::LIARS[usize::try_from(seed % 8).unwrap()]
            };
            // Whoever has the lower number connects.
            let friends = links.iter().filter(|(a, _)| *a == index).map(|(_, b)| *b).collect();
            SimNode::new(index, fault, &spec, friends)
        };
        let nodes = (0..count).map(node).collect();
        let loss = if chance.bits().is_multiple_of(2) { 0.0 } else { 0.05 };
        let latency = 0.02 + 0.4 * chance.uniform();
        let network = SimNetwork::new(nodes, latency, loss, chance.bits());
        Self { seed, network, chance }
    }

    /// Runs to the end. Returns a hash of all that happened.
    ///
    /// # Panics
    /// If an invariant is broken.
    #[must_use]
    pub fn run(mut self) -> u64 {
        let honest = self.network.honest();
        let mut at = 2.0;
        loop {
            at += self.chance.wait(BLOCK_INTERVAL);
            if at > MINING {
                break;
            }
            let miner = self.pick(honest);
            self.network.queue.push(seconds(at), miner, Delivery::Mine);
        }
        for _ in 0..20 {
            let at = MINING * self.chance.uniform();
            let node = self.pick(honest);
            self.network.queue.push(seconds(at), node, Delivery::Transaction);
        }
        for node in 0..self.network.nodes.len() {
            let mut at = 0.05 * self.chance.uniform();
            while at < MINING + SETTLING {
                self.network.queue.push(seconds(at), node, Delivery::Tick);
                at += 0.25;
            }
        }
        let mut is_calm = self.network.is_reliable();
        if self.chance.bits().is_multiple_of(2) {
            is_calm = false;
            let cut = 20.0 + 40.0 * self.chance.uniform();
            let heal = cut + 60.0 * self.chance.uniform();
            self.network.queue.push(seconds(cut), 0, Delivery::Cut);
            self.network.queue.push(seconds(heal), 0, Delivery::Heal);
        }
        if self.chance.bits().is_multiple_of(2) {
            is_calm = false;
            let at = 20.0 + 100.0 * self.chance.uniform();
            let node = self.pick(honest);
            self.network.queue.push(seconds(at), node, Delivery::Restart);
        }
        // Chains of the same weight stay side by side until a block decides.
        for extra in 0..3 {
            let at = MINING + 40.0 + 10.0 * f64::from(extra);
            self.network.queue.push(seconds(at), 0, Delivery::Mine);
        }
        let events = self.network.run();
        self.network.assert_agreement();
        if is_calm {
            self.network.assert_nothing_lost();
        }
        events
    }

    fn pick(&mut self, among: usize) -> usize {
        usize::try_from(self.chance.bits() % u64::try_from(among).unwrap()).unwrap()
    }
}
