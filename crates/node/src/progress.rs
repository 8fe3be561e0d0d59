//! How far an import is.

use crate::ImportSummary;
use std::{
    io::{IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// Time between two redrawn bars.
const REDRAW: Duration = Duration::from_millis(200);

/// Time between two log lines where there is no terminal.
const LOG_INTERVAL: Duration = Duration::from_secs(8);

/// Characters of a full bar.
const BAR_WIDTH: u64 = 30;

/// Blocks between two looks at the clock.
const CLOCK_BLOCKS: u64 = 16;

/// How far an import is: a bar on a terminal, log lines elsewhere.
#[derive(Debug)]
pub(crate) struct Progress {
    bytes: u64,
    bytes_done: u64,
    blocks_done: u64,
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
        Self { bytes, bytes_done: 0, blocks_done: 0, started, shown: started, display }
    }

    /// One more block, of `length` bytes in its file.
    pub(crate) fn advance(&mut self, length: usize, summary: &ImportSummary) {
        self.bytes_done = self.bytes_done.saturating_add(u64::try_from(length).unwrap_or_default());
        self.blocks_done += 1;
        if !self.blocks_done.is_multiple_of(CLOCK_BLOCKS) {
            return;
        }
        let interval = match self.display {
            Display::Bar => REDRAW,
            Display::Log => LOG_INTERVAL,
        };
        let now = now();
        if now.duration_since(self.shown) >= interval {
            self.shown = now;
            self.show(summary, rate(summary.transactions, now.duration_since(self.started)));
        }
    }

    fn show(&self, summary: &ImportSummary, tx_per_second: u64) {
        let percent = self.share(100);
        let ImportSummary { blocks, known, .. } = *summary;
        match self.display {
            Display::Log => {
                tracing::info!(target: "import", percent, blocks, known, tx_per_second, "importing");
            }
            Display::Bar => {
                let done = usize::try_from(self.share(BAR_WIDTH)).unwrap_or_default();
                let width = usize::try_from(BAR_WIDTH).unwrap_or_default();
                let bar = format!("{:<width$}", "#".repeat(done));
                // The bar is only seen: an import does not fail because nobody looks.
                let _ = write!(
                    std::io::stderr(),
                    "\r[{bar}] {percent:>3} %  {blocks} blocks, {tx_per_second} tx/s "
                );
            }
        }
    }

    /// The part of the files that is done, as a number of parts of `whole`.
    fn share(&self, whole: u64) -> u64 {
        self.bytes_done.saturating_mul(whole).checked_div(self.bytes).unwrap_or(whole).min(whole)
    }

    /// Leaves the terminal as it was.
    pub(crate) fn finish(&self) {
        if self.display == Display::Bar {
            let _ = write!(std::io::stderr(), "\r{:<79}\r", "");
        }
    }
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
