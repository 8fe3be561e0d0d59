//! What a connected peer may still do.

use crate::{
    peers::{Quota, QuotaLimits},
    wire::{Request, StatusMismatch},
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

/// Transactions of a peer that fit neither the pool nor the state. Each costs a signature and a look-up,
/// 50 µs, and its sender nothing: 64 batches of 2 048 a second would be six cores. So there may be a thousand
/// a second, a twentieth of a core. Beyond it batches of that peer are ignored for a while and nobody is to
/// blame: an honest peer with a larger pool passes such transactions on, or those that a block has just mined.
const UNFIT: QuotaLimits = QuotaLimits { burst: 8_192, per_second: 1_024 };

/// Headers that a peer may ask for: eight full answers at once, and as fast as they can be checked.
const HEADERS: QuotaLimits = QuotaLimits { burst: 4_096, per_second: 8_192 };

/// Blocks that a peer may ask for: it is the number of unanswered requests that limits large ones.
const BLOCKS: QuotaLimits = QuotaLimits { burst: 1_024, per_second: 4_096 };

/// Lists of the pool that a peer may ask for: once for each connection, and again after it has synchronised.
const POOL_LISTS: QuotaLimits = QuotaLimits { burst: 4, per_second: 1 };

/// Introductions of a peer.
const STATUSES: QuotaLimits = QuotaLimits { burst: 16, per_second: 1 };

/// How long the connections of a peer that was told to go may take to end. Then it is told again.
const LEAVING_TIME: Duration = Duration::from_secs(10);

/// What a connected peer may still do.
#[derive(Debug)]
pub(super) struct PeerQuotas {
    pub(super) announcements: Quota,
    pub(super) batches: Quota,
    unfit: Quota,
    pub(super) statuses: Quota,
    headers: Quota,
    blocks: Quota,
    pool_lists: Quota,
    /// Requests that were not answered yet.
    pub(super) unanswered: usize,
    /// When it was asked who it is, if it has not answered.
    pub(super) asked_at: Option<Duration>,
    /// When it said last what its head is.
    pub(super) told_at: Duration,
    /// Whether it may have a chain that this node cannot judge, and was not asked for its head since.
    pub(super) is_hinted: bool,
    /// What is different about its chain, if it has said that it has another one: until its connection
    /// ends, whatever it says later.
    pub(super) mismatch: Option<StatusMismatch>,
    /// When it was told to go, for whatever reason.
    pub(super) sent_away_at: Option<Duration>,
}

impl PeerQuotas {
    /// Whether it was told to go a moment ago: what comes of it was on its way.
    pub(super) fn is_leaving(&self, now: Duration) -> bool {
        self.sent_away_at.is_some_and(|at| at.saturating_add(LEAVING_TIME) > now)
    }

    pub(super) fn new(now: Duration) -> Self {
        Self {
            announcements: Quota::new(ANNOUNCEMENTS, now),
            batches: Quota::new(BATCHES, now),
            unfit: Quota::new(UNFIT, now),
            statuses: Quota::new(STATUSES, now),
            headers: Quota::new(HEADERS, now),
            blocks: Quota::new(BLOCKS, now),
            pool_lists: Quota::new(POOL_LISTS, now),
            unanswered: 0,
            asked_at: None,
            told_at: now,
            is_hinted: false,
            mismatch: None,
            sent_away_at: None,
        }
    }

    /// So many transactions of a batch were of no use here.
    pub(super) fn charge_unfit(&mut self, unfit: usize, now: Duration) {
        self.unfit.spend(u32::try_from(unfit).unwrap_or(u32::MAX), now);
    }

    /// Whether a batch may be looked at, or so much of what came was of no use that it is ignored.
    pub(super) fn is_worth_a_look(&mut self, now: Duration) -> bool {
        self.unfit.take(0, now)
    }

    /// Whether a request may be answered now.
    pub(super) fn allows(&mut self, request: &Request, now: Duration) -> bool {
        match request {
            Request::Headers { limit, .. } => {
                self.headers.take(u32::try_from(*limit).unwrap_or(u32::MAX).max(1), now)
            }
            Request::PoolHashes => self.pool_lists.take(1, now),
            Request::Blocks { hashes } | Request::PooledTransactions { hashes } => {
                self.blocks.take(u32::try_from(hashes.len()).unwrap_or(u32::MAX), now)
            }
            Request::BlockTransactions { .. } => self.blocks.take(1, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_sends_nothing_but_transactions_that_fit_nowhere_is_soon_ignored() {
        let at = |milliseconds| Duration::from_millis(milliseconds);
        let mut quotas = PeerQuotas::new(at(0));
        // Thirty full batches a second, for ten seconds.
        let judged = (0..300).filter(|batch| {
            let now = at(batch * 33);
            let looked_at = quotas.is_worth_a_look(now);
            if looked_at {
                quotas.charge_unfit(2_048, now);
            }
            looked_at
        });
        assert!(judged.count() < 12);
    }

    #[test]
    fn a_few_transactions_that_were_just_mined_cost_nothing() {
        let mut quotas = PeerQuotas::new(Duration::ZERO);
        for second in 0..1_000 {
            let now = Duration::from_secs(second);
            for _ in 0..10 {
                assert!(quotas.is_worth_a_look(now));
                quotas.charge_unfit(80, now);
            }
        }
    }
}
