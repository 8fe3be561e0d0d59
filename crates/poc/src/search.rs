//! Looking for a winning tile.

use crate::{
    CancelFlag, Kernel, OnSeal, Seal, Target, Work,
    packed::{ColumnStrip, RowStrip, multiply},
    shape::Tile,
};
use std::{
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
    let mut search =
        Search { kernel: kernel.or_supported(), work, target, watch, tile: Tile::ZERO };
    for rows in blocks(&range.rows) {
        let mut row_strips = Vec::new();
        for columns in blocks(&range.columns) {
            match search.block(&rows, &columns, &mut row_strips) {
                SearchOutcome::Exhausted => {}
                ended @ (SearchOutcome::Found(_) | SearchOutcome::Cancelled) => return ended,
            }
        }
    }
    SearchOutcome::Exhausted
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
}

/// A strip and its index.
type Indexed<T> = (u32, T);

impl Search<'_> {
    /// Searches one block of coordinates. `row_strips` are made on the first block of a row of
    /// blocks and used again by the others.
    fn block(
        &mut self,
        rows: &Range<u32>,
        columns: &Range<u32>,
        row_strips: &mut Vec<Indexed<RowStrip>>,
    ) -> SearchOutcome {
        let mut column_strips: Vec<Indexed<ColumnStrip>> = Vec::new();
        let known_rows = row_strips.len();
        let (mut next_row, mut next_column) = (rows.clone().skip(known_rows), columns.clone());
        loop {
            let column = next_column.next();
            if let Some(index) = column {
                let strip = (index, ColumnStrip::generate(self.kernel, self.work, index));
                let outcome = self.with_column(row_strips, &strip);
                column_strips.push(strip);
                if outcome != SearchOutcome::Exhausted {
                    return outcome;
                }
            }
            let row = next_row.next();
            if let Some(index) = row {
                let strip = (index, RowStrip::generate(self.kernel, self.work, index));
                let outcome = self.with_row(&strip, &column_strips);
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
