//! Writes the seeds into the corpus. Files that are there for other reasons stay.
#![expect(clippy::expect_used, reason = "a tool of the repository: what fails is told and ends it")]

use std::{fs, path::Path};

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for seed in hanzo_fuzz::seeds() {
        let folder = corpus.join(seed.target);
        fs::create_dir_all(&folder).expect("a folder for the target");
        fs::write(folder.join(seed.name), seed.bytes).expect("a file for the seed");
    }
}
