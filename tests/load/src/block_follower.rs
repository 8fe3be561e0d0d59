//! Watching blocks arrive.

use crate::{http_connection::Endpoint, node_client::NodeClient, tracker::Tracker};
use alloy_primitives::{B256, U64, map::B256Map};
use serde::Deserialize;
use serde_json::json;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

/// How often the head is asked for: what inclusion latencies are off by at most.
const INTERVAL: Duration = Duration::from_millis(20);

/// How long accepted transactions may stay out of every block after the last one was sent. Longer
/// than any chain's block time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads every block after a given one over a connection of its own.
#[derive(Debug)]
pub(crate) struct BlockFollower {
    node: NodeClient,
    next: u64,
    seen: BlocksSeen,
}

/// What the blocks of a run had in them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BlocksSeen {
    pub(crate) blocks: u64,
    pub(crate) gas_used: u64,
    /// Of one block.
    pub(crate) most_transactions: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Block {
    gas_used: U64,
    transactions: Vec<B256>,
}

impl BlockFollower {
    /// Follows the chain above block `head`.
    pub(crate) fn open(endpoint: &Endpoint, head: u64) -> anyhow::Result<Self> {
        let node = NodeClient::open(endpoint)?;
        Ok(Self { node, next: head.saturating_add(1), seen: BlocksSeen::default() })
    }

    /// Tells `tracker` of every block until all that was accepted is included after `submitted` is
    /// set, or nothing comes any more.
    pub(crate) fn run(
        mut self,
        tracker: &Tracker,
        index_of: &B256Map<usize>,
        submitted: &AtomicBool,
    ) -> anyhow::Result<BlocksSeen> {
        let mut idle = Duration::ZERO;
        loop {
            // Before the head is read: what is accepted later may be in a later block.
            let finished = submitted.load(Ordering::Acquire);
            let before = tracker.progress();
            self.read_new(tracker, index_of)?;
            let (accepted, included) = tracker.progress();
            if finished && (included >= accepted || tracker.lost() == 0) {
                return Ok(self.seen);
            }
            let moves = !finished || included > before.1;
            idle = if moves { Duration::ZERO } else { idle.saturating_add(INTERVAL) };
            if idle >= PATIENCE {
                return Ok(self.seen);
            }
            thread::sleep(INTERVAL);
        }
    }

    fn read_new(&mut self, tracker: &Tracker, index_of: &B256Map<usize>) -> anyhow::Result<()> {
        let head: U64 = self.node.call("eth_blockNumber", &json!([]))?;
        while self.next <= head.to::<u64>() {
            let number = U64::from(self.next);
            let block: Block = self.node.call("eth_getBlockByNumber", &json!([number, false]))?;
            tracker.block(block.transactions.iter().filter_map(|hash| index_of.get(hash).copied()));
            let seen = &mut self.seen;
            seen.blocks = seen.blocks.saturating_add(1);
            seen.gas_used = seen.gas_used.saturating_add(block.gas_used.to());
            seen.most_transactions = seen.most_transactions.max(block.transactions.len());
            self.next = self.next.saturating_add(1);
        }
        Ok(())
    }
}
