//! Which part of its files an import has done.

use std::time::Duration;

/// Which part of its files an import has done, in bytes of the blocks that are through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImportShare {
    bytes: u64,
    skipped: u64,
    imported: u64,
}

impl ImportShare {
    /// Nothing of `bytes` bytes.
    pub(crate) const fn new(bytes: u64) -> Self {
        Self { bytes, skipped: 0, imported: 0 }
    }

    /// `bytes` more hold blocks that were known.
    pub(crate) const fn skip(&mut self, bytes: u64) {
        self.skipped = self.skipped.saturating_add(bytes);
    }

    /// `bytes` more hold blocks that are imported.
    pub(crate) const fn import(&mut self, bytes: u64) {
        self.imported = self.imported.saturating_add(bytes);
    }

    /// Whether a block was imported.
    pub(crate) const fn has_imported(&self) -> bool {
        self.imported > 0
    }

    /// What is done, as a number of parts of `whole`; all of them only at the end.
    pub(crate) fn of(&self, whole: u64) -> u64 {
        self.done().saturating_mul(whole).checked_div(self.bytes).unwrap_or(whole).min(whole)
    }

    /// Time for the rest at the pace of the blocks that were imported in `elapsed`; `None` before
    /// the first of them.
    pub(crate) fn time_left(&self, elapsed: Duration) -> Option<Duration> {
        let rest = u128::from(self.bytes.saturating_sub(self.done()));
        if rest == 0 {
            return Some(Duration::ZERO);
        }
        let milliseconds = elapsed.as_millis().saturating_mul(rest);
        let left = milliseconds.checked_div(u128::from(self.imported))?;
        Some(Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX)))
    }

    const fn done(&self) -> u64 {
        self.skipped.saturating_add(self.imported)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_that_of_the_bytes_and_whole_only_at_the_end() {
        let mut share = ImportShare::new(1_000);
        assert_eq!(share.of(100), 0);
        share.skip(200);
        assert_eq!(share.of(100), 20);
        share.import(799);
        assert_eq!(share.of(100), 99);
        share.import(1);
        assert_eq!((share.of(100), share.of(30)), (100, 30));
        assert_eq!(ImportShare::new(0).of(100), 100);
    }

    #[test]
    fn time_left_follows_the_pace_of_imported_blocks_and_not_of_known_ones() {
        let mut share = ImportShare::new(1_000);
        assert_eq!(share.time_left(Duration::from_secs(1)), None);
        share.skip(500);
        assert_eq!(share.time_left(Duration::from_secs(1)), None);
        share.import(100);
        assert_eq!(share.time_left(Duration::from_secs(2)), Some(Duration::from_secs(8)));
        share.import(400);
        assert_eq!(share.time_left(Duration::from_secs(10)), Some(Duration::ZERO));
    }
}
