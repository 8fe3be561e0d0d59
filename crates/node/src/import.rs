//! Importing blocks from files.

use crate::{BlockFileReader, FileBlock, NodeConfig, NodeError, parts::Parts, progress::Progress};
use hanzo_chain::{ChainTree, CheckedBlock, ImportError, Origin};
use hanzo_consensus::Consensus;
use reth_primitives_traits::Block as _;
use std::path::PathBuf;

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
    let imported = readers.into_iter().try_for_each(|reader| {
        import_blocks(&mut tree, &*parts.consensus, reader, &mut summary, &mut progress)
    });
    progress.finish();
    summary.head = tree.view().head_number();
    // Also after a bad block: what came before it is valid. But not after a failed write.
    if imported.as_ref().err().is_none_or(|error| !is_fatal(error)) {
        tree.persist_all()?;
    }
    imported.map(|()| summary)
}

/// Imports the blocks of one file.
fn import_blocks(
    tree: &mut ChainTree,
    consensus: &dyn Consensus,
    mut reader: BlockFileReader,
    summary: &mut ImportSummary,
    progress: &mut Progress,
) -> Result<(), NodeError> {
    let path = reader.path().to_owned();
    reader.try_for_each(|block| {
        let FileBlock { block, offset, length } = block?;
        let failed = |source| NodeError::ImportBlock { path: path.clone(), offset, source };
        import_block(tree, consensus, block, summary).map_err(failed)?;
        progress.advance(length, summary);
        Ok(())
    })
}

fn import_block(
    tree: &mut ChainTree,
    consensus: &dyn Consensus,
    block: hanzo_types::Block,
    summary: &mut ImportSummary,
) -> Result<(), ImportError> {
    let block = block.seal_slow();
    let (number, hash) = (block.number, block.hash());
    // Before any signature is recovered: a repeated import should cost reading the file.
    if tree.knows(number, hash)? {
        summary.known += 1;
        return Ok(());
    }
    let (transactions, gas) = (block.body().transactions.len(), block.gas_used);
    let checked = CheckedBlock::check(block, consensus).map_err(|reason| ImportError::Invalid {
        number,
        hash,
        reason,
    })?;
    tree.insert(checked, Origin::File)?;
    summary.blocks += 1;
    summary.transactions += u64::try_from(transactions).unwrap_or_default();
    summary.gas = summary.gas.saturating_add(gas);
    Ok(())
}

fn is_fatal(error: &NodeError) -> bool {
    matches!(error, NodeError::ImportBlock { source, .. } if source.is_fatal())
}
