//! World state and its trie, against slow twins.

#[cfg(test)]
mod memory_trie;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod roots;
#[cfg(test)]
mod work;
#[cfg(test)]
mod world;
