//! The network's core with real chains. The simulator has a package of its own, tests/simulator.

#[cfg(test)]
mod announcement_rules;
#[cfg(test)]
mod answer_rules;
#[cfg(test)]
mod handshake_rules;
#[cfg(test)]
mod head_rules;
#[cfg(test)]
mod names;
#[cfg(test)]
mod node_key_rules;
#[cfg(test)]
mod outgoing_rules;
#[cfg(test)]
mod pool_rules;
#[cfg(test)]
mod relay_rules;
#[cfg(test)]
mod sync_rules;
