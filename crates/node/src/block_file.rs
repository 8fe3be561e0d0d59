//! Files of concatenated RLP blocks, as geth's and reth's `export` write them.

use crate::NodeError;
use alloy_rlp::Encodable as _;
use hanzo_types::{Block, decode_block};
use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read as _, Write as _},
    path::{Path, PathBuf},
};

/// Longest block that is read from a file, in bytes: eight times what EIP-7934 allows, because
/// before Osaka only the gas limit bounds a block.
pub const MAX_FILE_BLOCK_BYTES: usize = 64 << 20;

/// Bytes read or written at once.
const BUFFER_BYTES: usize = 1 << 20;

/// First byte of an empty RLP list.
const EMPTY_LIST: u8 = 0xc0;

/// From this first byte on, the length of the list follows in as many bytes as the byte is above
/// it, plus one.
const LONG_LIST: u8 = 0xf8;

/// A block and where it lies in its file.
#[derive(Debug, Clone)]
pub struct FileBlock {
    /// The block; nothing about it is checked.
    pub block: Block,
    /// Offset of its first byte.
    pub offset: u64,
    /// Length of its encoding, in bytes.
    pub length: usize,
}

/// Reads a file of concatenated RLP blocks, one block at a time. Ends after the first error.
#[derive(Debug)]
pub struct BlockFileReader {
    path: PathBuf,
    file: BufReader<File>,
    bytes: u64,
    offset: u64,
    failed: bool,
}

impl BlockFileReader {
    /// Opens `path`.
    ///
    /// # Errors
    /// [`NodeError::File`] with the operating system's reason.
    pub fn open(path: &Path) -> Result<Self, NodeError> {
        let failed = |source| NodeError::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        let file = BufReader::with_capacity(BUFFER_BYTES, file);
        Ok(Self { path: path.to_owned(), file, bytes, offset: 0, failed: false })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Length of the file.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read_block(&mut self) -> Result<Option<FileBlock>, NodeError> {
        let Some(encoded) = self.read_item()? else { return Ok(None) };
        let (offset, length) = (self.offset, encoded.len());
        let block = decode_block(&encoded).map_err(|error| self.damaged(error.to_string()))?;
        self.offset = self.offset.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        Ok(Some(FileBlock { block, offset, length }))
    }

    /// The bytes of the next RLP list with its header; `None` at the end of the file.
    fn read_item(&mut self) -> Result<Option<Vec<u8>>, NodeError> {
        let mut encoded = Vec::new();
        self.read_up_to(1, &mut encoded)?;
        let Some(&first) = encoded.first() else { return Ok(None) };
        let payload_bytes = if first >= LONG_LIST {
            let width = usize::from(first - LONG_LIST) + 1;
            self.append(&mut encoded, width)?;
            let digits = encoded.get(1..).unwrap_or_default();
            digits.iter().fold(0_usize, |sum, digit| {
                sum.saturating_mul(256).saturating_add(usize::from(*digit))
            })
        } else if first >= EMPTY_LIST {
            usize::from(first - EMPTY_LIST)
        } else {
            let reason = format!("expected the RLP list of a block, found the byte {first:#04x}");
            return Err(self.damaged(reason));
        };
        if payload_bytes > MAX_FILE_BLOCK_BYTES {
            return Err(self.damaged(format!(
                "a block of {payload_bytes} bytes, at most {MAX_FILE_BLOCK_BYTES} are read"
            )));
        }
        self.append(&mut encoded, payload_bytes)?;
        Ok(Some(encoded))
    }

    /// Appends exactly `count` bytes of the file.
    fn append(&mut self, encoded: &mut Vec<u8>, count: usize) -> Result<(), NodeError> {
        let found = self.read_up_to(count, encoded)?;
        if found == count {
            return Ok(());
        }
        Err(self.damaged(format!("the block is cut off: {found} of {count} bytes are there")))
    }

    /// Appends `count` bytes as far as the file goes. The buffer grows with what is there, so that a
    /// damaged length takes no memory.
    fn read_up_to(&mut self, count: usize, encoded: &mut Vec<u8>) -> Result<usize, NodeError> {
        let most = u64::try_from(count).unwrap_or(u64::MAX);
        let read = (&mut self.file).take(most).read_to_end(encoded);
        read.map_err(|source| NodeError::File { path: self.path.clone(), source })
    }

    fn damaged(&self, reason: String) -> NodeError {
        NodeError::BlockFile { path: self.path.clone(), offset: self.offset, reason }
    }
}

impl Iterator for BlockFileReader {
    type Item = Result<FileBlock, NodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.read_block();
        self.failed = next.is_err();
        next.transpose()
    }
}

/// Writes a file of concatenated RLP blocks. Unless it is finished the file is removed again: half
/// of it would be taken for all of it, and would be in the way of a second attempt.
#[derive(Debug)]
pub struct BlockFileWriter {
    file: BufWriter<File>,
    path: PathBuf,
    encoded: Vec<u8>,
    finished: bool,
}

impl BlockFileWriter {
    /// Makes the file `path`, which must not exist.
    ///
    /// # Errors
    /// [`NodeError::File`] with the operating system's reason.
    pub fn create(path: &Path) -> Result<Self, NodeError> {
        let file = File::create_new(path)
            .map_err(|source| NodeError::File { path: path.to_owned(), source })?;
        let file = BufWriter::with_capacity(BUFFER_BYTES, file);
        Ok(Self { file, path: path.to_owned(), encoded: Vec::new(), finished: false })
    }

    /// Appends a block.
    ///
    /// # Errors
    /// [`NodeError::File`] with the operating system's reason.
    pub fn append(&mut self, block: &Block) -> Result<(), NodeError> {
        self.encoded.clear();
        block.encode(&mut self.encoded);
        let written = self.file.write_all(&self.encoded);
        written.map_err(|source| self.failed(source))
    }

    /// Writes what is buffered and waits until the disk has it.
    ///
    /// # Errors
    /// [`NodeError::File`] with the operating system's reason.
    pub fn finish(mut self) -> Result<(), NodeError> {
        let flushed = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        flushed.map_err(|source| self.failed(source))?;
        self.finished = true;
        Ok(())
    }

    fn failed(&self, source: io::Error) -> NodeError {
        NodeError::File { path: self.path.clone(), source }
    }
}

impl Drop for BlockFileWriter {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        if let Err(error) = fs::remove_file(&self.path) {
            let path = self.path.display();
            tracing::warn!(target: "export", %path, %error, "an unfinished file stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;

    /// A path of this test alone in the directory for temporary files.
    fn path(name: &str) -> PathBuf {
        env::temp_dir().join(format!("hanzo-{}-{name}.rlp", std::process::id()))
    }

    #[test]
    fn a_file_that_was_not_finished_is_removed() {
        let path = path("unfinished");
        let mut writer = BlockFileWriter::create(&path).unwrap();
        writer.append(&Block::default()).unwrap();
        assert!(path.exists());
        drop(writer);
        assert!(!path.exists());
        // The way is free for a second attempt.
        BlockFileWriter::create(&path).unwrap().finish().unwrap();
        assert!(path.exists());
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_that_was_there_before_is_refused_and_stays() {
        let path = path("existing");
        fs::write(&path, "mine").unwrap();
        let error = BlockFileWriter::create(&path).unwrap_err();
        assert!(matches!(error, NodeError::File { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        fs::remove_file(path).unwrap();
    }
}
