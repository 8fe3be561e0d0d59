//! Talk about gossip.

use super::{serial::serial, session::Attack};
use crate::{frame, line::Line, tally::Tally, target::Target};
use alloy_primitives::keccak256;
use std::time::Duration;

/// Message ids that are said to be had and wanted in each turn.
const IDS: u64 = 4_000;

/// Says to have and to want thousands of messages that are none, and asks to be in the mesh each time.
pub(super) struct ControlFlood {
    topic: String,
}

impl Attack for ControlFlood {
    const PACE: Duration = Duration::from_millis(100);

    fn new(target: &Target) -> Self {
        Self { topic: target.names.blocks.clone() }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        let ids: Vec<_> = (0..IDS).map(|_| keccak256(serial().to_be_bytes()).0).collect();
        let subscribed = line.gossip(frame::subscriptions([self.topic.as_str()]));
        let frame = frame::control(&self.topic, &ids);
        let bytes = frame.len();
        if subscribed && line.gossip(frame) {
            tally.message(bytes);
        }
    }
}
