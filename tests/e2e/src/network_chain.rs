//! A chain of several nodes whose blocks are quickly found.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Difficulty of its first blocks, in multiply-accumulates: milliseconds on one core, and a hundred times
/// as much where the rule takes it.
const DIFFICULTY: u64 = 1 << 27;

/// Writes a genesis file like that of the cluster devnet, with the same rules and accounts and a lower
/// difficulty at first.
///
/// # Panics
/// If it cannot be written.
#[must_use]
pub fn quick_cluster(folder: &Path) -> PathBuf {
    let text = include_str!("../../../genesis/cluster.json");
    let mut genesis: Value = serde_json::from_str(text).unwrap();
    *genesis.get_mut("difficulty").unwrap() = format!("{DIFFICULTY:#x}").into();
    // The share difficulty is a thirty-second of that of blocks, and 2^26 at the least.
    let accounts = genesis.get_mut("alloc").unwrap().as_object_mut().unwrap();
    let mining = accounts.iter_mut().find(|(address, _)| address.ends_with("a1102")).unwrap().1;
    for (_, value) in mining.get_mut("storage").unwrap().as_object_mut().unwrap() {
        *value = format!("{:#066x}", 1_u64 << 26).into();
    }
    let file = folder.join("cluster.json");
    fs::write(&file, genesis.to_string()).unwrap();
    file
}
