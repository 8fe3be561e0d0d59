//! The network's core with real chains. The simulator has a package of its own, tests/simulator.

#[cfg(test)]
mod pool_rules;
mod relay_rules;
mod sync_rules;
