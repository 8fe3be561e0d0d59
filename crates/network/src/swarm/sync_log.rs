//! What the operator hears of the synchronisation.

use hanzo_chain::SyncProgress;
use std::time::Duration;

/// How often the operator hears how far it is. Source: geth and reth say it every 8 to 25 seconds.
const INTERVAL: Duration = Duration::from_secs(8);

/// Tells the operator how the synchronisation goes, as long as the node is far behind: a block or two that
/// are fetched because their announcement was lost are not worth a line.
#[derive(Debug, Default)]
pub(super) struct SyncLog {
    under_way: Option<UnderWay>,
}

/// A moment, and the head then.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: Duration,
    block: u64,
}

#[derive(Debug)]
struct UnderWay {
    start: Mark,
    last_told: Mark,
}

/// What there is to tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SyncReport {
    /// It begins.
    Began { number: u64, highest: u64 },
    /// It goes on, at this rate since it was last told.
    Continues {
        number: u64,
        highest: u64,
        blocks_per_second: f64,
        /// At this rate; `None` if nothing moves.
        left: Option<Duration>,
    },
    /// The node has caught up, or nobody has the rest any more.
    Ended { number: u64, blocks: u64, took: Duration },
}

impl SyncLog {
    /// Takes note of how far it is at `now`, since the start of the node, with the head at block `head`.
    pub(super) fn observe(
        &mut self,
        now: Duration,
        head: u64,
        progress: Option<SyncProgress>,
    ) -> Option<SyncReport> {
        let here = Mark { at: now, block: head };
        let Some(under_way) = &mut self.under_way else {
            let highest = progress.filter(SyncProgress::is_far_behind)?.highest_block;
            self.under_way = Some(UnderWay { start: here, last_told: here });
            return Some(SyncReport::Began { number: head, highest });
        };
        let Some(SyncProgress { highest_block: highest, .. }) = progress else {
            let Mark { at, block } = under_way.start;
            self.under_way = None;
            let (blocks, took) = (head.saturating_sub(block), now.saturating_sub(at));
            return Some(SyncReport::Ended { number: head, blocks, took });
        };
        let passed = now.saturating_sub(under_way.last_told.at);
        if passed < INTERVAL {
            return None;
        }
        let blocks = head.saturating_sub(under_way.last_told.block);
        let blocks_per_second = whole(blocks) / passed.as_secs_f64();
        let left = whole(highest.saturating_sub(head)) / blocks_per_second;
        under_way.last_told = here;
        Some(SyncReport::Continues {
            number: head,
            highest,
            blocks_per_second,
            left: Duration::try_from_secs_f64(left.round()).ok(),
        })
    }
}

impl SyncReport {
    pub(super) fn log(self) {
        match self {
            Self::Began { number, highest } => {
                tracing::info!(target: "network", number, highest, "synchronising");
            }
            Self::Continues { number, highest, blocks_per_second, left } => {
                let left = left.map_or_else(|| "unknown".to_owned(), |left| format!("{left:?}"));
                let rate = format!("{blocks_per_second:.1}");
                tracing::info!(
                    target: "network",
                    number,
                    highest,
                    blocks_per_second = rate,
                    time_left = left,
                    "synchronising"
                );
            }
            Self::Ended { number, blocks, took } => {
                let seconds = format!("{:.1}", took.as_secs_f64());
                tracing::info!(target: "network", number, blocks, seconds, "synchronised");
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a block number far below 2^52, for people")]
const fn whole(blocks: u64) -> f64 {
    blocks as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn behind(current_block: u64, highest_block: u64) -> Option<SyncProgress> {
        Some(SyncProgress { starting_block: 0, current_block, highest_block })
    }

    #[test]
    fn rate_and_time_left_are_told_every_eight_seconds_until_the_node_has_caught_up() {
        let mut log = SyncLog::default();
        let began = SyncReport::Began { number: 10, highest: 1_010 };
        assert_eq!(log.observe(seconds(5), 10, behind(10, 1_010)), Some(began));
        assert_eq!(log.observe(seconds(12), 150, behind(150, 1_010)), None);
        let continues = SyncReport::Continues {
            number: 170,
            highest: 1_010,
            blocks_per_second: 20.0,
            left: Some(seconds(42)),
        };
        assert_eq!(log.observe(seconds(13), 170, behind(170, 1_010)), Some(continues));
        let ended = SyncReport::Ended { number: 1_020, blocks: 1_010, took: seconds(45) };
        assert_eq!(log.observe(seconds(50), 1_020, None), Some(ended));
        assert_eq!(log.observe(seconds(60), 1_020, None), None);
    }

    #[test]
    fn when_nothing_moves_the_time_left_is_unknown() {
        let mut log = SyncLog::default();
        let _ = log.observe(seconds(0), 10, behind(10, 1_010));
        let Some(SyncReport::Continues { left, .. }) =
            log.observe(seconds(8), 10, behind(10, 1_010))
        else {
            panic!("nothing was told");
        };
        assert_eq!(left, None);
    }

    #[test]
    fn a_block_or_two_are_not_worth_a_line() {
        let mut log = SyncLog::default();
        assert_eq!(log.observe(seconds(0), 10, behind(10, 12)), None);
        assert_eq!(log.observe(seconds(1), 12, None), None);
    }
}
