//! Chains that are not what they are said to be.

use super::session::Attack;
use crate::{
    line::{Line, Speech},
    tally::Tally,
    target::Target,
};
use alloy_primitives::{B256, U256};
use hanzo_network::{BlockAnnouncement, MAX_REQUESTED_HEADERS, Request, Response, Status};
use hanzo_types::Header;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Nothing but answers to questions.
const RARELY: Duration = Duration::from_secs(5);

/// Says to have an enormous chain, and then nothing.
pub(super) struct Silence;

/// Says the same, and gives headers that are valid and of little weight.
pub(super) struct LightChain(Arc<[Header]>);

/// Says the same, and gives the newest header under another seal.
pub(super) struct ForgedHeaders(watch::Receiver<Option<Arc<BlockAnnouncement>>>);

impl Attack for Silence {
    const PACE: Duration = RARELY;

    fn new(_: &Target) -> Self {
        Self
    }

    fn introduce(&self, honest: Status) -> Option<Speech> {
        Some(boast(honest))
    }

    fn act(&mut self, _: &mut Line, _: &Tally) {}
}

impl Attack for LightChain {
    const PACE: Duration = RARELY;

    fn new(target: &Target) -> Self {
        Self(Arc::clone(&target.light_chain))
    }

    fn introduce(&self, honest: Status) -> Option<Speech> {
        Some(boast(honest))
    }

    fn act(&mut self, _: &mut Line, _: &Tally) {}

    fn answer(&mut self, request: &Request) -> Option<Speech> {
        let Request::Headers { locator, .. } = request else { return None };
        // Its own chain after the last block of it that is named, or from the first.
        let named = |header: &Header| locator.first() == Some(&header.hash_slow());
        let after = self.0.iter().position(named).map_or(0, |at| at + 1);
        let headers: Vec<_> =
            self.0.iter().skip(after).take(MAX_REQUESTED_HEADERS).cloned().collect();
        let hash = match after {
            0 => self.0[0].parent_hash,
            _ => self.0[after - 1].hash_slow(),
        };
        Some(Speech::once(Response::Headers { after: hash, headers }.encode()))
    }
}

impl Attack for ForgedHeaders {
    const PACE: Duration = RARELY;

    fn new(target: &Target) -> Self {
        Self(target.newest.clone())
    }

    fn introduce(&self, honest: Status) -> Option<Speech> {
        Some(boast(honest))
    }

    fn act(&mut self, _: &mut Line, _: &Tally) {}

    fn answer(&mut self, request: &Request) -> Option<Speech> {
        let Request::Headers { .. } = request else { return None };
        let mut header = self.0.borrow().as_deref()?.header.clone();
        header.mix_hash = B256::repeat_byte(0x5e);
        let response = Response::Headers { after: header.parent_hash, headers: vec![header] };
        Some(Speech::once(response.encode()))
    }
}

/// The truth but for the end of the chain.
fn boast(mut status: Status) -> Speech {
    status.head_number += 1_000_000;
    status.head_hash = B256::random();
    status.total_difficulty = U256::MAX >> 8;
    Speech::once(alloy_rlp::encode(status))
}
