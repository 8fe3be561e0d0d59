//! The network's core with real chains.

#[cfg(test)]
mod sim;
