//! Gossip that is none.

use super::{serial::serial, session::Attack};
use crate::{frame, line::Line, tally::Tally, target::Target};
use hanzo_network::ProtocolNames;
use std::{sync::Arc, time::Duration};

/// On both topics in turns.
pub(super) struct MalformedGossip {
    names: Arc<ProtocolNames>,
    turn: u64,
}

impl Attack for MalformedGossip {
    const PACE: Duration = Duration::from_millis(200);

    fn new(target: &Target) -> Self {
        // The first message is the last: each attacker begins with the other topic.
        Self { names: Arc::clone(&target.names), turn: serial() }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        self.turn += 1;
        let topic =
            if self.turn.is_multiple_of(2) { &self.names.blocks } else { &self.names.transactions };
        let mut data = vec![0xc3, 0x82, 0xff, 0x01];
        data.extend_from_slice(&serial().to_be_bytes());
        let frame = frame::publication(topic, &data);
        tally.message(frame.len());
        line.gossip(frame);
    }
}
