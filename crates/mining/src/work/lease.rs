//! Which rows of a template's coordinates a miner searches.

use std::sync::atomic::{AtomicU32, Ordering};

/// Rows of a lease: 4 096 rows of 2^32 tiles each, more than any machine tests before the template
/// is replaced. The first lease of a template belongs to this process.
pub const ROWS_PER_LEASE: u32 = 4_096;

/// Rows that one miner may search, and nobody else. Source: decision D-37.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowLease {
    /// The first row.
    pub start: u32,
    /// How many rows.
    pub count: u32,
}

/// The leases of one template: no row is leased twice.
#[derive(Debug)]
pub(super) struct RowLeases(AtomicU32);

impl RowLeases {
    pub(super) const fn new() -> Self {
        Self(AtomicU32::new(ROWS_PER_LEASE))
    }

    /// The next lease; `None` after a million of them.
    pub(super) fn take(&self) -> Option<RowLease> {
        let take = |start: u32| start.checked_add(ROWS_PER_LEASE);
        let start = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        Some(RowLease { start, count: ROWS_PER_LEASE })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_never_overlap_and_the_first_rows_stay_with_this_process() {
        let leases = RowLeases::new();
        let mut end = ROWS_PER_LEASE;
        let mut count = 0;
        while let Some(lease) = leases.take() {
            assert_eq!(lease.start, end);
            end = lease.start.checked_add(lease.count).unwrap();
            count += 1;
        }
        assert_eq!(count, u32::MAX / ROWS_PER_LEASE - 1);
        assert_eq!(leases.take(), None, "and it stays so");
    }
}
