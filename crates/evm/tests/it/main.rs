//! Execution against the rules of the chain.

#[cfg(test)]
mod ai;
#[cfg(test)]
mod bonding_curve;
#[cfg(test)]
mod call;
#[cfg(test)]
mod compute_proof;
#[cfg(test)]
mod create_collision;
#[cfg(test)]
mod curve_comparison;
#[cfg(test)]
mod fixed_math;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod native_coin;
#[cfg(test)]
mod raw_input;
#[cfg(test)]
mod settlement;
#[cfg(test)]
mod share_simulation;
#[cfg(test)]
mod thirty_years;
#[cfg(test)]
mod trace;
#[cfg(test)]
mod transactions;
