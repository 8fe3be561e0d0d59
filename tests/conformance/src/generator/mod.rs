//! Makes this repository's own fixtures.
//!
//! The public fixtures are nearly all linear: one chain, one block after the other. These have
//! what the public ones lack: branches, reorganisations, invalid blocks inside a branch, and each
//! header field wrong in turn. A scenario says what must come out; this software only computes
//! the blocks, so that a wrong rule shows as a failing case and never as a wrong fixture.
//!
//! ```text
//!  scenarios ─▶ Forge (chain, keys) ─▶ Chain::mine / build ─▶ Scenario ─▶ JSON in fixtures/
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test support: a failure here is a failed test"
)]

mod blocks;
mod branches;
mod commitments;
mod encodings;
mod fixture_json;
mod forge;
mod merge;
mod ommers;
mod scenario;
mod standard_world;
mod states;
mod transactions;
mod worlds;

use scenario::Scenario;
use std::{fs, io, path::Path};

/// The fixtures, as file name and contents, in the order of their names.
#[must_use]
pub fn generate() -> Vec<(String, String)> {
    let groups: [fn() -> Vec<Scenario>; 7] = [
        branches::scenarios,
        commitments::scenarios,
        encodings::scenarios,
        merge::scenarios,
        ommers::scenarios,
        transactions::scenarios,
        worlds::scenarios,
    ];
    let mut files: Vec<_> = groups
        .into_iter()
        .flat_map(|group| group())
        .map(|scenario| (format!("{}.json", scenario.name()), fixture_json::write(&scenario)))
        .chain(states::files())
        .collect();
    files.sort();
    files
}

/// Names of the files in `directory` that are not what the generator writes, or that it does not
/// write at all.
///
/// # Errors
/// If the directory cannot be read.
pub fn differences(directory: &Path) -> io::Result<Vec<String>> {
    let wanted: std::collections::BTreeMap<_, _> = generate().into_iter().collect();
    let mut different = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !wanted.contains_key(&name) {
            different.push(name);
        }
    }
    for (name, contents) in &wanted {
        if fs::read_to_string(directory.join(name)).ok().as_ref() != Some(contents) {
            different.push(name.clone());
        }
    }
    different.sort();
    Ok(different)
}

/// Writes all fixtures into `directory` and removes files that are none.
///
/// # Errors
/// If the directory cannot be written.
pub fn write_all(directory: &Path) -> io::Result<usize> {
    fs::create_dir_all(directory)?;
    let files = generate();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        if !files.iter().any(|(file, _)| name == file.as_str()) {
            fs::remove_file(entry.path())?;
        }
    }
    for (name, contents) in &files {
        fs::write(directory.join(name), contents)?;
    }
    Ok(files.len())
}
