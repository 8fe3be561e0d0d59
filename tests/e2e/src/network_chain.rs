//! A chain of several nodes whose blocks are quickly found.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Difficulty of its first blocks, in multiply-accumulates: milliseconds on one core, and a hundred times
/// as much where the rule takes it.
const DIFFICULTY: u64 = 1 << 27;

/// A chain like that of the cluster devnet whose blocks are found faster than its clock allows: one a second
/// until the rule has raised the difficulty.
///
/// # Panics
/// If the genesis file cannot be written.
#[must_use]
pub fn quick_cluster(folder: &Path) -> PathBuf {
    cluster_of(folder, DIFFICULTY)
}

/// Writes a genesis file like that of the cluster devnet, with the same rules and accounts and another
/// difficulty at first, in multiply-accumulates.
///
/// # Panics
/// If it cannot be written.
#[must_use]
pub fn cluster_of(folder: &Path, difficulty: u64) -> PathBuf {
    let text = include_str!("../../../genesis/cluster.json");
    let mut genesis: Value = serde_json::from_str(text).unwrap();
    *genesis.get_mut("difficulty").unwrap() = format!("{difficulty:#x}").into();
    // The share difficulty is a thirty-second of that of blocks, and 2^26 at the least.
    let accounts = genesis.get_mut("alloc").unwrap().as_object_mut().unwrap();
    let mining = accounts.iter_mut().find(|(address, _)| address.ends_with("a1102")).unwrap().1;
    for (_, value) in mining.get_mut("storage").unwrap().as_object_mut().unwrap() {
        *value = format!("{:#066x}", (difficulty / 32).max(1 << 26)).into();
    }
    let file = folder.join("cluster.json");
    fs::write(&file, genesis.to_string()).unwrap();
    file
}
