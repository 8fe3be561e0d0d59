//! The seal against its published vectors and its slow definition.

#[cfg(test)]
mod allocation;
#[cfg(test)]
mod difficulty;
#[cfg(test)]
mod difficulty_simulation;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod search;
#[cfg(test)]
mod vectors;
