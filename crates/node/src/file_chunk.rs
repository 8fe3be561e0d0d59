//! Blocks of a file that are read ahead at once.

use crate::FileBlock;
use hanzo_types::SealedBlock;
use reth_primitives_traits::Block as _;
use std::{path::PathBuf, sync::Arc};

/// Most blocks in one chunk.
const CHUNK_BLOCKS: usize = 64;

/// Bytes of blocks after which a chunk ends: what is read ahead stays in memory.
const CHUNK_BYTES: usize = 8 << 20;

/// Where a block lies.
#[derive(Debug, Clone)]
pub(crate) struct BlockPlace {
    /// The file.
    pub(crate) path: Arc<PathBuf>,
    /// Offset of its first byte.
    pub(crate) offset: u64,
    /// Length of its encoding, in bytes.
    pub(crate) length: usize,
}

/// Consecutive blocks of one file.
#[derive(Debug)]
pub(crate) struct FileChunk {
    path: Arc<PathBuf>,
    blocks: Vec<(SealedBlock, BlockPlace)>,
    bytes: usize,
}

impl FileChunk {
    /// No block of the file `path`.
    pub(crate) const fn new(path: Arc<PathBuf>) -> Self {
        Self { path, blocks: Vec::new(), bytes: 0 }
    }

    /// Whether it has no block.
    pub(crate) const fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Whether it has as many blocks or bytes as it should.
    pub(crate) const fn is_full(&self) -> bool {
        self.blocks.len() >= CHUNK_BLOCKS || self.bytes >= CHUNK_BYTES
    }

    /// Appends the block that follows in the file.
    pub(crate) fn push(&mut self, block: FileBlock) {
        let FileBlock { block, offset, length } = block;
        self.bytes = self.bytes.saturating_add(length);
        let place = BlockPlace { path: Arc::clone(&self.path), offset, length };
        self.blocks.push((block.seal_slow(), place));
    }
}

impl IntoIterator for FileChunk {
    type Item = (SealedBlock, BlockPlace);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.blocks.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanzo_types::Block;

    fn block(length: usize) -> FileBlock {
        FileBlock { block: Block::default(), offset: 0, length }
    }

    #[test]
    fn a_chunk_ends_with_its_blocks_or_its_bytes() {
        let path = Arc::new(PathBuf::from("blocks.rlp"));
        let mut many = FileChunk::new(Arc::clone(&path));
        assert!(many.is_empty());
        for _ in 0..CHUNK_BLOCKS {
            assert!(!many.is_full());
            many.push(block(1));
        }
        assert!(many.is_full());
        let mut long = FileChunk::new(path);
        long.push(block(CHUNK_BYTES - 1));
        assert!(!long.is_full());
        long.push(block(1));
        assert!(long.is_full());
    }
}
