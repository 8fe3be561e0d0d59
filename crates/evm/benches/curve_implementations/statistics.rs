//! The middle and the end of a list.

/// Half of the values are at most this; the lower of two middles.
pub(crate) fn median<T: Copy + Ord>(values: &[T]) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() - 1) / 2]
}

/// Middle and end of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread<T> {
    pub(crate) median: T,
    pub(crate) largest: T,
}

impl<T: Copy + Ord> Spread<T> {
    /// That of `values`, of which there is one at least.
    pub(crate) fn of(values: &[T]) -> Self {
        Self { median: median(values), largest: *values.iter().max().unwrap() }
    }
}
