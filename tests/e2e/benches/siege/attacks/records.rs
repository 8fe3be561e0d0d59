//! Things to keep for others.

use super::{serial::serial, session::Attack};
use crate::{
    frame,
    line::{Line, Speech},
    tally::Tally,
    target::Target,
};
use alloy_primitives::keccak256;
use std::time::Duration;

/// As long as a message of discovery may be, nearly.
const VALUE_BYTES: usize = 15 << 10;

/// Gives the victim records that it is to keep for everybody, each under a new name.
pub(super) struct Records;

impl Attack for Records {
    const PACE: Duration = Duration::from_millis(50);

    fn new(_: &Target) -> Self {
        Self
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        let key = keccak256(serial().to_be_bytes());
        let frame = frame::record(key.as_slice(), &vec![0x5a; VALUE_BYTES]);
        tally.message(frame.len());
        line.discover(Speech::once(frame));
    }
}
