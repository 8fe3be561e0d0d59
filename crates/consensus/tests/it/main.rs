//! Consensus among many: the real rules in a simulated network.

#[cfg(test)]
mod fork_simulation;
