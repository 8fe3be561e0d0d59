//! Topics that nobody has.

use super::{serial::serial, session::Attack};
use crate::{frame, line::Line, tally::Tally, target::Target};
use std::time::Duration;

/// Length of the name of a topic: with it a message is as long as it may be, nearly.
const NAME_BYTES: usize = 900 << 10;

/// Is interested in another topic with every message, each with an enormous name.
pub(super) struct Topics;

impl Attack for Topics {
    const PACE: Duration = Duration::from_millis(200);

    fn new(_: &Target) -> Self {
        Self
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        let name = serial().to_string() + &"/topic".repeat(NAME_BYTES / "/topic".len());
        let frame = frame::subscriptions([name.as_str()]);
        let bytes = frame.len();
        if line.gossip(frame) {
            tally.message(bytes);
        }
    }
}
