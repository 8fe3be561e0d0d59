//! Importing blocks from files.

use crate::{
    BlockFileReader, NodeConfig, NodeError, import_segment::ImportSegment, parts::Parts,
    progress::Progress,
};
use crossbeam_channel::{Receiver, Sender, bounded};
use hanzo_chain::{ChainTree, StageTimes};
use std::{path::PathBuf, sync::Arc, thread};

/// Segments that are read ahead.
const SEGMENTS_AHEAD: usize = 1;

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
/// Everything before the first error stays and is persisted.
///
/// # Errors
/// [`NodeError::ImportBlock`] or [`NodeError::BlockFile`] with file and offset of the first bad
/// block, and whatever keeps a node from opening the chain.
pub fn import_files(config: &NodeConfig, files: &[PathBuf]) -> Result<ImportSummary, NodeError> {
    let parts = Parts::load(&config.chain, config)?;
    // A name that is mistyped should not cost the import of the files before it.
    let readers: Vec<_> = files.iter().map(|path| BlockFileReader::open(path)).collect();
    let readers = readers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut tree = parts.open_chain()?;
    let mut progress = Progress::new(readers.iter().map(BlockFileReader::bytes).sum());
    let mut summary = ImportSummary::default();
    let imported = thread::scope(|scope| {
        let (out, segments) = bounded(SEGMENTS_AHEAD);
        scope.spawn(move || readers.into_iter().try_for_each(|reader| read(reader, &out)));
        import_segments(&mut tree, &segments, &mut summary, &mut progress)
    });
    progress.finish(&summary);
    summary.head = tree.view().head_number();
    // Also after a bad block: what came before it is valid. But not after a failed write.
    if imported.as_ref().err().is_none_or(|error| !is_fatal(error)) {
        tree.persist_for_restart()?;
    }
    imported.map(|()| summary)
}

/// Reads a file in segments. `Err` means that nobody wants more: a bad block was sent, or the
/// import has ended.
fn read(
    mut reader: BlockFileReader,
    out: &Sender<Result<ImportSegment, NodeError>>,
) -> Result<(), ()> {
    let path = Arc::new(reader.path().to_owned());
    loop {
        let mut segment = ImportSegment::new(Arc::clone(&path));
        let mut bad = None;
        while !segment.is_full() {
            match reader.next() {
                Some(Ok(block)) => segment.push(block),
                Some(Err(error)) => {
                    bad = Some(error);
                    break;
                }
                None => break,
            }
        }
        // What came before a bad block is imported first.
        if !segment.blocks.is_empty() {
            out.send(Ok(segment)).map_err(drop)?;
        } else if bad.is_none() {
            return Ok(());
        }
        if let Some(error) = bad {
            let _ = out.send(Err(error));
            return Err(());
        }
    }
}

fn import_segments(
    tree: &mut ChainTree,
    segments: &Receiver<Result<ImportSegment, NodeError>>,
    summary: &mut ImportSummary,
    progress: &mut Progress,
) -> Result<(), NodeError> {
    for segment in segments {
        import_segment(tree, segment?, summary, progress)?;
    }
    Ok(())
}

fn import_segment(
    tree: &mut ChainTree,
    segment: ImportSegment,
    summary: &mut ImportSummary,
    progress: &mut Progress,
) -> Result<(), NodeError> {
    let ImportSegment { path, mut blocks, places, .. } = segment;
    // Before any signature is recovered: a repeated import should cost reading the file.
    let mut known = 0;
    for block in &blocks {
        if !tree.knows(block.number, block.hash())? {
            break;
        }
        known += 1;
    }
    blocks.drain(..known);
    summary.known = summary.known.saturating_add(wide(known));
    progress.skip(bytes_of(places.iter().take(known)), summary);
    let sizes: Vec<_> =
        blocks.iter().map(|block| (block.body().transactions.len(), block.gas_used)).collect();
    let result = tree.insert_segment(blocks);
    for (transactions, gas) in sizes.into_iter().take(result.imported) {
        summary.blocks = summary.blocks.saturating_add(1);
        summary.transactions = summary.transactions.saturating_add(wide(transactions));
        summary.gas = summary.gas.saturating_add(gas);
    }
    summary.times += result.times;
    let done = known.saturating_add(result.imported);
    progress.advance(bytes_of(places.iter().take(done).skip(known)), summary);
    match result.refusal {
        Some(source) => {
            let offset = places.get(done).map_or(0, |(offset, _)| *offset);
            Err(NodeError::ImportBlock { path: path.to_path_buf(), offset, source })
        }
        None => Ok(()),
    }
}

/// Bytes of the blocks at these places.
fn bytes_of<'a>(places: impl Iterator<Item = &'a (u64, usize)>) -> u64 {
    places.map(|(_, length)| wide(*length)).fold(0, u64::saturating_add)
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn is_fatal(error: &NodeError) -> bool {
    matches!(error, NodeError::ImportBlock { source, .. } if source.is_fatal())
}
