//! Requests that are none.

use super::{serial::serial, session::Attack};
use crate::{
    line::{Line, Speech},
    tally::Tally,
    target::Target,
};
use alloy_primitives::{B256, Bytes};
use hanzo_e2e::Random;
use hanzo_network::{MAX_LOCATOR_HASHES, MAX_REQUESTED_BLOCKS, Request};
use std::time::Duration;

/// Another way each time.
pub(super) struct MalformedRequests {
    random: Random,
}

impl Attack for MalformedRequests {
    const PACE: Duration = Duration::from_millis(200);

    fn new(_: &Target) -> Self {
        Self { random: Random::new(serial()) }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        let zero = B256::ZERO;
        let bytes: Bytes = match self.random.below(6) {
            0 => (0..40).map(|_| u8::try_from(self.random.below(256)).unwrap()).collect(),
            1 => vec![9, 0xc0].into(),
            2 => Request::Blocks { hashes: vec![zero; MAX_REQUESTED_BLOCKS + 1] }.encode(),
            3 => {
                let locator = vec![zero; MAX_LOCATOR_HASHES + 1];
                Request::Headers { locator, limit: 1 }.encode()
            }
            4 => Request::BlockTransactions { block: zero, positions: vec![7, 7] }.encode(),
            _ => Request::Blocks { hashes: vec![zero] }.encode().slice(..20),
        };
        tally.message(bytes.len());
        line.ask(Speech::once(bytes));
    }
}
