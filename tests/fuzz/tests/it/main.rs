//! The corpus and its neighbourhood, with a stable compiler; what libFuzzer does with a nightly one.

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod allocation;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod mutator;
