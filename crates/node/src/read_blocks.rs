//! The blocks that a reader sends, one after the other.

use crate::{
    NodeError,
    file_chunk::{BlockPlace, FileChunk},
    interruption::Interruption,
};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use hanzo_types::SealedBlock;
use parking_lot::Mutex;
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// How long a signal may wait while no block comes.
const PATIENCE: Duration = Duration::from_millis(100);

/// The blocks that a reader sends, until it has no more or cannot read the next.
#[derive(Debug)]
pub(crate) struct ReadBlocks {
    chunks: Receiver<Result<FileChunk, NodeError>>,
    chunk: <FileChunk as IntoIterator>::IntoIter,
    under_way: UnderWay,
    interruption: Interruption,
    failure: Option<NodeError>,
}

/// Where the blocks lie that were taken and are not through yet, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnderWay(Arc<Mutex<VecDeque<BlockPlace>>>);

impl ReadBlocks {
    /// What comes through `chunks`, until a signal asks to end.
    pub(crate) fn new(
        chunks: Receiver<Result<FileChunk, NodeError>>,
        interruption: Interruption,
    ) -> Self {
        let chunk = Vec::new().into_iter();
        Self { chunks, chunk, under_way: UnderWay::default(), interruption, failure: None }
    }

    /// Where the blocks lie that were taken.
    pub(crate) fn under_way(&self) -> UnderWay {
        self.under_way.clone()
    }

    /// Why there were no more blocks.
    ///
    /// # Errors
    /// What kept the reader from the next block.
    pub(crate) fn into_end(self) -> Result<(), NodeError> {
        self.failure.map_or(Ok(()), Err)
    }
}

impl Iterator for ReadBlocks {
    type Item = SealedBlock;

    fn next(&mut self) -> Option<SealedBlock> {
        loop {
            if let Some(signal) = self.interruption.signal() {
                self.failure = Some(NodeError::Interrupted { signal });
                return None;
            }
            if let Some((block, place)) = self.chunk.next() {
                self.under_way.0.lock().push_back(place);
                return Some(block);
            }
            // A pipe may have nothing for a while.
            match self.chunks.recv_timeout(PATIENCE) {
                Ok(Ok(chunk)) => self.chunk = chunk.into_iter(),
                Ok(Err(error)) => {
                    self.failure = Some(error);
                    return None;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

impl UnderWay {
    /// The place of the oldest block; it is through.
    pub(crate) fn take_first(&self) -> Option<BlockPlace> {
        self.0.lock().pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileBlock;
    use crossbeam_channel::bounded;
    use hanzo_types::{Block, Header};
    use std::path::PathBuf;

    fn chunk(path: &str, numbers: std::ops::Range<u64>) -> FileChunk {
        let mut chunk = FileChunk::new(Arc::new(PathBuf::from(path)));
        for number in numbers {
            let header = Header { number, ..Header::default() };
            let block = Block { header, ..Block::default() };
            chunk.push(FileBlock { block, offset: 10 * number, length: 10 });
        }
        chunk
    }

    #[test]
    fn blocks_come_in_order_with_their_places_until_the_reader_fails() {
        let (out, chunks) = bounded(3);
        out.send(Ok(chunk("one", 0..2))).unwrap();
        out.send(Ok(chunk("two", 2..3))).unwrap();
        let reason = "cut off".to_owned();
        let failure = NodeError::BlockFile { path: PathBuf::from("two"), offset: 30, reason };
        out.send(Err(failure)).unwrap();
        let mut blocks = ReadBlocks::new(chunks, Interruption::default());
        let under_way = blocks.under_way();
        let numbers: Vec<u64> = blocks.by_ref().map(|block| block.number).collect();
        assert_eq!(numbers, [0, 1, 2]);
        for (path, offset) in [("one", 0), ("one", 10), ("two", 20)] {
            let place = under_way.take_first().unwrap();
            assert_eq!((place.path.to_str(), place.offset), (Some(path), offset));
        }
        assert!(under_way.take_first().is_none());
        assert!(matches!(blocks.into_end(), Err(NodeError::BlockFile { offset: 30, .. })));
    }

    #[test]
    fn a_reader_that_is_through_is_no_failure() {
        let (out, chunks) = bounded::<Result<FileChunk, NodeError>>(1);
        drop(out);
        let mut blocks = ReadBlocks::new(chunks, Interruption::default());
        assert!(blocks.next().is_none());
        assert!(blocks.into_end().is_ok());
    }
}
