//! Inputs that are kept.

use hanzo_fuzz::{TARGETS, Target, Verdict, seeds};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Most bytes of one input, so that the corpus stays something that a person can look through. A
/// genesis file of a chain that comes with the node is the largest.
const MAX_INPUT_BYTES: usize = 32 << 10;

pub(crate) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The kept inputs of a target, in the order of their names.
pub(crate) fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = package().join("corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn every_kept_input_keeps_the_promises_and_every_target_takes_one() {
    for Target { name, run } in TARGETS {
        let mut taken = 0;
        for (path, bytes) in corpus(name) {
            assert!(bytes.len() <= MAX_INPUT_BYTES, "{} is too long", path.display());
            // The test runner shows what was printed last if a promise is broken.
            println!("{}", path.display());
            taken += usize::from(run(&bytes) == Verdict::Accepted);
        }
        assert!(taken > 0, "{name} refuses every input it begins with");
    }
}

#[test]
fn the_corpus_begins_with_the_seeds() {
    for seed in seeds() {
        let path = package().join("corpus").join(seed.target).join(seed.name);
        let kept = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let hint = "`cargo run -p hanzo-fuzz --bin seeds` writes the seeds";
        assert!(kept == seed.bytes, "{} is not its seed; {hint}", path.display());
    }
}
