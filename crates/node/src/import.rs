//! Importing blocks from files.

use crate::{
    BlockFileReader, NodeConfig, NodeError, file_chunk::FileChunk, flush_at_end::FlushAtEnd,
    interruption::Interruption, parts::Parts, progress::Progress, read_blocks::ReadBlocks,
};
use crossbeam_channel::{Sender, bounded};
use hanzo_chain::{ChainTree, StageTimes, StreamImport, StreamedBlock};
use std::{path::PathBuf, sync::Arc, thread};

/// Chunks that are read ahead.
const CHUNKS_AHEAD: usize = 1;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportSummary {
    /// Blocks that were new.
    pub blocks: u64,
    /// Blocks that were known already.
    pub known: u64,
    /// Transactions of the new blocks.
    pub transactions: u64,
    /// Gas of the new blocks.
    pub gas: u64,
    /// Number of the head afterwards.
    pub head: u64,
    /// How long the stages of the import worked.
    pub times: StageTimes,
}

/// Imports the blocks of `files`, in order, into the configured chain: opened if it exists, made if
/// not. Blocks that are known are skipped, so that an import that was interrupted can be run again.
/// Everything before the first error stays and is persisted. SIGINT and SIGTERM end it after the
/// blocks that are under way; that is an error, too.
///
/// # Errors
/// [`NodeError::ImportBlock`] or [`NodeError::BlockFile`] with file and offset of the first bad
/// block, [`NodeError::Interrupted`], and whatever keeps a node from opening the chain.
pub fn import_files(config: &NodeConfig, files: &[PathBuf]) -> Result<ImportSummary, NodeError> {
    let parts = Parts::load(&config.chain, config)?;
    // A name that is mistyped should not cost the import of the files before it.
    let readers: Vec<_> = files.iter().map(|path| BlockFileReader::open(path)).collect();
    let readers = readers.into_iter().collect::<Result<Vec<_>, _>>()?;
    // From here on there is something to lose: a signal must not end the process unprepared.
    let interruption = Interruption::listen()?;
    let mut tree = parts.open_chain()?;
    let mut progress = Progress::new(readers.iter().map(BlockFileReader::bytes).sum());
    let mut summary = ImportSummary::default();
    let (out, chunks) = bounded(CHUNKS_AHEAD);
    // Nobody waits for this thread, which may wait for a pipe: it ends when nobody wants more.
    let _ = thread::Builder::new().name("reader".to_owned()).spawn(move || {
        let _ = readers.into_iter().try_for_each(|reader| read(reader, &out));
    })?;
    let blocks = ReadBlocks::new(chunks, interruption);
    let imported = import_blocks(&mut tree, blocks, &mut summary, &mut progress);
    progress.finish(&summary);
    summary.head = tree.view().head_number();
    // Also after a bad block: what came before it is valid. But not after a failed write.
    if imported.as_ref().err().is_none_or(|error| !is_fatal(error)) {
        tree.persist_for_restart()?;
    }
    imported.map(|()| summary)
}

/// Reads a file in chunks. `Err` means that nobody wants more: a bad block was sent, or the import
/// has ended.
fn read(mut reader: BlockFileReader, out: &Sender<Result<FileChunk, NodeError>>) -> Result<(), ()> {
    let path = Arc::new(reader.path().to_owned());
    loop {
        let mut chunk = FileChunk::new(Arc::clone(&path));
        let mut bad = None;
        while !chunk.is_full() {
            match reader.next() {
                Some(Ok(block)) => chunk.push(block),
                Some(Err(error)) => {
                    bad = Some(error);
                    break;
                }
                None => break,
            }
        }
        // What came before a bad block is imported first.
        if !chunk.is_empty() {
            out.send(Ok(chunk)).map_err(drop)?;
        } else if bad.is_none() {
            return Ok(());
        }
        if let Some(error) = bad {
            let _ = out.send(Err(error));
            return Err(());
        }
    }
}

fn import_blocks(
    tree: &mut ChainTree,
    mut blocks: ReadBlocks,
    summary: &mut ImportSummary,
    progress: &mut Progress,
) -> Result<(), NodeError> {
    let under_way = blocks.under_way();
    let store = tree.store().clone();
    let mut passed = |block| {
        let bytes = under_way.take_first().map_or(0, |place| wide(place.length));
        match block {
            StreamedBlock::Known => {
                summary.known = summary.known.saturating_add(1);
                progress.skip(bytes, summary);
            }
            StreamedBlock::Imported { transactions, gas_used } => {
                summary.blocks = summary.blocks.saturating_add(1);
                summary.transactions = summary.transactions.saturating_add(wide(transactions));
                summary.gas = summary.gas.saturating_add(gas_used);
                progress.advance(bytes, summary);
            }
        }
    };
    let StreamImport { refusal, times } = thread::scope(|scope| {
        tree.insert_stream(FlushAtEnd::new(blocks.by_ref(), scope, store), &mut passed)
    });
    summary.times += times;
    match refusal {
        Some(source) => {
            // The first that was read and not told of.
            let (path, offset) = under_way
                .take_first()
                .map_or_else(Default::default, |place| (place.path.to_path_buf(), place.offset));
            Err(NodeError::ImportBlock { path, offset, source })
        }
        None => blocks.into_end(),
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn is_fatal(error: &NodeError) -> bool {
    matches!(error, NodeError::ImportBlock { source, .. } if source.is_fatal())
}
