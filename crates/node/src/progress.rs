//! How far an import is.

use crate::{ImportSummary, import_share::ImportShare};
use std::{
    io::{IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// Time between two redrawn bars.
const REDRAW: Duration = Duration::from_millis(200);

/// Time between two log lines where there is no terminal.
const LOG_INTERVAL: Duration = Duration::from_secs(4);

/// Characters of a full bar.
const BAR_WIDTH: u64 = 30;

/// How far an import is: a bar on a terminal, log lines elsewhere.
#[derive(Debug)]
pub(crate) struct Progress {
    share: ImportShare,
    /// When the first block came that was not known.
    started: Instant,
    shown: Instant,
    display: Display,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Display {
    Bar,
    Log,
}

impl Progress {
    /// Progress through `bytes` bytes of files.
    pub(crate) fn new(bytes: u64) -> Self {
        let display = if std::io::stderr().is_terminal() { Display::Bar } else { Display::Log };
        let started = now();
        Self { share: ImportShare::new(bytes), started, shown: started, display }
    }

    /// `bytes` of the files hold blocks that were known.
    pub(crate) fn skip(&mut self, bytes: u64, summary: &ImportSummary) {
        if bytes == 0 {
            return;
        }
        self.share.skip(bytes);
        // They cost next to nothing, which says nothing about the others.
        if !self.share.has_imported() {
            self.started = now();
        }
        self.show_if_due(summary);
    }

    /// `bytes` of the files hold blocks that are imported now.
    pub(crate) fn advance(&mut self, bytes: u64, summary: &ImportSummary) {
        self.share.import(bytes);
        self.show_if_due(summary);
    }

    /// Shows where the import ended, and leaves the terminal at the start of a line.
    pub(crate) fn finish(&self, summary: &ImportSummary) {
        self.show(summary, now().duration_since(self.started));
        if self.display == Display::Bar {
            let _ = writeln!(std::io::stderr());
        }
    }

    fn show_if_due(&mut self, summary: &ImportSummary) {
        let interval = match self.display {
            Display::Bar => REDRAW,
            Display::Log => LOG_INTERVAL,
        };
        let now = now();
        if now.duration_since(self.shown) >= interval {
            self.shown = now;
            self.show(summary, now.duration_since(self.started));
        }
    }

    fn show(&self, summary: &ImportSummary, elapsed: Duration) {
        let percent = self.share.of(100);
        let ImportSummary { blocks, known, transactions, .. } = *summary;
        let tx_per_second = rate(transactions, elapsed);
        let left = self.share.time_left(elapsed).map_or("?".to_owned(), clock);
        match self.display {
            Display::Log => {
                tracing::info!(
                    target: "import", percent, blocks, known, tx_per_second, %left, "importing"
                );
            }
            Display::Bar => {
                let done = usize::try_from(self.share.of(BAR_WIDTH)).unwrap_or_default();
                let width = usize::try_from(BAR_WIDTH).unwrap_or_default();
                let bar = format!("{:<width$}", "#".repeat(done));
                let text = format!("{blocks} blocks, {tx_per_second} tx/s, {left} left");
                // The bar is only seen: an import does not fail because nobody looks.
                let _ = write!(std::io::stderr(), "\r[{bar}] {percent:>3} %  {text:<40}");
            }
        }
    }
}

/// Hours, minutes and seconds, as a clock shows them.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Whole units per second.
pub(crate) fn rate(count: u64, elapsed: Duration) -> u64 {
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000).checked_div(milliseconds).unwrap_or_default()
}

/// The moment, for what is shown only.
#[expect(clippy::disallowed_methods, reason = "the user is told how fast the import is")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_shown_as_on_a_clock() {
        assert_eq!(clock(Duration::from_millis(59_900)), "0:00:59");
        assert_eq!(clock(Duration::from_secs(36_000 + 61)), "10:01:01");
    }
}
