//! Cutting coordinates into pieces of work.

use crate::SearchRange;
use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};

/// Strips per side of a unit: 2 048 matrix rows, where strips, fold and lottery together cost about a
/// tenth of the multiplication. More would only make units longer, and a unit is what a thread throws
/// away when its work is outdated. Source: proof-of-compute §6.
const UNIT_STRIPS: u32 = 64;

/// Units side by side in one row of units.
const UNITS_PER_ROW: u64 = (u32::MAX / UNIT_STRIPS) as u64;

/// Some row strips with all column strips, cut into squares that threads take one by one.
#[derive(Debug)]
pub struct SearchUnits {
    rows: Range<u32>,
    next: AtomicU64,
}

impl SearchUnits {
    /// The squares of these rows, none of them taken.
    #[must_use]
    pub const fn new(rows: Range<u32>) -> Self {
        Self { rows, next: AtomicU64::new(0) }
    }

    /// The next square, which nobody else gets: along the first rows, then the next ones. `None` when
    /// all are taken.
    #[must_use]
    pub fn take(&self) -> Option<SearchRange> {
        self.unit(self.next.fetch_add(1, Ordering::Relaxed))
    }

    fn unit(&self, unit: u64) -> Option<SearchRange> {
        let column_unit = u32::try_from(unit.checked_rem(UNITS_PER_ROW)?).ok()?;
        let row_unit = u32::try_from(unit.checked_div(UNITS_PER_ROW)?).ok()?;
        let start = self.rows.start.checked_add(row_unit.checked_mul(UNIT_STRIPS)?)?;
        let end = start.saturating_add(UNIT_STRIPS).min(self.rows.end);
        let column = column_unit.checked_mul(UNIT_STRIPS)?;
        let columns = column..column.checked_add(UNIT_STRIPS)?;
        (start < end).then_some(SearchRange { rows: start..end, columns })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_never_overlap_and_end_with_the_square() {
        let all = SearchUnits::new(0..u32::MAX);
        let first = all.take().unwrap();
        let second = all.take().unwrap();
        assert_eq!(first.rows, second.rows);
        assert_eq!(first.columns.end, second.columns.start);
        let next_row = all.unit(UNITS_PER_ROW).unwrap();
        assert_eq!(next_row.rows.start, first.rows.end);
        assert_eq!(next_row.columns, first.columns);
        assert!(all.unit(u64::from(u32::MAX / UNIT_STRIPS) * UNITS_PER_ROW - 1).is_some());
        assert!(all.unit(u64::MAX).is_none());
    }

    #[test]
    fn units_stay_within_their_rows() {
        let some = SearchUnits::new(100..230);
        let rows = |unit| some.unit(unit).map(|range| range.rows);
        assert_eq!(rows(0), Some(100..164));
        assert_eq!(rows(UNITS_PER_ROW), Some(164..228));
        assert_eq!(rows(2 * UNITS_PER_ROW), Some(228..230));
        assert_eq!(rows(3 * UNITS_PER_ROW), None);
        let last = SearchUnits::new(u32::MAX - 10..u32::MAX);
        assert_eq!(last.unit(0).unwrap().rows, u32::MAX - 10..u32::MAX);
        assert!(last.unit(UNITS_PER_ROW).is_none());
    }

    #[test]
    fn threads_never_take_the_same_unit() {
        let units = SearchUnits::new(0..64);
        let take_some = || -> Vec<SearchRange> { (0..50).filter_map(|_| units.take()).collect() };
        let mut columns: Vec<u32> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(take_some)).collect();
            let taken = threads.into_iter().flat_map(|thread| thread.join().unwrap());
            taken.map(|range| range.columns.start).collect()
        });
        columns.sort_unstable();
        columns.dedup();
        assert_eq!(columns.len(), 200);
    }
}
