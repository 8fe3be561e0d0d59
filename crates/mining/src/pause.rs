//! Why nothing is mined at the moment.

use hanzo_chain::SyncProgress;
use thiserror::Error;

/// Why nothing is mined at the moment: what were mined now would be in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Pause {
    /// The node is catching up with others: what it has is no ground to build on.
    #[error("the node is syncing: it is at block {current} of {highest}")]
    Syncing {
        /// The head.
        current: u64,
        /// The head that others have.
        highest: u64,
    },
    /// Blocks came faster than seconds, and each is stamped later than its parent. Other nodes would not
    /// take the next one yet. Source: decision D-36.
    #[error(
        "the chain is ahead of the clock: the next block is of {timestamp} at the earliest, and others take blocks until {latest}"
    )]
    AheadOfClock {
        /// Least timestamp of the next block, in Unix seconds.
        timestamp: u64,
        /// The latest that other nodes take, by the clock of this one.
        latest: u64,
    },
}

impl Pause {
    /// Name of the variant, as miners know it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Syncing { .. } => "syncing",
            Self::AheadOfClock { .. } => "ahead_of_clock",
        }
    }

    /// Whether a chain that is `progress` behind others cannot be built on.
    pub(crate) fn of_progress(progress: Option<SyncProgress>) -> Option<Self> {
        let far = progress.filter(SyncProgress::is_far_behind)?;
        Some(Self::Syncing { current: far.current_block, highest: far.highest_block })
    }

    /// Whether the child of a block of `parent` is later than `latest`, both in Unix seconds.
    pub(crate) fn of_clock(parent: u64, latest: u64) -> Option<Self> {
        let timestamp = parent.saturating_add(1);
        (timestamp > latest).then_some(Self::AheadOfClock { timestamp, latest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_too_early_when_its_least_timestamp_is_more_than_peers_take() {
        assert_eq!(Pause::of_clock(1_014, 1_015), None, "1 015 is the last that they take");
        let pause = Pause::of_clock(1_015, 1_015);
        assert_eq!(pause, Some(Pause::AheadOfClock { timestamp: 1_016, latest: 1_015 }));
        assert_eq!(Pause::of_clock(0, 1_015), None);
        assert_eq!(Pause::of_clock(u64::MAX, u64::MAX), None);
    }

    #[test]
    fn eight_blocks_may_be_on_their_way() {
        let behind = |highest_block| {
            Some(SyncProgress { starting_block: 1, current_block: 1, highest_block })
        };
        assert_eq!(Pause::of_progress(None), None);
        assert_eq!(Pause::of_progress(behind(9)), None);
        let pause = Pause::of_progress(behind(10));
        assert_eq!(pause, Some(Pause::Syncing { current: 1, highest: 10 }));
    }
}
