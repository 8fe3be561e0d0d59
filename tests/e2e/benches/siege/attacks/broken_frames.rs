//! Messages that end too early.

use super::{serial::serial, session::Attack};
use crate::{
    frame,
    line::{Line, Speech},
    tally::Tally,
    target::Target,
};
use alloy_primitives::B256;
use hanzo_network::Request;
use std::time::Duration;

/// Frames of gossip that end in the middle, or whose fields do, and requests that end in the middle.
pub(super) struct BrokenFrames {
    topic: String,
}

impl Attack for BrokenFrames {
    const PACE: Duration = Duration::from_millis(300);

    fn new(target: &Target) -> Self {
        Self { topic: target.names.blocks.clone() }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        let turn = serial();
        let whole = frame::publication(&self.topic, &turn.to_be_bytes().repeat(20));
        let half = whole.slice(..whole.len() / 2);
        tally.message(half.len());
        match turn % 3 {
            0 => line.gossip_once(Speech::once(half)),
            1 => line.gossip_once(Speech::once(frame::with_length(&half))),
            _ => {
                let request = Request::Blocks { hashes: vec![B256::ZERO; 10] }.encode();
                line.ask(Speech::once(request.slice(..100)));
            }
        }
    }
}
