//! A byte a second.

use super::{serial::serial, session::Attack};
use crate::{
    frame,
    line::{Line, Speech},
    tally::Tally,
    target::Target,
};
use alloy_primitives::B256;
use hanzo_network::{Request, Status};
use std::time::Duration;

const PAUSE: Duration = Duration::from_secs(1);

/// Says everything a byte a second, on as many streams as it may; every other one its name, too.
pub(super) struct Slow {
    topic: String,
    is_slow_from_the_start: bool,
}

impl Attack for Slow {
    const PACE: Duration = Duration::from_millis(500);

    fn new(target: &Target) -> Self {
        let is_slow_from_the_start = serial().is_multiple_of(2);
        Self { topic: target.names.blocks.clone(), is_slow_from_the_start }
    }

    fn introduce(&self, honest: Status) -> Option<Speech> {
        let bytes = alloy_rlp::encode(honest);
        Some(match self.is_slow_from_the_start {
            true => Speech::slowly(bytes, PAUSE),
            false => Speech::once(bytes),
        })
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        let request = Request::Blocks { hashes: vec![B256::ZERO; 60] }.encode();
        tally.message(request.len());
        line.ask(Speech::slowly(request, PAUSE));
        line.introduce(Speech::slowly(vec![0xc0; 400], PAUSE));
        let frame = frame::publication(&self.topic, &[0; 1_000]);
        line.gossip_once(Speech::slowly(frame, PAUSE));
    }
}
