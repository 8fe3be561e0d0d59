//! Which reorganisations a node does not make by itself.

use hanzo_consensus::FINALIZED_DEPTH;

/// How old the head of a synced node is at most, in seconds: a hundred blocks at the target of the
/// embedded chains. A node whose head is older was away or cut off, or its chain has stalled; then
/// the heavier chain is the better guess. There is no peer yet that could be asked. ADR-0022.
pub const SYNCED_HEAD_AGE_SECONDS: u64 = 600;

/// Which reorganisations a node does not make by itself. Those within the states in memory, up to
/// [`crate::HIGH_WATER_BLOCKS`] deep, are always made. ADR-0022, decision D-10.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReorgLimits {
    /// Most canonical blocks that may be displaced; `None` means as many as there are.
    pub max_depth: Option<u64>,
    /// How long ago, in seconds, this node may have seen the lowest displaced block: a younger one is
    /// displaced at any depth.
    pub max_age_seconds: u64,
}

impl Default for ReorgLimits {
    /// The depth at which a block counts as final, and two hours.
    fn default() -> Self {
        Self { max_depth: Some(FINALIZED_DEPTH), max_age_seconds: 7_200 }
    }
}

/// A reorganisation that fork choice asks for. Times are Unix times in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProposedReorg {
    /// Canonical blocks that it displaces.
    pub(crate) depth: u64,
    /// When this node saw the lowest of them first.
    pub(crate) displaced_seen: u64,
    /// Timestamp of the head that it displaces.
    pub(crate) head_timestamp: u64,
    /// The time now.
    pub(crate) now: u64,
}

impl ReorgLimits {
    /// Every reorganisation is made.
    pub const UNLIMITED: Self = Self { max_depth: None, max_age_seconds: 0 };

    /// Whether the node leaves the decision to its operator.
    pub(crate) const fn refuse(&self, proposed: &ProposedReorg) -> bool {
        let age = proposed.now.saturating_sub(proposed.displaced_seen);
        self.is_too_deep(proposed.depth) && age > self.max_age_seconds && proposed.is_synced()
    }

    /// Whether a reorganisation that displaces `depth` blocks is one to think about.
    pub(crate) const fn is_too_deep(&self, depth: u64) -> bool {
        match self.max_depth {
            Some(max_depth) => depth > max_depth,
            None => false,
        }
    }
}

impl ProposedReorg {
    /// Whether the chain that would be displaced is one that still grows.
    const fn is_synced(&self) -> bool {
        self.now.saturating_sub(self.head_timestamp) <= SYNCED_HEAD_AGE_SECONDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    /// The least that the default limits refuse.
    const REFUSED: ProposedReorg = ProposedReorg {
        depth: 129,
        displaced_seen: NOW - 7_201,
        head_timestamp: NOW - SYNCED_HEAD_AGE_SECONDS,
        now: NOW,
    };

    #[track_caller]
    fn assert_made(proposed: ProposedReorg) {
        assert!(!ReorgLimits::default().refuse(&proposed), "{proposed:?}");
    }

    #[test]
    fn one_block_too_deep_one_second_too_old_on_a_head_just_young_enough_is_refused() {
        assert!(ReorgLimits::default().refuse(&REFUSED));
    }

    #[test]
    fn a_reorganisation_of_exactly_the_depth_is_made() {
        assert_made(ProposedReorg { depth: 128, ..REFUSED });
        assert_made(ProposedReorg { depth: 0, ..REFUSED });
    }

    #[test]
    fn one_that_displaces_a_block_of_exactly_the_age_is_made() {
        assert_made(ProposedReorg { displaced_seen: NOW - 7_200, ..REFUSED });
        assert_made(ProposedReorg { displaced_seen: NOW, ..REFUSED });
    }

    #[test]
    fn a_node_whose_head_is_a_second_too_old_makes_it() {
        let head_timestamp = NOW - SYNCED_HEAD_AGE_SECONDS - 1;
        assert_made(ProposedReorg { head_timestamp, ..REFUSED });
    }

    #[test]
    fn a_head_ahead_of_the_clock_is_synced_and_a_block_ahead_of_it_is_young() {
        let ahead = NOW + 15;
        assert!(ReorgLimits::default().refuse(&ProposedReorg { head_timestamp: ahead, ..REFUSED }));
        assert_made(ProposedReorg { displaced_seen: ahead, ..REFUSED });
    }

    #[test]
    fn both_limits_are_settings() {
        let limits = ReorgLimits { max_depth: Some(40), max_age_seconds: 60 };
        let proposed = ProposedReorg { depth: 41, displaced_seen: NOW - 61, ..REFUSED };
        assert!(limits.refuse(&proposed));
        assert!(!limits.refuse(&ProposedReorg { depth: 40, ..proposed }));
        assert!(!limits.refuse(&ProposedReorg { displaced_seen: NOW - 60, ..proposed }));
    }

    #[test]
    fn an_age_of_zero_refuses_by_depth_what_was_seen_before_this_second() {
        let limits = ReorgLimits { max_age_seconds: 0, ..ReorgLimits::default() };
        assert!(limits.refuse(&ProposedReorg { displaced_seen: NOW - 1, ..REFUSED }));
        assert!(!limits.refuse(&ProposedReorg { displaced_seen: NOW, ..REFUSED }));
    }

    #[test]
    fn without_a_depth_everything_is_made() {
        let extreme = ProposedReorg { depth: u64::MAX, displaced_seen: 0, ..REFUSED };
        assert!(!ReorgLimits::UNLIMITED.refuse(&extreme));
        assert!(ReorgLimits::default().refuse(&extreme));
    }
}
