//! Blocks without work.

use super::{serial::serial, session::Attack};
use crate::{frame, line::Line, tally::Tally, target::Target};
use alloy_primitives::B256;
use hanzo_network::BlockAnnouncement;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Announces the newest block under another seal: all but that is right.
pub(super) struct ForgedSeals {
    topic: String,
    newest: watch::Receiver<Option<Arc<BlockAnnouncement>>>,
}

impl Attack for ForgedSeals {
    const PACE: Duration = Duration::from_millis(200);

    fn new(target: &Target) -> Self {
        Self { topic: target.names.blocks.clone(), newest: target.newest.clone() }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        let Some(mut forged) = self.newest.borrow().as_deref().cloned() else { return };
        forged.header.mix_hash = B256::left_padding_from(&serial().to_be_bytes());
        let frame = frame::publication(&self.topic, &alloy_rlp::encode(&forged));
        tally.message(frame.len());
        line.gossip(frame);
    }
}
