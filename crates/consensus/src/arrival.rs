//! Where a block came from, as far as the clock rule cares.

/// How far ahead of the local clock a peer's block may be stamped, in seconds. A block beyond it
/// is held, not punished: clocks differ. Source: decision D-36.
pub const MAX_FUTURE_SECONDS: u64 = 15;

/// Where a block came from, which decides whether its timestamp is compared with the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// From the network, at this Unix time in seconds.
    FromPeer {
        /// Local clock at arrival.
        now: u64,
    },
    /// Built here, read back from disk, or imported from a file: its time is not ours to judge.
    Local,
}
