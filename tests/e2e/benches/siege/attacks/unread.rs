//! Answers that nobody reads.

use super::session::Attack;
use crate::{
    line::{Line, Speech},
    tally::Tally,
    target::Target,
};
use alloy_primitives::B256;
use hanzo_network::{MAX_REQUESTED_HEADERS, Request};
use hanzo_types::Header;
use std::{sync::Arc, time::Duration};

/// Asks for as much as one answer may have, and never reads it.
pub(super) struct Unread {
    genesis: B256,
    chain: Arc<[Header]>,
}

impl Attack for Unread {
    const PACE: Duration = Duration::from_millis(250);

    fn new(target: &Target) -> Self {
        let chain = Arc::clone(&target.light_chain);
        Self { genesis: chain[0].parent_hash, chain }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        let limit = u64::try_from(MAX_REQUESTED_HEADERS).unwrap();
        // A locator of the longest kind, of blocks that the victim has to look up.
        let unknown = self.chain.iter().rev().take(50).map(Header::hash_slow);
        let locator = unknown.chain([self.genesis]).collect();
        let bytes = Request::Headers { locator, limit }.encode();
        tally.message(bytes.len());
        line.ask(Speech::once(bytes).unheard());
    }
}
