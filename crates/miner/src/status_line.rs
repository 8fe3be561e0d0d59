//! How mining goes, for people.

use crate::{Link, Stats, Totals, session::now};
use std::{
    fmt,
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
        let uptime = started.elapsed();
        if live {
            // Where nobody reads it, it need not be written.
            let _ = write!(std::io::stdout(), "\r\x1b[2K{}", StatusLine { totals, uptime });
            let _ = std::io::stdout().flush();
        } else {
            tracing::info!(
                target: "miner", rate = %rate(totals.macs_per_second), tiles = totals.tiles,
                blocks = totals.accepted, shares = totals.shares, stale = totals.stale, rejected = totals.rejected,
                node = %NodeDistance(totals.link), uptime_s = uptime.as_secs(), "mining"
            );
        }
    }
}

/// Everything in one line.
#[derive(Debug, Clone, Copy)]
struct StatusLine {
    totals: Totals,
    uptime: Duration,
}

impl fmt::Display for StatusLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals { tiles, accepted, stale, rejected, macs_per_second, link, shares } =
            self.totals;
        write!(
            f,
            "{}  {tiles} tiles  {accepted} blocks  {shares} shares  {stale} stale  {rejected} rejected  node {}  up {} s",
            rate(macs_per_second),
            NodeDistance(link),
            self.uptime.as_secs()
        )
    }
}

/// How far the node is.
#[derive(Debug, Clone, Copy)]
struct NodeDistance(Link);

impl fmt::Display for NodeDistance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Link::Down => f.write_str("gone"),
            Link::Up { round_trip: None } => f.write_str("there"),
            Link::Up { round_trip: Some(time) } => {
                write!(f, "{}.{} ms", time.as_millis(), time.subsec_micros() / 100 % 10)
            }
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

    #[test]
    fn the_line_says_how_far_the_node_is_or_that_there_is_none() {
        let totals =
            Totals { tiles: 7, accepted: 1, macs_per_second: 61_500_000_000, ..Totals::default() };
        let line = |link| {
            let totals = Totals { link, ..totals };
            StatusLine { totals, uptime: Duration::from_secs(90) }.to_string()
        };
        let up = |micros| Link::Up { round_trip: Some(Duration::from_micros(micros)) };
        assert_eq!(
            line(up(840)),
            "61.50 GMAC/s  7 tiles  1 blocks  0 shares  0 stale  0 rejected  node 0.8 ms  up 90 s"
        );
        assert!(line(up(1_012_345)).contains("  node 1012.3 ms  "));
        assert!(line(Link::Up { round_trip: None }).contains("  node there  "));
        assert!(line(Link::Down).contains("  node gone  "));
    }
}
