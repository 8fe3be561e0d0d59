//! Blocks of a file that are imported at once.

use crate::FileBlock;
use hanzo_chain::MAX_SEGMENT_BLOCKS;
use hanzo_types::SealedBlock;
use reth_primitives_traits::Block as _;
use std::{path::PathBuf, sync::Arc};

/// Most blocks in one segment. Progress is shown after a segment, so that it should be over in some
/// seconds. At its ends the pipeline fills and empties, which costs the time of some three blocks,
/// and the disk is waited for once.
const SEGMENT_BLOCKS: usize = 64;

const _: () = assert!(SEGMENT_BLOCKS <= MAX_SEGMENT_BLOCKS);

/// Transactions after which a segment ends: two to three seconds at 10 000 to 16 000 of them in a
/// second.
const SEGMENT_TRANSACTIONS: usize = 32_000;

/// Bytes of blocks after which a segment ends.
const SEGMENT_BYTES: usize = 32 << 20;

/// Consecutive blocks of one file that are imported at once.
#[derive(Debug)]
pub(crate) struct ImportSegment {
    /// The file.
    pub(crate) path: Arc<PathBuf>,
    /// The blocks.
    pub(crate) blocks: Vec<SealedBlock>,
    /// Where each of them lies in the file, and its length.
    pub(crate) places: Vec<(u64, usize)>,
    transactions: usize,
    bytes: usize,
}

impl ImportSegment {
    /// No block of the file `path`.
    pub(crate) const fn new(path: Arc<PathBuf>) -> Self {
        Self { path, blocks: Vec::new(), places: Vec::new(), transactions: 0, bytes: 0 }
    }

    /// Whether it has as many blocks, transactions or bytes as it should.
    pub(crate) const fn is_full(&self) -> bool {
        self.blocks.len() >= SEGMENT_BLOCKS
            || self.transactions >= SEGMENT_TRANSACTIONS
            || self.bytes >= SEGMENT_BYTES
    }

    /// Appends the block that follows in the file.
    pub(crate) fn push(&mut self, block: FileBlock) {
        let FileBlock { block, offset, length } = block;
        self.transactions = self.transactions.saturating_add(block.body.transactions.len());
        self.bytes = self.bytes.saturating_add(length);
        self.blocks.push(block.seal_slow());
        self.places.push((offset, length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanzo_types::Block;

    fn segment() -> ImportSegment {
        ImportSegment::new(Arc::new(PathBuf::from("blocks.rlp")))
    }

    fn block(length: usize) -> FileBlock {
        FileBlock { block: Block::default(), offset: 0, length }
    }

    #[test]
    fn a_segment_ends_with_its_blocks_its_transactions_or_its_bytes() {
        let mut many = segment();
        for _ in 0..SEGMENT_BLOCKS {
            assert!(!many.is_full());
            many.push(block(1));
        }
        assert!(many.is_full());
        let mut long = segment();
        long.push(block(SEGMENT_BYTES));
        assert!(long.is_full());
        let mut busy = segment();
        busy.push(block(1));
        busy.transactions += SEGMENT_TRANSACTIONS - 1;
        assert!(!busy.is_full());
        busy.transactions += 1;
        assert!(busy.is_full());
    }
}
