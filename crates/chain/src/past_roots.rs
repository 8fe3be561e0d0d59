//! Whether the history leads back to the states that the headers name.

use crate::AuditError;
use alloy_primitives::B256;
use hanzo_state::{Layer, Layered, StateRoot, root};
use hanzo_store::{MIN_RETAINED_BLOCKS, StoreView};
use std::sync::Arc;

/// How far it is stepped back: as far as a pruned node can go, and every reorganisation it may
/// have to follow.
const STEPS: u64 = MIN_RETAINED_BLOCKS;

/// Steps back from the state on disk, block by block, over what the history says of the newest
/// blocks, and compares every root with the header of the block it belongs to.
///
/// The stored trie was checked before: whatever is found here is the history's fault. The work is
/// that of computing the roots of these blocks; in memory are the nodes they change.
pub(crate) fn check_past_roots(view: &StoreView) -> Result<(), AuditError> {
    let tip = view.state_tip()?.number;
    let lowest = view.oldest_state()?.max(tip.saturating_sub(STEPS));
    let mut back = Arc::new(Layer::default());
    for number in (lowest..tip).rev() {
        let above = number.saturating_add(1);
        let step = view.block_changes(above)?.unwrap_or_default().reversed();
        let StateRoot { root: computed, trie, .. } =
            root(&Layered::new(vec![Arc::clone(&back)], view), &step)
                .map_err(|source| AuditError::PastTrie { number, source })?;
        let header = header_root(view, number)?;
        if computed != header {
            return Err(AuditError::PastRoot { number, header, computed });
        }
        Arc::make_mut(&mut back).trie.extend(&trie);
    }
    Ok(())
}

fn header_root(view: &StoreView, number: u64) -> Result<B256, AuditError> {
    let missing = AuditError::MissingBlock { number };
    let Some(hash) = view.canonical_hash(number)? else { return Err(missing) };
    view.header_by_hash(hash)?.map(|header| header.state_root).ok_or(missing)
}
