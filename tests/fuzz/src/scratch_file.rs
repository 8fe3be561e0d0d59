//! A file for decoders that read files.

use std::{
    fs::File,
    io::{Seek as _, SeekFrom, Write as _},
    path::Path,
};
use tempfile::{NamedTempFile, TempPath};

/// Where Linux keeps files in memory.
const MEMORY: &str = "/dev/shm";

/// A file that is written again and again; in memory where the system offers that.
pub(crate) struct ScratchFile {
    file: File,
    path: TempPath,
}

impl ScratchFile {
    pub(crate) fn new() -> Self {
        let made = NamedTempFile::new_in(MEMORY).or_else(|_| NamedTempFile::new());
        let (file, path) = made.expect("a temporary file").into_parts();
        Self { file, path }
    }

    /// The file, with these bytes and no others in it.
    pub(crate) fn holding(&mut self, bytes: &[u8]) -> &Path {
        self.file.set_len(0).expect("truncating a file");
        self.file.seek(SeekFrom::Start(0)).expect("seeking in a file");
        self.file.write_all(bytes).expect("writing a file");
        &self.path
    }
}
