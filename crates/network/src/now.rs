//! What time it is.

use std::time::Duration;

/// What time it is. The core of the network never asks a clock: whoever drives it does, and a simulation
/// makes the time up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Now {
    /// Since the start of the node; never goes back.
    pub elapsed: Duration,
    /// Unix time in seconds, as blocks and bans have it.
    pub unix: u64,
}
