//! Which files there are to look at.

use std::{
    fs, io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Endings of the files that hold fixtures or the sources they are made from.
const ENDINGS: [&str; 3] = ["json", "yml", "yaml"];

/// Deepest nesting of directories that is followed; a link that points upwards ends there.
const MAX_DEPTH: usize = 64;

/// A path that cannot be searched.
#[derive(Debug, Error)]
#[error("{path}: {reason}")]
pub struct DiscoveryError {
    /// The path.
    pub path: PathBuf,
    /// What the operating system says.
    pub reason: io::Error,
}

/// All fixture files at and below `paths`, in order. A file that is named itself is taken whatever
/// its ending.
///
/// # Errors
/// [`DiscoveryError`] if a path cannot be read.
pub fn fixture_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, DiscoveryError> {
    let mut files = Vec::new();
    for path in paths {
        let failed = |reason| DiscoveryError { path: path.clone(), reason };
        if fs::metadata(path).map_err(failed)?.is_dir() {
            search(path, MAX_DEPTH, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn search(directory: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), DiscoveryError> {
    let failed = |reason| DiscoveryError { path: directory.to_owned(), reason };
    let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            search(&path, depth, found)?;
        } else if path.extension().is_some_and(|ending| ENDINGS.iter().any(|own| ending == *own)) {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_below_a_directory_come_in_order_and_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::create_dir(path("inner")).unwrap();
        for name in ["b.json", "inner/a.json", "readme.md", "filler.yml"] {
            fs::write(path(name), "{}").unwrap();
        }
        let files = fixture_files(&[directory.path().to_owned(), path("b.json")]).unwrap();
        assert_eq!(files, [path("b.json"), path("filler.yml"), path("inner/a.json")]);
    }

    #[test]
    fn a_path_that_is_not_there_is_named() {
        let missing = PathBuf::from("no-such-directory");
        let error = fixture_files(std::slice::from_ref(&missing)).unwrap_err();
        assert_eq!(error.path, missing);
    }
}
