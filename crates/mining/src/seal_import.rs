//! From a template and its seal to a block of the chain.

use crate::{PendingBlock, TemplateService};
use alloy_primitives::B256;
use hanzo_chain::{CheckedBlock, ImportError, Inserted, Origin};
use hanzo_poc::Seal;
use std::sync::Arc;

/// What became of a template that found its seal.
#[derive(Debug)]
pub(crate) struct SealedBlock {
    pub(crate) number: u64,
    pub(crate) hash: B256,
    pub(crate) inserted: Inserted,
}

/// Imports the sealed block through the ordinary path, its seal check included. It is durable when
/// this returns. Blocks.
///
/// # Errors
/// [`ImportError`].
pub(crate) fn import_sealed(
    templates: &TemplateService,
    template: &PendingBlock,
    seal: &Seal,
) -> Result<SealedBlock, ImportError> {
    let block = template.sealed(seal);
    let (number, hash) = (block.number, block.hash());
    let checked = CheckedBlock::check_recovered(block, &**templates.consensus())
        .map_err(|reason| ImportError::Invalid { number, hash, reason })?;
    let origin = Origin::Mined(Arc::clone(template.prebuilt()));
    let inserted = templates.chain().import_blocking(checked, origin)?;
    Ok(SealedBlock { number, hash, inserted })
}
