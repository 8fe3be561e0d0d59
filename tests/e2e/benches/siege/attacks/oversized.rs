//! Messages that are too long.

use super::session::Attack;
use crate::{
    frame,
    line::{Line, Speech},
    tally::Tally,
    target::Target,
};
use alloy_primitives::Bytes;
use std::time::Duration;

/// Real megabytes.
const BYTES: usize = 3 << 20;

/// Megabytes as requests, as introductions and as gossip, and gossip that only says to be so long.
pub(super) struct Oversized {
    turn: u64,
}

impl Attack for Oversized {
    const PACE: Duration = Duration::from_millis(500);

    fn new(_: &Target) -> Self {
        Self { turn: 0 }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        self.turn += 1;
        let zeros = || Bytes::from(vec![0; BYTES]);
        match self.turn % 4 {
            0 => line.ask(Speech::once(zeros())),
            1 => line.introduce(Speech::once(zeros())),
            2 => line.gossip_once(Speech::once(frame::with_length(&zeros()))),
            _ => {
                let mut frame = frame::length(1 << 40);
                frame.extend_from_slice(&zeros());
                line.gossip_once(Speech::once(frame));
            }
        }
        tally.message(BYTES);
    }
}
