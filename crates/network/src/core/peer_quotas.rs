//! What a connected peer may still do.

use crate::{
    peers::{Quota, QuotaLimits},
    wire::Request,
};
use std::time::Duration;

/// Requests a peer may have unanswered: one that is answered and one on its way, and as many again for
/// blocks that are relayed meanwhile. Their responses wait in memory until it reads them.
pub(super) const MAX_UNANSWERED: usize = 4;

/// Announcements of a peer: at most one block a second can be made (ADR-0021), so that a burst of 64 is
/// a minute of it.
const ANNOUNCEMENTS: QuotaLimits = QuotaLimits { burst: 64, per_second: 4 };

/// Batches of transactions of a peer. A node sends ten a second; a mesh passes on those of others.
const BATCHES: QuotaLimits = QuotaLimits { burst: 256, per_second: 64 };

/// Headers that a peer may ask for: eight full answers at once, and as fast as they can be checked.
const HEADERS: QuotaLimits = QuotaLimits { burst: 4_096, per_second: 8_192 };

/// Blocks that a peer may ask for: it is the number of unanswered requests that limits large ones.
const BLOCKS: QuotaLimits = QuotaLimits { burst: 1_024, per_second: 4_096 };

/// Introductions of a peer.
const STATUSES: QuotaLimits = QuotaLimits { burst: 16, per_second: 1 };

/// What a connected peer may still do.
#[derive(Debug)]
pub(super) struct PeerQuotas {
    pub(super) announcements: Quota,
    pub(super) batches: Quota,
    pub(super) statuses: Quota,
    headers: Quota,
    blocks: Quota,
    /// Requests that were not answered yet.
    pub(super) unanswered: usize,
    /// When it was asked who it is, if it has not answered.
    pub(super) asked_at: Option<Duration>,
    /// When it said last what its head is.
    pub(super) told_at: Duration,
}

impl PeerQuotas {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            announcements: Quota::new(ANNOUNCEMENTS, now),
            batches: Quota::new(BATCHES, now),
            statuses: Quota::new(STATUSES, now),
            headers: Quota::new(HEADERS, now),
            blocks: Quota::new(BLOCKS, now),
            unanswered: 0,
            asked_at: None,
            told_at: now,
        }
    }

    /// Whether a request may be answered now.
    pub(super) fn allows(&mut self, request: &Request, now: Duration) -> bool {
        match request {
            Request::Headers { limit, .. } => {
                self.headers.take(u32::try_from(*limit).unwrap_or(u32::MAX).max(1), now)
            }
            Request::Blocks { hashes } => {
                self.blocks.take(u32::try_from(hashes.len()).unwrap_or(u32::MAX), now)
            }
            Request::BlockTransactions { .. } => self.blocks.take(1, now),
        }
    }
}
