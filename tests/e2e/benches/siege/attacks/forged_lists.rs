//! Blocks whose transactions nobody has.

use super::{serial::serial, session::Attack};
use crate::{frame, line::Line, tally::Tally, target::Target};
use alloy_primitives::B256;
use hanzo_network::BlockAnnouncement;
use hanzo_types::MIN_TRANSACTION_GAS;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Announces the newest block, as soon as anybody, with hashes of transactions that are not in it, and
/// never gives the body. The seal is good: it does not bind the hashes.
pub(super) struct ForgedLists {
    topic: String,
    newest: watch::Receiver<Option<Arc<BlockAnnouncement>>>,
}

impl Attack for ForgedLists {
    /// Sooner than a block goes from the node that mined it through a mesh.
    const PACE: Duration = Duration::from_millis(2);

    fn new(target: &Target) -> Self {
        let mut newest = target.newest.clone();
        newest.mark_unchanged();
        Self { topic: target.names.blocks.clone(), newest }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        if !self.newest.has_changed().unwrap_or_default() {
            return;
        }
        let Some(mut forged) = self.newest.borrow_and_update().as_deref().cloned() else { return };
        // As many as the gas of the block pays for, or the announcement is malformed.
        let count = usize::try_from(forged.header.gas_used / MIN_TRANSACTION_GAS).unwrap().min(3);
        if count == 0 {
            return;
        }
        forged.transactions = vec![B256::left_padding_from(&serial().to_be_bytes()); count];
        let frame = frame::publication(&self.topic, &alloy_rlp::encode(&forged));
        tally.message(frame.len());
        line.gossip(frame);
    }
}
