//! Looking for a winning tile.

use crate::{
    CancelFlag, Kernel, OnSeal, Seal, Target, Work,
    packed::{ColumnStrip, RowStrip, multiply},
    shape::Tile,
    spare::SpareStrips,
};
use std::{
    fmt,
    ops::{ControlFlow, Range},
    sync::atomic::{AtomicU64, Ordering},
};

/// Strips kept of each matrix: 64 · 128 KiB a side, where making strips costs an eighth of the
/// multiplication and more would leave the cache. Source: proof-of-compute §6.
const MAX_SIDE: u32 = 64;

/// The coordinates to search: every row strip with every column strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRange {
    /// Row strips.
    pub rows: Range<u32>,
    /// Column strips.
    pub columns: Range<u32>,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchOutcome {
    /// A winning tile, after which the search was not to go on.
    Found(Seal),
    /// Every coordinate was tried.
    Exhausted,
    /// The flag was raised.
    Cancelled,
}

/// Tiles tested so far, readable from other threads.
#[derive(Debug, Default)]
pub struct SearchProgress(AtomicU64);

impl SearchProgress {
    /// Tiles tested so far.
    #[must_use]
    pub fn tiles(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn count_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Searches `range` for a tile that meets `target` with this processor's fastest kernel.
///
/// Each coordinate is tested at most once. The search grows a square of strips: after n² tiles
/// only 2n strips were made, so an easy target is found within microseconds and a hard one costs
/// little more than the multiplication.
#[must_use]
pub fn search(
    work: &Work,
    target: Target,
    range: &SearchRange,
    cancel: &CancelFlag,
    progress: &SearchProgress,
) -> SearchOutcome {
    let watch = SearchWatch { cancel, progress, on_seal: OnSeal::FIRST };
    search_with(Kernel::detect(), work, target, range, watch)
}

/// How a search is ended, watched, and what becomes of what it finds.
#[derive(Debug, Clone, Copy)]
pub struct SearchWatch<'a> {
    /// Ends the search when it is raised.
    pub cancel: &'a CancelFlag,
    /// Counts the tiles.
    pub progress: &'a SearchProgress,
    /// Takes seals and says whether the search goes on.
    pub on_seal: OnSeal<'a>,
}

/// [`search`] with a kernel of the caller's choice, which goes on as long as it is wanted.
#[must_use]
pub fn search_with(
    kernel: Kernel,
    work: &Work,
    target: Target,
    range: &SearchRange,
    watch: SearchWatch<'_>,
) -> SearchOutcome {
    Searcher::new(kernel).search(work, target, range, watch)
}

/// Searches one range after the other in the same memory: two blocks of strips, 16 MiB.
pub struct Searcher {
    kernel: Kernel,
    spare: SpareStrips,
}

impl fmt::Debug for Searcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Searcher").field("kernel", &self.kernel).finish_non_exhaustive()
    }
}

impl Searcher {
    /// A searcher with a kernel of the caller's choice. One that this processor lacks is replaced by the
    /// fastest it has.
    #[must_use]
    pub fn new(kernel: Kernel) -> Self {
        Self { kernel: kernel.or_supported(), spare: SpareStrips::default() }
    }

    /// [`search_with`].
    #[must_use]
    pub fn search(
        &mut self,
        work: &Work,
        target: Target,
        range: &SearchRange,
        watch: SearchWatch<'_>,
    ) -> SearchOutcome {
        let Self { kernel, ref mut spare } = *self;
        let mut search = Search { kernel, work, target, watch, tile: Tile::ZERO, spare };
        blocks(&range.rows)
            .map(|rows| search.rows(&rows, &range.columns))
            .find(|outcome| *outcome != SearchOutcome::Exhausted)
            .unwrap_or(SearchOutcome::Exhausted)
    }
}

/// Cuts a range into runs of at most [`MAX_SIDE`].
fn blocks(range: &Range<u32>) -> impl Iterator<Item = Range<u32>> {
    let end = range.end;
    (range.start..end)
        .step_by(MAX_SIDE as usize)
        .map(move |start| start..start.saturating_add(MAX_SIDE).min(end))
}

struct Search<'a> {
    kernel: Kernel,
    work: &'a Work,
    target: Target,
    watch: SearchWatch<'a>,
    tile: Tile,
    spare: &'a mut SpareStrips,
}

/// A strip and its index.
type Indexed<T> = (u32, T);

impl Search<'_> {
    /// Searches a row of blocks.
    fn rows(&mut self, rows: &Range<u32>, columns: &Range<u32>) -> SearchOutcome {
        let mut row_strips = Vec::new();
        let mut outcome = SearchOutcome::Exhausted;
        for columns in blocks(columns) {
            let mut column_strips = Vec::new();
            outcome = self.block(rows, &columns, &mut row_strips, &mut column_strips);
            self.spare.put(column_strips.into_iter().map(|(_, strip)| strip.into_strip()));
            if outcome != SearchOutcome::Exhausted {
                break;
            }
        }
        self.spare.put(row_strips.into_iter().map(|(_, strip)| strip.into_strip()));
        outcome
    }

    /// Searches one block of coordinates. `row_strips` are made on the first block of a row of
    /// blocks and used again by the others; `column_strips` are empty.
    fn block(
        &mut self,
        rows: &Range<u32>,
        columns: &Range<u32>,
        row_strips: &mut Vec<Indexed<RowStrip>>,
        column_strips: &mut Vec<Indexed<ColumnStrip>>,
    ) -> SearchOutcome {
        let known_rows = row_strips.len();
        let (mut next_row, mut next_column) = (rows.clone().skip(known_rows), columns.clone());
        loop {
            let column = next_column.next();
            if let Some(index) = column {
                let strip = ColumnStrip::generate(self.kernel, self.work, index, self.spare);
                let strip = (index, strip);
                let outcome = self.with_column(row_strips, &strip);
                column_strips.push(strip);
                if outcome != SearchOutcome::Exhausted {
                    return outcome;
                }
            }
            let row = next_row.next();
            if let Some(index) = row {
                let strip = RowStrip::generate(self.kernel, self.work, index, self.spare);
                let strip = (index, strip);
                let outcome = self.with_row(&strip, column_strips);
                row_strips.push(strip);
                if outcome != SearchOutcome::Exhausted {
                    return outcome;
                }
            }
            if column.is_none() && row.is_none() {
                return SearchOutcome::Exhausted;
            }
        }
    }

    fn with_column(
        &mut self,
        rows: &[Indexed<RowStrip>],
        column: &Indexed<ColumnStrip>,
    ) -> SearchOutcome {
        for row in rows {
            let outcome = self.test(row, column);
            if outcome != SearchOutcome::Exhausted {
                return outcome;
            }
        }
        SearchOutcome::Exhausted
    }

    fn with_row(
        &mut self,
        row: &Indexed<RowStrip>,
        columns: &[Indexed<ColumnStrip>],
    ) -> SearchOutcome {
        for column in columns {
            let outcome = self.test(row, column);
            if outcome != SearchOutcome::Exhausted {
                return outcome;
            }
        }
        SearchOutcome::Exhausted
    }

    /// Tests one tile; `Exhausted` says that the search goes on.
    fn test(&mut self, row: &Indexed<RowStrip>, column: &Indexed<ColumnStrip>) -> SearchOutcome {
        if self.watch.cancel.is_cancelled() {
            return SearchOutcome::Cancelled;
        }
        multiply(self.kernel, &row.1, &column.1, &mut self.tile);
        self.watch.progress.count_one();
        let mix = self.kernel.fold(&self.tile);
        let nonce = Seal::nonce_of(row.0, column.0);
        if !self.target.is_met_by(&self.work.lottery(&mix, &nonce)) {
            return SearchOutcome::Exhausted;
        }
        let seal = Seal { nonce, mix };
        match self.watch.on_seal.take(seal) {
            ControlFlow::Break(()) => SearchOutcome::Found(seal),
            ControlFlow::Continue(()) => SearchOutcome::Exhausted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{B256, U256};

    #[test]
    fn a_searcher_keeps_its_strips_for_the_next_range_however_a_search_ends() {
        let work = Work::new(B256::repeat_byte(3));
        let (easy, never) = (U256::ONE, U256::MAX);
        let range = SearchRange { rows: 0..3, columns: 0..70 };
        for kernel in Kernel::available() {
            let mut searcher = Searcher::new(kernel);
            let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
            let watch =
                SearchWatch { cancel: &cancel, progress: &progress, on_seal: OnSeal::FIRST };
            let never = Target::from_difficulty(never);
            let outcome = searcher.search(&work, never, &range, watch);
            assert_eq!(outcome, SearchOutcome::Exhausted);
            let strips = searcher.spare.len();
            // Three rows, a block of columns, and one in which columns are packed.
            assert!((67..=68).contains(&strips), "{kernel}: {strips}");
            let easy = Target::from_difficulty(easy);
            assert!(matches!(searcher.search(&work, easy, &range, watch), SearchOutcome::Found(_)));
            cancel.cancel();
            let outcome = searcher.search(&work, never, &range, watch);
            assert_eq!(outcome, SearchOutcome::Cancelled);
            assert_eq!(searcher.spare.len(), strips, "{kernel}");
        }
    }
}
