//! The network's core with real chains.

#[cfg(test)]
mod sim;
#[cfg(test)]
mod sync_rules;
