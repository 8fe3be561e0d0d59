//! How mining goes, for people.

use crate::{Stats, session::now};
use std::{
    io::{IsTerminal as _, Write as _},
    time::Duration,
};
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

/// How often a terminal shows it.
const TERMINAL_INTERVAL: Duration = Duration::from_secs(1);

/// How often a log gets a line.
const LOG_INTERVAL: Duration = Duration::from_secs(30);

/// Shows how mining goes until `cancel`: one line that is written over on a terminal, log lines where
/// there is none.
pub(crate) async fn show(stats: &Stats, cancel: &CancellationToken) {
    let live = std::io::stdout().is_terminal();
    let mut ticks = interval(if live { TERMINAL_INTERVAL } else { LOG_INTERVAL });
    let started = now();
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let totals = stats.totals(now());
        let rate = rate(totals.macs_per_second);
        let uptime_s = started.elapsed().as_secs();
        if live {
            // Where nobody reads it, it need not be written.
            let _ = write!(
                std::io::stdout(),
                "\r\x1b[2K{rate}  {} tiles  {} blocks  {} stale  {} rejected  up {uptime_s} s",
                totals.tiles,
                totals.accepted,
                totals.stale,
                totals.rejected
            );
            let _ = std::io::stdout().flush();
        } else {
            tracing::info!(
                target: "miner", %rate, tiles = totals.tiles, blocks = totals.accepted,
                stale = totals.stale, rejected = totals.rejected, uptime_s, "mining"
            );
        }
    }
}

/// A rate with the prefix that fits.
pub(crate) fn rate(macs_per_second: u64) -> String {
    let mut prefixes = ["", "k", "M", "G", "T", "P"].into_iter().peekable();
    let (mut whole, mut rest) = (macs_per_second, 0);
    let mut prefix = prefixes.next().unwrap_or_default();
    while whole >= 1_000 {
        let Some(next) = prefixes.next() else { break };
        (whole, rest) = (whole / 1_000, whole % 1_000);
        prefix = next;
    }
    format!("{whole}.{:02} {prefix}MAC/s", rest / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_has_the_prefix_that_fits() {
        assert_eq!(rate(0), "0.00 MAC/s");
        assert_eq!(rate(999), "999.00 MAC/s");
        assert_eq!(rate(1_234_567), "1.23 MMAC/s");
        assert_eq!(rate(2_250_000_000_000_000), "2.25 PMAC/s");
        assert_eq!(rate(u64::MAX), "18446.74 PMAC/s");
    }
}
