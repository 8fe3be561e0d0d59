//! Strips that are used again.

use crate::shape::Strip;

/// Strips out of use. A strip is as large as what allocators give back to the system at once: without this, a
/// search would wait for fresh pages, zeroed by the system, longer than for the strips themselves.
#[derive(Default)]
pub(crate) struct SpareStrips(Vec<Box<Strip>>);

impl SpareStrips {
    /// A strip of any content.
    pub(crate) fn take(&mut self) -> Box<Strip> {
        self.0.pop().unwrap_or_else(Strip::boxed)
    }

    /// Keeps strips for later.
    pub(crate) fn put(&mut self, strips: impl IntoIterator<Item = Box<Strip>>) {
        self.0.extend(strips);
    }

    /// Strips at hand.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
