//! Consensus among many: the real rules in a simulated network.
#![expect(clippy::unwrap_used, reason = "test code: a failure here is a failed test")]

#[cfg(test)]
mod fork_simulation;
