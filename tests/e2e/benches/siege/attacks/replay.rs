//! The same again.

use super::session::Attack;
use crate::{frame, line::Line, tally::Tally, target::Target};
use hanzo_network::{BlockAnnouncement, TransactionBatch};
use hanzo_types::MIN_TRANSACTION_GAS;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// How often each message is said in one turn.
const TIMES: usize = 20;

/// Says a valid announcement and a valid batch again and again: as they are, which a node that has heard
/// them does not look at, and between other words, which it does.
pub(super) struct Replay {
    blocks: String,
    transactions: String,
    batch: Vec<u8>,
    newest: watch::Receiver<Option<Arc<BlockAnnouncement>>>,
    kept: Option<BlockAnnouncement>,
    turn: u64,
}

impl Attack for Replay {
    const PACE: Duration = Duration::from_millis(100);

    fn new(target: &Target) -> Self {
        let batches = TransactionBatch::split([target.mined_transaction.clone()]);
        Self {
            blocks: target.names.blocks.clone(),
            transactions: target.names.transactions.clone(),
            batch: alloy_rlp::encode(&batches[0]),
            newest: target.newest.clone(),
            kept: None,
            turn: 0,
        }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        if self.kept.is_none() {
            // One with room for another list: no announcement has more hashes than the gas of the block pays for.
            let newest = self.newest.borrow().as_deref().cloned();
            self.kept = newest.filter(|block| block.header.gas_used >= MIN_TRANSACTION_GAS);
        }
        let Some(kept) = &self.kept else { return };
        self.turn += 1;
        // A list of transactions makes it another message of the same block.
        let mut changed = kept.clone();
        changed.transactions = vec![alloy_primitives::keccak256(self.turn.to_be_bytes())];
        let mut frames = vec![frame::publication(&self.blocks, &alloy_rlp::encode(&changed))];
        for _ in 0..TIMES {
            frames.push(frame::publication(&self.blocks, &alloy_rlp::encode(kept)));
            frames.push(frame::publication(&self.transactions, &self.batch));
        }
        for frame in frames {
            let bytes = frame.len();
            if line.gossip(frame) {
                tally.message(bytes);
            }
        }
    }
}
