//! Exporting blocks to a file.

use crate::{BlockFileWriter, NodeConfig, NodeError, parts::Parts};
use std::path::Path;

/// Blocks between two lines of progress.
const PROGRESS_BLOCKS: u64 = 10_000;

/// Which canonical blocks to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportRange {
    /// Number of the first block.
    pub first: u64,
    /// Number of the last block; `None` is the head.
    pub last: Option<u64>,
}

/// Writes canonical blocks of the configured chain to `path`, which must not exist. Returns how
/// many there are.
///
/// # Errors
/// [`NodeError::NoDatabase`] if the chain does not exist yet, [`NodeError::Config`] if the range
/// leaves the chain, [`NodeError::File`] if the file cannot be written, and whatever keeps a node
/// from opening the chain.
pub fn export_blocks(
    config: &NodeConfig,
    path: &Path,
    range: ExportRange,
) -> Result<u64, NodeError> {
    let parts = Parts::load(&config.chain, config)?;
    let database = parts.datadir.database();
    if !database.is_dir() {
        return Err(NodeError::NoDatabase { path: database });
    }
    let view = parts.open_chain()?.view();
    let head = view.head_number();
    let (first, last) = (range.first, range.last.unwrap_or(head));
    if last > head || first > last {
        return Err(NodeError::Config(format!(
            "blocks {first} to {last} were asked for, the chain has 0 to {head}"
        )));
    }
    let mut file = BlockFileWriter::create(path)?;
    for number in first..=last {
        let block = view.block_by_number(number)?.ok_or_else(|| {
            NodeError::Config(format!("block {number} is missing in the database"))
        })?;
        file.append(&block.clone_block())?;
        if number > 0 && number.is_multiple_of(PROGRESS_BLOCKS) {
            tracing::info!(target: "export", number, last, "exported");
        }
    }
    file.finish()?;
    Ok(last - first + 1)
}
