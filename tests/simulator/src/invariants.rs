//! What holds after every event.

use crate::node::SimNode;
use alloy_primitives::B256;
use hanzo_chain::{
    CanonUpdate, ChainView, ExecutedBlock, MAX_DEFERRED_BLOCKS, MAX_ORPHANS, MAX_SIDE_BLOCKS,
};
use hanzo_network::{MAX_INCOMING_BLOCKS, PeerLimits};
use hanzo_types::TotalDifficulty;
use std::collections::BTreeSet;

/// Requests of others that may wait for an answer at once, with eight peers at most.
const MAX_QUESTIONS: usize = 64;

/// What holds after every event, and what has to be known to tell.
#[derive(Debug)]
pub(crate) struct Invariants {
    /// Hashes of all blocks that honest nodes have mined, and of the genesis block.
    mined: BTreeSet<B256>,
    /// How heavy the chain of each node has been.
    weights: Vec<TotalDifficulty>,
}

impl Invariants {
    /// Every node is at the genesis block.
    pub(crate) fn new(nodes: &[SimNode]) -> Self {
        let views: Vec<_> = nodes.iter().map(|node| node.chain.view()).collect();
        Self {
            mined: views.iter().map(|view| view.head().hash()).collect(),
            weights: views.iter().map(|view| view.total_difficulty()).collect(),
        }
    }

    /// An honest node has mined this block.
    pub(crate) fn mined(&mut self, hash: B256) {
        self.mined.insert(hash);
    }

    /// The head of a node is another one: one that honest nodes have mined, on a heavier chain, in whose
    /// indices nothing is that was displaced.
    pub(crate) fn head_changed(&mut self, index: usize, update: &CanonUpdate) {
        let view = &update.view;
        let (number, hash) = (view.head().number, view.head().hash());
        assert!(self.mined.contains(&hash), "node {index} adopts block {number}, mined by nobody");
        self.at_least_as_heavy(index, view);
        for block in &update.reverted {
            let is_canonical = view.is_canonical(block.number(), block.hash()).unwrap();
            assert!(!is_canonical, "node {index}: displaced block {number} is canonical");
            for position in positions(view, block) {
                assert_ne!(position, Some(block.hash()), "node {index}: index of block {number}");
            }
        }
        for block in &update.adopted {
            let canonical = view.canonical_hash(block.number()).unwrap();
            assert_eq!(canonical, Some(block.hash()), "node {index}: block {number}");
            for position in positions(view, block) {
                assert_eq!(position, Some(block.hash()), "node {index}: index of block {number}");
            }
        }
    }

    /// A node has the chain that it had, or a heavier one.
    pub(crate) fn at_least_as_heavy(&mut self, index: usize, view: &ChainView) {
        let weight = view.total_difficulty();
        assert!(weight >= self.weights[index], "node {index}: its chain became lighter");
        self.weights[index] = weight;
    }
}

/// Fails if something that others can make grow is larger than it may be.
pub(crate) fn assert_bounded(node: &mut SimNode) {
    let index = node.index;
    let limits = [
        ("blocks on their way", node.core.incoming_blocks(), MAX_INCOMING_BLOCKS),
        ("questions", node.questions.len(), MAX_QUESTIONS),
        ("gossip without a verdict", node.messages.len(), 0),
        ("peers", node.core.peers().connected().len(), most_peers()),
        ("orphans", node.chain.tree().orphans(), MAX_ORPHANS),
        ("side blocks", node.chain.tree().side_blocks(), MAX_SIDE_BLOCKS),
        ("deferred blocks", node.chain.tree().deferred_blocks(), MAX_DEFERRED_BLOCKS),
    ];
    for (what, count, limit) in limits {
        assert!(count <= limit, "node {index}: {count} {what}, at most {limit}");
    }
}

fn most_peers() -> usize {
    let limits = PeerLimits::default();
    limits.max_inbound + limits.max_outbound
}

/// For every transaction of a block, the block that the index names.
fn positions(view: &ChainView, block: &ExecutedBlock) -> Vec<Option<B256>> {
    let transactions = block.block().body().transactions.iter();
    let position = |hash| view.transaction(hash).unwrap().map(|position| position.block_hash);
    transactions.map(|transaction| position(*transaction.tx_hash())).collect()
}
