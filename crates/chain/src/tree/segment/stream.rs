//! Importing as many blocks as come.

use super::{ImportSink, StageTimes};
use crate::{ArrivedBlock, ChainTree, ExecutedBlock, ImportError, Origin, tree::CanonChange};
use hanzo_types::SealedBlock;
use std::sync::Arc;

/// What became of a block of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamedBlock {
    /// It was known already.
    Known,
    /// It is valid, and stored.
    Imported {
        /// Its transactions.
        transactions: usize,
        /// Gas they used.
        gas_used: u64,
    },
}

impl StreamedBlock {
    pub(super) fn imported(block: &SealedBlock) -> Self {
        let transactions = block.body().transactions.len();
        Self::Imported { transactions, gas_used: block.gas_used }
    }
}

/// How a stream ended.
#[derive(Debug, Default)]
pub struct StreamImport {
    /// Why the block after the last that was told of was refused; `None` if all are through.
    pub refusal: Option<ImportError>,
    /// How long the stages of the pipeline worked.
    pub times: StageTimes,
}

impl ChainTree {
    /// Imports blocks as [`Self::insert_segment`] does, as many as come: only those above the base
    /// stay in memory, and the log is synced once, at the end. `tell` hears of each block in the
    /// order of `blocks`, from another thread.
    pub fn insert_stream<I>(
        &mut self,
        blocks: I,
        tell: impl FnMut(StreamedBlock) + Send,
    ) -> StreamImport
    where
        I: Iterator<Item = SealedBlock> + Send,
    {
        let blocks = blocks.map(ArrivedBlock::from);
        let (times, refusal) = self.insert_all(blocks, &Origin::File, &mut Teller(tell));
        StreamImport { refusal, times }
    }
}

/// Passes on what became of the blocks, and nothing else.
struct Teller<F>(F);

impl<F: FnMut(StreamedBlock) + Send> ImportSink for Teller<F> {
    fn passed(&mut self, block: StreamedBlock) {
        (self.0)(block);
    }

    fn extended(&mut self, _: &Arc<ExecutedBlock>) {}

    fn changed(&mut self, _: CanonChange) {}
}
