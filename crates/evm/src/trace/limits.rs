//! What bounds a trace.

use std::fmt;

/// What bounds a trace.
#[derive(Clone, Copy)]
pub struct TraceLimits<'a> {
    /// Largest trace, in bytes of JSON.
    pub bytes: usize,
    /// Whether the time is up. Asked before every transaction and then every few thousand
    /// instructions; a function, because this crate reads no clock (ADR-0009).
    pub is_time_up: &'a dyn Fn() -> bool,
}

impl fmt::Debug for TraceLimits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceLimits").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
